"""Specialists over the Model Context Protocol: served to any client, called by our own jobs."""
