"""Tests of how changes are judged."""
