"""A recorded API, and the demonstration's cluster with one simulated Deployment."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from agents.integrations.kubernetes.telemetry import KubernetesTelemetry
from jobs.gameday.cluster import Cluster, SimulatedRuntime, Timing
from jobs.gameday.hosting import LoopThread
from jobs.gameday.manifests import deployment, furnish, service
from tests.agents.integrations.kubernetes.recorded import RecordedApi, client_of, recorded_api

MIB = 2**20


@pytest.fixture
def api() -> Iterator[RecordedApi]:
    """Return an API that plays back what a test tells it to."""
    with recorded_api() as served:
        served.serve_kinds()
        yield served


@pytest.fixture
def telemetry(api: RecordedApi) -> Iterator[KubernetesTelemetry]:
    """Return the adapter over the recorded API."""
    with client_of(api.url) as client:
        yield KubernetesTelemetry(client)


@dataclass(frozen=True)
class RunningCluster:
    """The demonstration's cluster, and the loop that it lives on."""

    cluster: Cluster
    loop: LoopThread


@pytest.fixture
def running() -> Iterator[RunningCluster]:
    """Return a cluster whose `checkout` needs 200 MiB and has a limit of 256 MiB."""
    timing = Timing(ready_seconds=0.02, out_of_memory_seconds=0.15)
    cluster = Cluster(SimulatedRuntime({"checkout": 200 * MIB}, timing), back_off_seconds=0.2)
    furnish(cluster, datetime.now(UTC))
    cluster.apply(service("checkout", 18080), deployment("checkout", replicas=2))
    with LoopThread("cluster") as loop:
        loop.call(cluster.start())
        yield RunningCluster(cluster, loop)
        loop.call(cluster.stop())
