"""Queues and locks on Redis."""
