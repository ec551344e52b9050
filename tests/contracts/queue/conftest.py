"""The queues and locks that the contracts are held against."""

from collections.abc import Iterator

import pytest
from redis import Redis

from agents.integrations.redis.lock import RedisIncidentLock
from agents.integrations.redis.queue import RqJobQueue
from agents.ports import IncidentLock, JobQueue
from agents.testing.queues import InMemoryIncidentLock, InMemoryJobQueue
from jobs.embedded import start_redis
from tests.databases import empty_redis

KINDS = ("memory", pytest.param("redis", marks=pytest.mark.processes))


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start one Redis for all tests of this folder."""
    with start_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server.url


@pytest.fixture(params=KINDS)
def connection(request: pytest.FixtureRequest) -> Iterator[Redis | None]:
    """Give an empty Redis; None stands for the double."""
    if request.param == "memory":
        yield None
        return
    client = empty_redis(request.getfixturevalue("redis_url"))
    yield client
    client.close()


@pytest.fixture
def queue(connection: Redis | None) -> JobQueue:
    """Give an empty queue."""
    return RqJobQueue(connection) if connection else InMemoryJobQueue()


@pytest.fixture
def lock(connection: Redis | None) -> IncidentLock:
    """Give a lock that nobody holds."""
    if connection is None:
        return InMemoryIncidentLock()
    return RedisIncidentLock(connection, lease_seconds=0.3, wait_seconds=0.05)
