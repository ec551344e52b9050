"""The tests of reading alerts."""
