"""Real databases for tests."""

from pathlib import Path
from secrets import token_hex

import psycopg
from psycopg import sql
from redis import Redis

from agents.integrations.redis.connecting import connect
from jobs.embedded import PostgresServer, start_postgres


def postgres_server(directory: Path) -> PostgresServer:
    """Start a PostgreSQL of one's own; use it as a context manager."""
    return start_postgres(directory)


def fresh_database(server_url: str) -> str:
    """Create an empty database and return its URL."""
    name = f"test_{token_hex(4)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    return server_url.rpartition("/")[0] + f"/{name}"


def empty_redis(url: str) -> Redis:
    """Empty a Redis and return a client of it."""
    client = connect(url)
    client.flushall()  # pyright: ignore[reportUnknownMemberType] - redis-py's own gap
    return client
