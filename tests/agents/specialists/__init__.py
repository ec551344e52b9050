"""Tests of the specialists."""
