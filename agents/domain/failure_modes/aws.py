"""Failure modes of the aws domain."""

from agents.domain.failure_modes.entry import FailureMode

AWS_MODES: tuple[FailureMode, ...] = ()
