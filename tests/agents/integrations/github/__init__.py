"""Tests of GitHub as the code host."""
