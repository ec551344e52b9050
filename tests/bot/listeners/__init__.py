"""Tests of what people do in Slack."""
