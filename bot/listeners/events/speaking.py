"""What a person says to the bot, kept as attributed evidence."""

import re
from datetime import UTC, datetime

from agents.domain.events import PersonSpoke
from agents.domain.incidents import Person, Statement
from agents.domain.state import IncidentState
from agents.ports import RoomMessage
from bot.listeners.commands.steering import acting
from bot.listeners.desk import Desk
from bot.listeners.payloads import MemberInfo, MessageEvent
from templates.slack.replies import help_reply, words_reply

_MENTION_AT_START = re.compile(r"^\s*<@[A-Z0-9]+(\|[^>]*)?>[\s,:]*")
_NOTED = "Noted, in your name. It goes to the agents and into the postmortem."


def keep(desk: Desk, said: MessageEvent, state: IncidentState) -> RoomMessage | None:
    """Record a statement and return what to answer.

    Slack may tell of one message twice, as a mention and as a reply: it is one statement.
    """
    text = _MENTION_AT_START.sub("", said.text).strip()
    if not text:
        return help_reply()
    person = _person(desk, said.user)
    statement = Statement(person=person, text=text, said_at=_moment(said.ts))
    spoke = PersonSpoke(statement=statement)
    is_new = desk.incidents.record(state.incident_id, spoke, actor=acting(person))
    return words_reply(_NOTED) if is_new else None


def _person(desk: Desk, user_id: str) -> Person:
    member = desk.slack("users.info", MemberInfo, user=user_id).user
    name = member.profile.display_name or member.profile.real_name or member.name or user_id
    return Person(id=user_id, name=name)


def _moment(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)
