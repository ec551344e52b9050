"""The actions that may be proposed, and what an approval of each would mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from agents.domain.actions import ActionCall, ActionProposal
from agents.domain.base import EntityRef, Producer
from agents.domain.events import ActionWithheld
from agents.domain.hypotheses import Hypothesis
from agents.domain.measures import ProbeSelector, RowSelector
from agents.domain.plans import Policy
from agents.domain.state import IncidentState
from agents.domain.wording import scalar_text
from agents.errors import WarroomError
from agents.ports import TargetInspector
from agents.remediation.recovery import recovery_claims

PLANNER = Producer(name="remediation_planner", version="1")


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One kind of action: which causes it helps, what it needs to know, what it means."""

    action: str
    modes: frozenset[str]
    """Failure modes that it mitigates; empty: any whose details suffice."""
    arguments: tuple[str, ...]
    """Details of the hypothesis that become the call's arguments; all must be there."""
    title: str
    """A `str.format` template over the details."""
    rollback: str
    reversible: bool


CATALOGUE: tuple[CatalogueEntry, ...] = (
    CatalogueEntry(
        action="postgresql.terminate_session",
        modes=frozenset({"lock_contention", "long_idle_transaction", "long_transaction"}),
        arguments=("instance", "pid", "backend_start"),
        title="Terminate session {pid} ({application_name}) on {instance}",
        rollback="Cannot be undone: the session's open transaction is rolled back by the database; "
        "whoever ran it must run it again.",
        reversible=False,
    ),
    CatalogueEntry(
        action="kubernetes.rollback_deployment",
        modes=frozenset(),
        arguments=("namespace", "deployment", "to_revision"),
        title="Roll back deployment {namespace}/{deployment} to revision {to_revision}",
        rollback="Roll forward again: the present revision stays in the deployment's history.",
        reversible=True,
    ),
)


def entry_for(hypothesis: Hypothesis) -> CatalogueEntry | None:
    """Return the action that helps against a hypothesis's cause, if the catalogue has one."""
    mode = hypothesis.cause.failure_mode
    fitting = (entry for entry in CATALOGUE if not entry.modes or mode in entry.modes)
    return next((entry for entry in fitting if _is_known(entry, hypothesis)), None)


def _is_known(entry: CatalogueEntry, hypothesis: Hypothesis) -> bool:
    return all(hypothesis.details.get(name) is not None for name in entry.arguments)


def propose_action(
    state: IncidentState,
    hypothesis: Hypothesis,
    inspectors: Mapping[str, TargetInspector],
    policy: Policy,
    now: datetime,
) -> ActionProposal | ActionWithheld:
    """Return what to offer for approval, or why nothing is offered.

    Raises:
        WarroomError: the target could not be read now; retryable ones are worth another try.
    """
    entry = entry_for(hypothesis)
    if entry is None:
        mitigation = hypothesis.cause.mode.mitigation
        reason = f"No action of ours fits this cause. By hand: {mitigation}"
        return ActionWithheld(hypothesis_id=hypothesis.id, reason=reason)
    inspector = inspectors.get(entry.action)
    if inspector is None:
        reason = f"{entry.action} is not configured here. By hand: {_title(entry, hypothesis)}."
        return ActionWithheld(hypothesis_id=hypothesis.id, reason=reason)
    call = ActionCall(
        action=entry.action,
        target=hypothesis.cause.entity,
        arguments={name: hypothesis.details[name] for name in entry.arguments},
    )
    try:
        target = inspector.inspect(call)
    except WarroomError as refused:
        if refused.retryable:
            raise
        reason = f"The target is not as it was: {refused}"
        return ActionWithheld(hypothesis_id=hypothesis.id, reason=reason)
    return ActionProposal(
        hypothesis_id=hypothesis.id,
        call=call,
        title=_title(entry, hypothesis),
        why=hypothesis.summary,
        preconditions=tuple(c for c in hypothesis.claims if _is_present_state(c.measure.selector)),
        recovery=recovery_claims(hypothesis, state),
        blast_radius=_blast_radius(hypothesis.cause.entity, state),
        dry_run=target.description,
        rollback=entry.rollback,
        reversible=entry.reversible,
        target_state=target.digest,
        expires_at=now + timedelta(seconds=policy.approval_seconds),
        produced_by=PLANNER,
        inputs=(hypothesis.id,),
        made_at=now,
    )


def _is_present_state(selector: object) -> bool:
    return isinstance(selector, RowSelector | ProbeSelector)


def _title(entry: CatalogueEntry, hypothesis: Hypothesis) -> str:
    known = {name: scalar_text(value) for name, value in hypothesis.details.items()}
    return entry.title.format_map({"application_name": "unnamed", **known})


def _blast_radius(target: EntityRef, state: IncidentState) -> str:
    affected = state.synthesis.blast_radius if state.synthesis else ()
    services = [entity.name for entity in affected if entity.kind == "service"]
    users = f"; used by {', '.join(services)}" if services else ""
    return f"{target}{users}"
