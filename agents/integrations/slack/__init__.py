"""Slack as the room where people and agents meet."""

from agents.integrations.slack.room import SlackRoom

__all__ = ["SlackRoom"]
