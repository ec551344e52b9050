"""Tests of Slack as the room."""
