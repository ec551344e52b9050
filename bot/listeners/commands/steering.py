"""The words of `/warroom` that change something."""

from agents.domain.base import Producer
from agents.domain.events import IncidentResolved, InvestigationStopped, PersonSpoke
from agents.domain.incidents import Alert, Person, Severity, Statement
from agents.errors import UnknownIncident
from agents.ports import RoomMessage
from bot.listeners.desk import Desk
from bot.listeners.payloads import Command, Done
from bot.listeners.views.modals import as_view
from templates.slack.ending import resolve_view
from templates.slack.replies import usage_reply, words_reply

_TITLE_CHARACTERS = 150


def investigate(desk: Desk, asked: Command, rest: str) -> RoomMessage:
    """Declare an incident, or in an incident's channel tell the agents what a person knows."""
    if not rest:
        return usage_reply("investigate <what is wrong>", "checkout times out since 14:00")
    try:
        state = desk.incidents.in_channel(asked.channel_id)
    except UnknownIncident:
        return _declare(desk, asked, rest)
    statement = Statement(person=asked.person, text=rest, said_at=desk.incidents.now())
    spoke = PersonSpoke(statement=statement)
    desk.incidents.record(state.incident_id, spoke, actor=acting(asked.person))
    return words_reply(
        "Noted for the agents and for the postmortem, in your name. "
        "For a separate incident, use another channel."
    )


def _declare(desk: Desk, asked: Command, what: str) -> RoomMessage:
    alert = Alert(
        source="slack",
        title=what[:_TITLE_CHARACTERS],
        text=what,
        severity=Severity.SEV2,
        started_at=desk.incidents.now(),
        external_id=asked.trigger_id,
    )
    desk.incidents.declare(alert, actor=acting(asked.person))
    return words_reply("Declared. Its channel is being opened; the board will be pinned there.")


def stop(desk: Desk, asked: Command, rest: str) -> RoomMessage:
    """Have the agents do nothing more in this incident."""
    state = desk.incidents.in_channel(asked.channel_id)
    if state.resolution or state.stopped_by:
        return words_reply("The agents have stopped already.")
    stopped = InvestigationStopped(by=asked.person, reason=rest)
    desk.incidents.record(state.incident_id, stopped, actor=acting(asked.person))
    return words_reply("The agents are told to stop. Close with `/warroom resolve &lt;cause&gt;`.")


def resolve(desk: Desk, asked: Command, rest: str) -> RoomMessage | None:
    """Close the incident with its cause; without one, ask for it."""
    state = desk.incidents.in_channel(asked.channel_id)
    if state.resolution:
        return words_reply("It is resolved already. `/warroom postmortem` shows the postmortem.")
    if not rest:
        view = as_view(resolve_view(state.incident_id))
        desk.slack("views.open", Done, trigger_id=asked.trigger_id, view=view)
        return None
    resolve_incident(desk, state.incident_id, asked.person, rest)
    return words_reply("Resolved. The postmortem is being written.")


def resolve_incident(desk: Desk, incident_id: str, person: Person, cause: str) -> None:
    """Write down who resolved an incident and what they say it was."""
    resolved = IncidentResolved(by=person, cause=cause)
    desk.incidents.record(incident_id, resolved, actor=acting(person))


def acting(person: Person) -> Producer:
    """Return a person as the journal names actors."""
    return Producer(name=person.name, is_person=True)
