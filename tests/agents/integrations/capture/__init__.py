"""The tests of reading and writing captures."""
