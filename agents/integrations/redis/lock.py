"""Locks on Redis, renewed for as long as their holder lives."""

from collections.abc import Generator
from contextlib import contextmanager
from threading import Event, Thread

import structlog
from redis import Redis
from redis.exceptions import LockError, RedisError
from redis.lock import Lock
from typing_extensions import override

from agents.ports import IncidentLock

LEASE_SECONDS = 5.0
"""How long a lock outlives a holder that was killed."""
WAIT_SECONDS = 2.0
"""How long somebody else may wait: deciding takes milliseconds."""
_POLL_SECONDS = 0.02

_log = structlog.get_logger(__name__)


class RedisIncidentLock(IncidentLock):
    """One token per holder, so that nobody releases a lock that is not theirs.

    A holder that is cut off from Redis may lose its lock without noticing. The journal does not
    depend on it: keys keep decisions and messages single; the lock saves work and keeps order.
    """

    def __init__(
        self,
        connection: Redis,
        *,
        lease_seconds: float = LEASE_SECONDS,
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        """Keep the connection and how patient to be."""
        self._connection = connection
        self._lease_seconds = lease_seconds
        self._wait_seconds = wait_seconds

    @override
    @contextmanager
    def holding(self, incident_id: str) -> Generator[bool]:
        """Try for a short while to hold a name; not held either when Redis is out of reach."""
        lock = Lock(
            self._connection,
            f"warroom:lock:{incident_id}",
            timeout=self._lease_seconds,
            sleep=_POLL_SECONDS,
            blocking_timeout=self._wait_seconds,
            thread_local=False,
        )
        if not _acquired(lock, incident_id):
            yield False
            return
        done = Event()
        renewing = Thread(target=self._renew, args=(lock, done, incident_id), daemon=True)
        renewing.start()
        try:
            yield True
        finally:
            done.set()
            renewing.join()
            _release(lock, incident_id)

    def _renew(self, lock: Lock, done: Event, name: str) -> None:
        while not done.wait(self._lease_seconds / 3):
            try:
                lock.reacquire()
            except RedisError as failure:
                _log.warning("lock_not_renewed", name=name, reason=str(failure))


def _acquired(lock: Lock, name: str) -> bool:
    try:
        return lock.acquire()
    except RedisError as failure:
        _log.warning("lock_unreachable", name=name, reason=str(failure))
        return False


def _release(lock: Lock, name: str) -> None:
    try:
        lock.release()
    except LockError:
        _log.warning("lock_lost", name=name)
    except RedisError as failure:
        _log.warning("lock_not_released", name=name, reason=str(failure))
