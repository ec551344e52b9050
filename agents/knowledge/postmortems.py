"""The draft of a postmortem, written from the journal alone."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from agents.domain import events as e
from agents.domain.actions import Decision, OutcomeStatus
from agents.domain.base import Producer
from agents.domain.events import Event
from agents.domain.hypotheses import HypothesisStatus
from agents.domain.learning import ActionItem, Postmortem
from agents.domain.state import IncidentState
from agents.domain.synthesis import RankedHypothesis, TimelineEntry
from agents.errors import UnknownIncident

SCRIBE = Producer(name="scribe")
_NOT_STATED = "Not stated yet."


def draft_postmortem(state: IncidentState, events: Iterable[Event], now: datetime) -> Postmortem:
    """Return what the journal can tell of an incident; people correct it and add what it cannot.

    Raises:
        UnknownIncident: the journal does not say what the incident was.
    """
    incident = state.incident
    if incident is None:
        raise UnknownIncident(f"Incident {state.incident_id} was never declared.")
    acknowledged, resolution = state.acknowledged_at, state.resolution
    declared = incident.declared_at
    return Postmortem(
        title=incident.title,
        incident_id=state.incident_id,
        summary=_summary(state),
        impact=_impact(state),
        cause=resolution.cause if resolution else _NOT_STATED,
        diagnosis=_diagnosis(state),
        contributing_factors=tuple(_contributing_factors(state)),
        timeline=_timeline(state, events),
        action_items=tuple(_action_items(state)),
        time_to_acknowledge_seconds=(
            (acknowledged - declared).total_seconds() if acknowledged else None
        ),
        time_to_resolve_seconds=(
            (resolution.at - declared).total_seconds() if resolution else None
        ),
        drafted_at=now,
        produced_by=SCRIBE,
        inputs=(state.synthesis.id,) if state.synthesis else (),
        made_at=now,
    )


def _summary(state: IncidentState) -> str:
    account = state.synthesis
    told = " ".join(s.text for s in account.sentences if s.cites) if account else ""
    return told or "The agents gave no account of this incident."


def _impact(state: IncidentState) -> str:
    account = state.synthesis
    affected = [ref.key for ref in account.blast_radius] if account else []
    symptoms = [*account.symptoms] if account else []
    told = [f"Affected: {', '.join(affected)}."] if affected else []
    told += [f"Seen: {'; '.join(symptoms[:5])}."] if symptoms else []
    return " ".join(told) or "Not measured. Add what users noticed."


def _supported(state: IncidentState) -> tuple[RankedHypothesis, ...]:
    ranked = state.synthesis.ranked if state.synthesis else ()
    return tuple(one for one in ranked if one.status is HypothesisStatus.SUPPORTED)


def _diagnosis(state: IncidentState) -> str:
    supported = _supported(state)
    if not supported:
        return "The agents found no cause that the evidence carries."
    return " ".join(one.summary for one in supported)


def _contributing_factors(state: IncidentState) -> Iterator[str]:
    for one in _supported(state):
        yield f"{one.cause.mode.title} on {one.cause.entity.key}: {one.cause.mode.mechanism}"
        if one.change_ref:
            yield f"It followed the change {one.change_ref}."


def _action_items(state: IncidentState) -> Iterator[ActionItem]:
    for one in _supported(state):
        if one.caused_by is None:
            title, where = one.cause.mode.title, one.cause.entity.key
            yield ActionItem(
                text=f"Make sure that this cannot come back on {where}: {title}",
                why="The mitigation stopped the harm; the cause may still be there.",
            )
    for gap in {gap.id: gap for gap in state.gaps}.values():
        yield ActionItem(text=gap.remedy, why=f"Not known during the incident: {gap.text}")
    for outcome in state.outcomes.values():
        if outcome.status is not OutcomeStatus.EXECUTED:
            yield ActionItem(text="Find out why an action did not go through", why=outcome.detail)


def _timeline(state: IncidentState, events: Iterable[Event]) -> tuple[TimelineEntry, ...]:
    observed = state.synthesis.timeline if state.synthesis else ()
    recorded = tuple(entry for event in events for entry in _told(event))
    return tuple(sorted(dict.fromkeys((*observed, *recorded)), key=lambda entry: entry.at))


def _told(event: Event) -> Iterator[TimelineEntry]:
    """Yield an event as an entry of the timeline, where people would miss it there."""
    told = _by_agents(event.body) or _by_people(event.body)
    if told:
        text, evidence_id = told
        yield TimelineEntry(at=event.at, text=text, evidence_id=evidence_id)


_Told = tuple[str, str]
"""What to say of an event, and the artifact that shows it."""


def _by_agents(body: object) -> _Told | None:
    match body:
        case e.IncidentDeclared(incident=incident):
            return f"Incident declared: {incident.title}", incident.id
        case e.QuestionAnswered(answer=answer) if answer.hypotheses:
            return f"{answer.produced_by.name}: {answer.hypotheses[0].summary}", answer.id
        case e.SynthesisPublished(synthesis=synthesis) if synthesis.sentences:
            return f"Diagnosis: {synthesis.sentences[0].text}", synthesis.id
        case e.ActionProposed(proposal=proposal):
            return f"Proposed: {proposal.title}", proposal.id
        case e.ActionFinished(outcome=outcome):
            return f"Action {outcome.status.value}: {outcome.detail}", outcome.id
        case e.RecoveryMeasured(recovery=recovery):
            return recovery.text, recovery.id
        case _:
            return None


def _by_people(body: object) -> _Told | None:
    match body:
        case e.AlertReceived(what="acknowledged", alert=alert):
            return "Page acknowledged", alert.id
        case e.AlertReceived(what="resolved", alert=alert):
            return "The alert cleared", alert.id
        case e.ApprovalRecorded(approval=approval):
            done = "approved" if approval.decision is Decision.APPROVE else "rejected"
            return f"{approval.approver.name} {done} it", approval.id
        case e.PersonSpoke(statement=statement):
            return f"{statement.person.name}: {statement.text}", statement.id
        case e.IncidentResolved(by=by, cause=cause):
            return f"Resolved by {by.name}: {cause}", body.kind
        case _:
            return None
