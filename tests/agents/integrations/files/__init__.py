"""The tests of files as live sources."""
