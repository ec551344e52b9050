"""Failure modes of the database domain."""

from agents.domain.failure_modes.entry import FailureMode

DATABASE_MODES: tuple[FailureMode, ...] = ()
