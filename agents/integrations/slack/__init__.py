"""Slack as the room where people and agents meet."""
