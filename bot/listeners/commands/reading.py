"""The words of `/warroom` that only look."""

from agents.ports import RoomMessage
from bot.listeners.desk import Desk
from bot.listeners.payloads import Command
from templates.slack.replies import (
    evidence_list_reply,
    evidence_reply,
    hypotheses_reply,
    postmortem_reply,
    status_reply,
)


def status(desk: Desk, asked: Command, rest: str) -> RoomMessage:
    """Show where things stand, and what is not known."""
    del rest
    state = desk.incidents.in_channel(asked.channel_id)
    return status_reply(state, desk.incidents.now(), desk.policy)


def hypotheses(desk: Desk, asked: Command, rest: str) -> RoomMessage:
    """Show every explanation with its claims."""
    del rest
    return hypotheses_reply(desk.incidents.in_channel(asked.channel_id), desk.policy)


def evidence(desk: Desk, asked: Command, rest: str) -> RoomMessage:
    """Show one piece of evidence, or the list when none of that number is there."""
    state = desk.incidents.in_channel(asked.channel_id)
    number = rest.lstrip("#")
    found = evidence_reply(state, int(number)) if number.isdecimal() else None
    return found or evidence_list_reply(state, rest)


def postmortem(desk: Desk, asked: Command, rest: str) -> RoomMessage:
    """Show where the postmortem is, or what is needed for one."""
    del rest
    return postmortem_reply(desk.incidents.in_channel(asked.channel_id))
