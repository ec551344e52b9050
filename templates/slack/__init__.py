"""Artifacts as Block Kit, one function per message."""
