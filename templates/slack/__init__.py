"""Artifacts as Block Kit, one function per message."""

from datetime import datetime

from agents.domain.plans import Policy
from agents.domain.state import IncidentState
from agents.ports import RoomMessage
from templates.slack.action import action_messages
from templates.slack.board import board
from templates.slack.ending import ending_messages
from templates.slack.notes import notes
from templates.slack.synthesis import synthesis_message

_DEFAULT_POLICY = Policy()


def room_messages(
    state: IncidentState, now: datetime, policy: Policy = _DEFAULT_POLICY
) -> tuple[RoomMessage, ...]:
    """Return everything that is due in the incident's room, in order, each under its own key.

    The outbox posts a key once and edits it when what it says has changed.
    """
    if state.incident is None:
        return ()
    account = synthesis_message(state)
    return (
        board(state, now, policy),
        *notes(state),
        *((account,) if account else ()),
        *action_messages(state),
        *ending_messages(state),
    )
