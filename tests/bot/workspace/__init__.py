"""Tests of the local workspace, mostly with a real Bolt app or a real browser."""
