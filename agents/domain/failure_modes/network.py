"""Failure modes of the network domain."""

from agents.domain.failure_modes.entry import FailureMode

NETWORK_MODES: tuple[FailureMode, ...] = ()
