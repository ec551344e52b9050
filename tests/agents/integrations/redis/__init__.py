"""Tests of the queue and the lock on Redis, beyond their contracts."""
