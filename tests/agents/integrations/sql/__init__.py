"""Tests of the journal in SQL, beyond its contract."""
