"""Readings kept in Redis for a moment, shared by every worker."""

import structlog
from redis import Redis
from redis.exceptions import RedisError
from typing_extensions import override

from agents.gateway.cache import ReadCache

_log = structlog.get_logger(__name__)


class RedisReadCache(ReadCache):
    """Keeps texts in Redis; while Redis is away, every reading is simply made anew."""

    def __init__(self, client: Redis, *, prefix: str = "warroom:reading:") -> None:
        """Keep the client; installations that see different sources need different prefixes."""
        self._client = client
        self._prefix = prefix

    @override
    def get(self, key: str) -> str | None:
        """Return the text under a key, if it is still fresh."""
        try:
            found: object = self._client.get(f"{self._prefix}{key}")
        except RedisError as away:
            _log.warning("read_cache_failed", error=str(away))
            return None
        return found.decode() if isinstance(found, bytes) else None

    @override
    def put(self, key: str, text: str, *, seconds: float) -> None:
        """Keep a text under a key for some seconds."""
        try:
            self._client.set(f"{self._prefix}{key}", text, px=int(seconds * 1000))
        except RedisError as away:
            _log.warning("read_cache_failed", error=str(away))
