"""The cache of readings and the rates of sources, shared by all workers."""

from datetime import UTC, datetime

import pytest
from limits.storage import RedisStorage
from redis import Redis

from agents.errors import RateLimited
from agents.gateway.cache import MemoryReadCache, ReadCache
from agents.gateway.limiting import SourceLimiter
from agents.integrations.redis.read_cache import RedisReadCache

NOW = datetime(2026, 11, 19, tzinfo=UTC)


@pytest.fixture(params=["memory", "redis"])
def cache(request: pytest.FixtureRequest) -> ReadCache:
    """Give each adapter of the port in turn."""
    if request.param == "memory":
        return MemoryReadCache(lambda: NOW)
    return RedisReadCache(request.getfixturevalue("connection"))


@pytest.mark.contract
def test_a_kept_text_is_there_under_its_key_alone(cache: ReadCache) -> None:
    """One question's answer must never be handed to another."""
    cache.put("pods", "[1, 2]", seconds=60)

    assert cache.get("pods") == "[1, 2]"
    assert cache.get("nodes") is None


@pytest.mark.contract
def test_the_newer_text_replaces_the_older(cache: ReadCache) -> None:
    """The last reading is the one that is true."""
    cache.put("pods", "old", seconds=60)

    cache.put("pods", "new — café", seconds=60)

    assert cache.get("pods") == "new — café"


def test_redis_forgets_a_text_in_time(connection: Redis) -> None:
    """A reading that outlives its freshness is worse than none."""
    RedisReadCache(connection, prefix="test:").put("pods", "[]", seconds=15)

    left: object = connection.pttl("test:pods")

    assert isinstance(left, int)
    assert 0 < left <= 15_000


def test_the_cache_is_empty_while_redis_is_away() -> None:
    """A cache that is down must slow an investigation, not end it."""
    cache = RedisReadCache(Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2))

    cache.put("pods", "[]", seconds=15)

    assert cache.get("pods") is None


def test_memory_throws_out_the_oldest_first() -> None:
    """A worker that runs for weeks must not grow for weeks."""
    cache = MemoryReadCache(lambda: NOW, entries_at_most=2)

    for key in ("first", "second", "third"):
        cache.put(key, key, seconds=60)

    assert [cache.get(key) for key in ("first", "second", "third")] == [None, "second", "third"]


@pytest.mark.processes
def test_workers_share_one_rate_through_redis(redis_url: str, connection: Redis) -> None:
    """Ten workers with a rate each are ten times the load."""
    limiters = [
        SourceLimiter(RedisStorage(redis_url), {"objects:*": "2/minute"}, seconds_now=NOW.timestamp)
        for _ in range(2)
    ]
    limiters[0].admit("objects:pods")
    limiters[1].admit("objects:nodes")

    with pytest.raises(RateLimited):
        limiters[0].admit("objects:pods")
