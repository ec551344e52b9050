"""The journals that the contract is held against."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from agents.integrations.sql.connecting import open_database
from agents.integrations.sql.journal import SqlJournal
from agents.integrations.sql.migrations import upgrade
from agents.integrations.sql.recording import SqlRecording
from agents.ports import Recording
from agents.testing.journal import InMemoryJournal, InMemoryRecording
from tests.databases import fresh_database, postgres_server

JournalUnderTest = InMemoryJournal | SqlJournal
KINDS = ("memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.processes))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start one PostgreSQL for all tests of this folder."""
    with postgres_server(tmp_path_factory.mktemp("postgres")) as server:
        yield server.url


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine | None]:
    """Give an empty, migrated database; None stands for the double."""
    if request.param == "memory":
        yield None
        return
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/journal.sqlite"
    else:
        url = fresh_database(request.getfixturevalue("postgres"))
    engine = open_database(url)
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def journal(database: Engine | None) -> JournalUnderTest:
    """Give an empty journal."""
    return SqlJournal(database) if database else InMemoryJournal()


@pytest.fixture
def recording(database: Engine | None) -> Recording:
    """Give an empty recording."""
    return SqlRecording(database) if database else InMemoryRecording()
