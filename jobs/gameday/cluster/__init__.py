"""A Kubernetes API over real API objects, with the controllers that a demonstration needs."""

from jobs.gameday.cluster.cluster import Cluster, Credentials
from jobs.gameday.cluster.runtime import Runtime, SimulatedRuntime, Timing

__all__ = ["Cluster", "Credentials", "Runtime", "SimulatedRuntime", "Timing"]
