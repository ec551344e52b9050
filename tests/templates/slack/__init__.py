"""Tests of the messages in the room."""
