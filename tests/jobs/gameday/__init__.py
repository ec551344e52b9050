"""Tests of the world that the demonstration breaks."""
