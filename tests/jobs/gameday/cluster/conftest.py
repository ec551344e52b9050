"""A cluster on loopback with one simulated deployment, and clients for its identities."""

from collections.abc import Callable, Iterator

import pytest
from kubernetes import client

from jobs.gameday.cluster import Cluster, SimulatedRuntime, Timing
from jobs.gameday.cluster.objects import now
from jobs.gameday.hosting import LoopThread
from jobs.gameday.manifests import deployment, furnish, service

MIB = 2**20

ClientFor = Callable[[str], client.ApiClient]


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A cluster whose `checkout` needs 200 MiB."""
    runtime = SimulatedRuntime(
        {"checkout": 200 * MIB}, Timing(ready_seconds=0.02, out_of_memory_seconds=0.15)
    )
    made = Cluster(runtime, back_off_seconds=0.2)
    furnish(made, now())
    made.apply(service("checkout", 18080), deployment("checkout", replicas=2))
    with LoopThread("cluster") as loop:
        loop.call(made.start())
        yield made
        loop.call(made.stop())


@pytest.fixture
def connect(cluster: Cluster) -> Iterator[ClientFor]:
    """Official clients by token."""
    opened: list[client.ApiClient] = []

    def client_for(token: str) -> client.ApiClient:
        settings = client.Configuration()
        settings.host = cluster.url
        settings.api_key = {"authorization": f"Bearer {token}"}
        opened.append(client.ApiClient(settings))
        return opened[-1]

    yield client_for
    for each in opened:
        each.close()
