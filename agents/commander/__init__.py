"""Deciding what is due next: planning, cross-examination and synthesis."""
