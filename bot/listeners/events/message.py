"""Somebody says something where the bot listens: only replies to the bot are kept."""

from collections.abc import Mapping

from pydantic import JsonValue

from agents.domain.state import IncidentState
from agents.errors import UnknownIncident
from bot.listeners.bolt import Acknowledge, Bolt
from bot.listeners.desk import Desk, blocks_of, explaining, whispering
from bot.listeners.events.speaking import keep
from bot.listeners.payloads import Done, MessageEvent
from templates.slack.replies import help_reply

_BY_PEOPLE = frozenset({None, "thread_broadcast"})
"""Message subtypes that a person wrote; edits, joins and the like have others."""


def register(app: Bolt, desk: Desk) -> None:
    """Attach the event to the Bolt app."""

    def said_something(ack: Acknowledge, event: Mapping[str, object]) -> None:
        ack()
        if event.get("subtype") not in _BY_PEOPLE:
            return
        said = MessageEvent.model_validate(event)
        if said.bot_id or not said.user:
            return
        if said.channel_type == "im":
            answer_direct(desk, said.channel)
        elif said.thread_ts:
            hear(desk, said, said.thread_ts)

    app.event("message")(said_something)


def answer_direct(desk: Desk, channel: str) -> None:
    """Say what can be asked; incidents are worked on in their channels."""
    reply = help_reply()
    blocks: list[JsonValue] = [*blocks_of(reply)]
    desk.slack("chat.postMessage", Done, channel=channel, text=reply.text, blocks=blocks)


def hear(desk: Desk, said: MessageEvent, thread: str) -> None:
    """Keep a reply in a thread of ours as a statement."""
    try:
        state = desk.incidents.in_channel(said.channel)
    except UnknownIncident:
        return
    if not is_ours(state, thread):
        return
    tell = whispering(desk, said.channel, said.user, thread)
    with explaining(tell, "message"):
        reply = keep(desk, said, state)
        if reply:
            tell(reply)


def is_ours(state: IncidentState, thread: str) -> bool:
    """Tell whether a thread hangs below a message of ours."""
    return any(d.peer == "room" and d.reference == thread for d in state.deliveries.values())
