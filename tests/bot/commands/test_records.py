"""`warroom audit verify` and `warroom capture`, on a real journal."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agents.domain.base import Producer
from agents.domain.events import IncidentDeclared, ToolsCalled
from agents.domain.incidents import Alert, Incident, Severity
from agents.domain.learning import ToolCall
from agents.domain.measures import ObjectSelector
from agents.gateway.calls import Query
from agents.integrations.capture.reader import load_capture
from agents.integrations.sql.connecting import open_database
from agents.integrations.sql.journal import SqlJournal
from agents.integrations.sql.migrations import upgrade
from agents.integrations.sql.recording import SqlRecording
from tests.bot.commands.running import warroom

NOW = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)
INCIDENT = Incident(
    title="Checkout is slow",
    severity=Severity.SEV2,
    declared_at=NOW,
    alert=Alert(source="generic", title="Checkout is slow", started_at=NOW),
)
POD = (
    '[{"kind": "pods", "entity": {"kind": "pod", "name": "checkout-1"},'
    ' "document": {"body": {"kind": "Pod", "metadata": {"name": "checkout-1"}}}}]'
)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Write a journal with one incident, in which somebody read the pods."""
    path = tmp_path / "journal.sqlite"
    engine = open_database(f"sqlite:///{path}")
    upgrade(engine)
    call = ToolCall(
        agent="kubernetes",
        source="objects:pods",
        query=Query(selector=ObjectSelector(kind="pods")).text,
        started_at=NOW,
        seconds=0.1,
        items=1,
        result_digest=SqlRecording(engine).keep(POD),
    )
    SqlJournal(engine).append(
        INCIDENT.id,
        [IncidentDeclared(incident=INCIDENT), ToolsCalled(calls=(call,))],
        actor=Producer(name="commander"),
        at=NOW,
    )
    engine.dispose()
    return path


def using(database: Path) -> dict[str, str]:
    """Return the setting that names the journal."""
    return {"WARROOM_DATABASE_URL": f"sqlite:///{database}"}


def test_an_untouched_journal_verifies(database: Path) -> None:
    """The postmortem rests on it."""
    ran = warroom("audit", "verify", env=using(database))

    assert (ran.code, ran.out) == (0, "1 incidents, 0 problems\n")


def test_a_changed_event_is_found_and_ends_with_1(database: Path) -> None:
    """Whoever edits history is seen."""
    with sqlite3.connect(database) as connection:
        connection.execute(
            "UPDATE events SET body = replace(body, 'Checkout is slow', 'Nothing happened')"
        )
    connection.close()

    ran = warroom("audit", "verify", env=using(database))

    assert ran.code == 1
    assert INCIDENT.id in ran.out


@pytest.mark.parametrize("command", [("audit", "verify"), ("capture", "incident_x", "--out", "x")])
def test_a_journal_that_is_not_there_is_said_and_not_made(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    """An empty new journal would verify perfectly."""
    missing = tmp_path / "nowhere" / "journal.sqlite"

    ran = warroom(*command, env=using(missing))

    assert ran.code == 1
    assert "there is no journal at" in ran.err
    assert not missing.parent.exists()


def test_an_unknown_incident_ends_with_1(database: Path) -> None:
    """A typing error in the id must not verify as fine."""
    ran = warroom("audit", "verify", "incident_nope", env=using(database))

    assert ran.code == 1
    assert "incident_nope" in ran.err


def test_an_incident_becomes_a_capture(database: Path, tmp_path: Path) -> None:
    """Last night's incident is tomorrow's test."""
    out = tmp_path / "capture"

    ran = warroom("capture", INCIDENT.id, "--out", out, env=using(database))

    assert ran.code == 0
    assert ran.out.endswith("3 files\n")
    (pod,) = load_capture(out).telemetry.objects(ObjectSelector(kind="pods"))
    assert pod.entity.name == "checkout-1"
