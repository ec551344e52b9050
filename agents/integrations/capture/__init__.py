"""Captures: folders of recorded telemetry in the vendors' own formats, read and written."""
