"""Real servers started for oneself: Redis and PostgreSQL as child processes on loopback."""

from jobs.embedded.postgres_server import PostgresServer, start_postgres
from jobs.embedded.processes import (
    EmbeddedServerError,
    ManagedProcess,
    ServerNotFoundError,
    ServerNotReadyError,
    free_port,
    wait_until,
)
from jobs.embedded.redis_server import RedisServer, start_redis

__all__ = [
    "EmbeddedServerError",
    "ManagedProcess",
    "PostgresServer",
    "RedisServer",
    "ServerNotFoundError",
    "ServerNotReadyError",
    "free_port",
    "start_postgres",
    "start_redis",
    "wait_until",
]
