"""Tests of the servers started for oneself."""
