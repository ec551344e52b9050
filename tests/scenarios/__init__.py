"""Whole incidents, from page to postmortem."""
