"""A real Redis for the tests of this folder."""

from collections.abc import Iterator

import pytest
from redis import Redis

from jobs.embedded import start_redis
from tests.databases import empty_redis


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start one Redis for all tests of this folder."""
    with start_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server.url


@pytest.fixture
def connection(redis_url: str) -> Iterator[Redis]:
    """Give an empty Redis."""
    client = empty_redis(redis_url)
    yield client
    client.close()
