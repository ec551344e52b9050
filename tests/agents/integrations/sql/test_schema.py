"""The migrations, on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from agents.errors import JournalUnavailable
from agents.integrations.sql.connecting import open_database
from agents.integrations.sql.journal import SqlJournal
from agents.integrations.sql.migrations import upgrade
from agents.integrations.sql.tables import METADATA
from tests.databases import fresh_database, postgres_server
from tests.events import ACTOR, START, declared


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start one PostgreSQL for this file."""
    with postgres_server(tmp_path_factory.mktemp("postgres")) as server:
        yield server.url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.processes)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Give an empty database."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/var/journal.sqlite"
    else:
        url = fresh_database(request.getfixturevalue("postgres"))
    engine = open_database(url)
    yield engine
    engine.dispose()


def test_the_migrations_make_the_tables_that_the_code_expects(empty: Engine) -> None:
    """An upgrade in the middle of the night must not end in a missing column."""
    upgrade(empty)

    with empty.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, METADATA)

    assert differences == []


def test_processes_that_start_together_migrate_once(empty: Engine) -> None:
    """`warroom up` starts ten processes at once on an empty database."""
    with ThreadPoolExecutor(6) as starters:
        list(starters.map(upgrade, [empty] * 6))

    assert set(inspect(empty).get_table_names()) == {*METADATA.tables, "alembic_version"}


def test_an_edit_behind_the_journals_back_is_found_by_the_audit(empty: Engine) -> None:
    """Who can write to the database can still not rewrite what was approved unnoticed."""
    upgrade(empty)
    journal = SqlJournal(empty)
    journal.append("inc", [declared()], actor=ACTOR, at=START)

    with empty.begin() as connection:
        connection.execute(text('update events set actor = \'{"name": "somebody else"}\''))

    assert journal.audit("inc") == ("event 1: its content was changed after it was written",)


def test_events_cut_off_at_the_end_are_missed_by_the_audit(empty: Engine) -> None:
    """Deleting the last thing that happened is the easiest way to hide it."""
    upgrade(empty)
    journal = SqlJournal(empty)
    journal.append("inc", [declared()], actor=ACTOR, at=START)

    with empty.begin() as connection:
        connection.execute(text("delete from events"))

    assert journal.audit("inc") == ("ends at event 0, but event 1 was written last",)


def test_a_database_that_does_not_answer_is_said_to_be_unavailable(tmp_path: Path) -> None:
    """The worker tries again later; a programming error would end in the failed jobs."""
    engine = open_database(f"sqlite:///{tmp_path}/never-migrated.sqlite")

    with pytest.raises(JournalUnavailable, match="no such table"):
        SqlJournal(engine).read("inc")
