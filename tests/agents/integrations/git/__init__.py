"""Tests of a bare repository as the code host."""
