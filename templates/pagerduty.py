"""What is written back to the pager, so that whoever looks there first is not left behind."""

from collections.abc import Iterator

from agents.domain.actions import OutcomeStatus
from agents.domain.state import IncidentState
from agents.domain.synthesis import Synthesis
from agents.ports import PagerMessage
from templates.text import one_line

SOURCE = "pagerduty"
_NOTE_CHARACTERS = 2000


def pager_messages(state: IncidentState) -> tuple[PagerMessage, ...]:
    """Return everything that is due at the pager, in order, each once under its own key."""
    incident = state.incident
    if incident is None or incident.alert.source != SOURCE or not incident.alert.external_id:
        return ()
    return tuple(_due(state))


def _due(state: IncidentState) -> Iterator[PagerMessage]:
    if state.plan:
        yield PagerMessage(key="acknowledge", kind="acknowledge")
    yield from _accounts(state)
    yield from _mitigations(state)
    if state.resolution:
        by, cause = one_line(state.resolution.by.name, 80), one_line(state.resolution.cause, 600)
        yield _note("resolved", f"Resolved by {by}. Cause, as stated: {cause}")
        yield PagerMessage(key="resolve", kind="resolve")


def _accounts(state: IncidentState) -> Iterator[PagerMessage]:
    """Yield one note for each new leading explanation; notes cannot be edited, so no more."""
    leader = None
    for account in state.syntheses:
        current = _leader(account)
        if current != leader:
            leader = current
            yield _note(f"synthesis:{account.id}", _told(account))


def _leader(account: Synthesis) -> str:
    cause = account.ranked[0].cause.key if account.ranked else ""
    return f"{account.outcome}:{cause}"


def _told(account: Synthesis) -> str:
    told = " ".join(one_line(s.text, 400) for s in account.sentences if s.cites)
    return told or "The agents could not tell the cause from what they can read."


def _mitigations(state: IncidentState) -> Iterator[PagerMessage]:
    for proposal in state.proposals.values():
        outcome = state.outcomes.get(proposal.id)
        if outcome and outcome.status is OutcomeStatus.EXECUTED:
            detail = one_line(outcome.detail, 600)
            yield _note(f"outcome:{proposal.id}", f"{one_line(proposal.title)}: {detail}")
        if any(check.recovered for check in state.recoveries_of(proposal.id)):
            text = f"Mitigated: measured again after {one_line(proposal.title)}."
            yield _note(f"recovery:{proposal.id}", text)


def _note(key: str, text: str) -> PagerMessage:
    return PagerMessage(key=key, kind="note", text=one_line(text, _NOTE_CHARACTERS))
