"""Cloud-OpsBench (arXiv 2603.00468): snapshots of a cluster with one fault in it."""

from agents.integrations.benchmarks.cloudopsbench.cases import CloudOpsBench

__all__ = ["CloudOpsBench"]
