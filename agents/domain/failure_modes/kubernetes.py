"""Failure modes of the kubernetes domain."""

from agents.domain.failure_modes.entry import FailureMode

KUBERNETES_MODES: tuple[FailureMode, ...] = ()
