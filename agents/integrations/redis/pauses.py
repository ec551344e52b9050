"""Pauses that every worker keeps to."""

import structlog
from redis import Redis
from redis.exceptions import RedisError
from typing_extensions import override

from agents.ports import Pauses

_log = structlog.get_logger(__name__)


class RedisPauses(Pauses):
    """Keys that end by themselves. Forgetting one costs a refused call, so Redis may be away."""

    def __init__(self, connection: Redis) -> None:
        """Keep the connection."""
        self._connection = connection

    @override
    def pause(self, name: str, seconds: float) -> None:
        """Leave something alone for some seconds."""
        try:
            self._connection.set(_key(name), "1", px=max(1, int(seconds * 1000)))
        except RedisError as away:
            _log.warning("pause_not_kept", name=name, reason=str(away))

    @override
    def remaining(self, name: str) -> float:
        """Return for how many seconds something is still to be left alone."""
        try:
            milliseconds = self._connection.pttl(_key(name))
        except RedisError as away:
            _log.warning("pause_not_read", name=name, reason=str(away))
            return 0.0
        return max(0.0, float(milliseconds) / 1000)


def _key(name: str) -> str:
    return f"warroom:pause:{name}"
