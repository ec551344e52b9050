"""Tests of the database specialist."""
