"""The Approve button."""

from agents.domain.actions import Decision
from bot.listeners.actions.deciding import register_decision
from bot.listeners.bolt import Bolt
from bot.listeners.desk import Desk
from templates.slack.controls import APPROVE


def register(app: Bolt, desk: Desk) -> None:
    """Attach the button to the Bolt app."""
    register_decision(app, desk, APPROVE, Decision.APPROVE)
