"""Tests of the documents that people merge."""
