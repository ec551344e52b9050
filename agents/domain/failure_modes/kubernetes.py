"""Failure modes of the kubernetes domain."""

from agents.domain.failure_modes.entry import FailureMode
from agents.domain.failure_modes.kubernetes_cluster import CLUSTER_MODES
from agents.domain.failure_modes.kubernetes_pods import POD_MODES

KUBERNETES_MODES: tuple[FailureMode, ...] = (*POD_MODES, *CLUSTER_MODES)
