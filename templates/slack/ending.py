"""How an incident ends: stopped, resolved, written down."""

from collections.abc import Iterator

from slack_sdk.models.views import View

from agents.domain.state import IncidentState
from agents.ports import RoomMessage
from templates.slack import controls
from templates.slack.blocks import message, modal, section, small, text_input
from templates.slack.phrases import person
from templates.text import clock_time, elapsed, inert

RESOLVE_HINT = "`/warroom resolve &lt;cause&gt;`"


def ending_messages(state: IncidentState) -> Iterator[RoomMessage]:
    """Return what is to be said at the end, as far as the incident has come."""
    if state.stopped_by:
        text = f"{person(state.stopped_by)} told the agents to stop. They do nothing more here."
        hint = f"What is known stays: `/warroom status` · Close with {RESOLVE_HINT}"
        yield message("stopped", text, [section(text), small(hint)])
    if state.resolution:
        yield _resolved(state)
    for pull_request in state.pull_requests:
        text = f"*{inert(pull_request.title)}* is ready for review"
        where = link(pull_request.link)
        key = "postmortem" if pull_request.kind == "postmortem" else f"document:{pull_request.id}"
        yield message(key, text, [section(text, where)])


def _resolved(state: IncidentState) -> RoomMessage:
    resolution, incident = state.resolution, state.incident
    if resolution is None or incident is None:
        message_text = "only a resolved incident has a resolution to tell"
        raise ValueError(message_text)
    took = elapsed((resolution.at - incident.declared_at).total_seconds())
    at = clock_time(resolution.at)
    text = f":white_check_mark: *Resolved* by {person(resolution.by)} at {at}, after {took}"
    stated = f"Cause, as stated: {inert(resolution.cause, 600)}"
    waiting = () if state.pull_requests else (small("The postmortem is being written."),)
    return message("resolved", text, [section(text, stated), *waiting])


def link(link: str) -> str:
    """Return a link that can be followed, or the plain path where Slack would not open it."""
    shown = inert(link, 1000)
    is_web = link.startswith(("https://", "http://")) and not set(link) & set("<>|` \n")
    return f"<{shown}>" if is_web else f"`{shown}`"


def resolve_view(incident_id: str) -> View:
    """Make the form that asks what the cause was."""
    field = text_input(
        "What was the cause?",
        "In your own words. It goes into the postmortem and grades the diagnosis.",
        controls.CAUSE_BLOCK,
        controls.CAUSE_INPUT,
    )
    return modal(
        "Resolve the incident",
        [field],
        callback_id=controls.RESOLVE_VIEW,
        submit="Resolve",
        private_metadata=controls.IncidentRef(incident_id=incident_id).model_dump_json(),
    )
