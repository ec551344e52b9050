"""A runbook for a failure that was diagnosed, mitigated and measured to be gone."""

from agents.domain.actions import ActionProposal
from agents.domain.base import EntityRef, Value
from agents.domain.claims import VerdictStatus
from agents.domain.failure_modes import FailureMode
from agents.domain.state import IncidentState
from agents.domain.synthesis import MeasuredClaim, RankedHypothesis


class Runbook(Value):
    """How to recognise a failure, what stops it, and how to know that it has stopped."""

    mode: FailureMode
    entity: EntityRef
    incident_id: str
    signs: tuple[MeasuredClaim, ...]
    """What held when it was measured during the incident."""
    mitigation: ActionProposal


def draft_runbook(state: IncidentState) -> Runbook | None:
    """Return a runbook when an approved action is known to have helped, otherwise None."""
    proposal = state.approved_proposal
    account = state.synthesis
    if proposal is None or account is None:
        return None
    if not any(check.recovered for check in state.recoveries_of(proposal.id)):
        return None
    ranked = next((r for r in account.ranked if r.hypothesis_id == proposal.hypothesis_id), None)
    return _runbook(state, ranked, proposal) if ranked else None


def _runbook(state: IncidentState, ranked: RankedHypothesis, proposal: ActionProposal) -> Runbook:
    return Runbook(
        mode=ranked.cause.mode,
        entity=ranked.cause.entity,
        incident_id=state.incident_id,
        signs=tuple(c for c in ranked.claims if c.verdict is VerdictStatus.HOLDS),
        mitigation=proposal,
    )
