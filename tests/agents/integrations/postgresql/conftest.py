"""A real PostgreSQL for this folder, with the roles that an operator would create."""

from collections.abc import Iterator

import psycopg
import pytest

from jobs.embedded import PostgresServer, ServerNotFoundError, start_postgres
from tests.agents.integrations.postgresql.support import EXECUTOR, READER, Shop

_ROLES = f"""
create role {READER} login; grant pg_monitor to {READER};
create role {EXECUTOR} login; grant pg_signal_backend, pg_monitor to {EXECUTOR};
create role stranger login;
create role shop login;
"""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """Start one server for the folder, or skip and say why."""
    settings = {"wal_level": "logical", "max_prepared_transactions": "5"}
    folder = tmp_path_factory.mktemp("postgresql")
    try:
        started = start_postgres(folder, max_connections=25, settings=settings)
    except ServerNotFoundError as missing:
        pytest.skip(f"no PostgreSQL on this machine: {missing}")
    with started as running:
        with psycopg.connect(running.url, autocommit=True) as admin:
            admin.execute(_ROLES.encode())
        yield running


@pytest.fixture
def shop(server: PostgresServer) -> Iterator[Shop]:
    """Give each test a shop of its own, and end what it left running."""
    with Shop(server) as opened:
        yield opened


@pytest.fixture(scope="session")
def calm(server: PostgresServer) -> Iterator[Shop]:
    """Share one shop in which nothing goes wrong among the tests that only read."""
    with Shop(server) as opened:
        yield opened
