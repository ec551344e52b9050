"""Tests of the artifacts and of the arithmetic on them."""
