"""Evidence that comes from elsewhere than the sessions: metrics, the provider, refusals."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import JsonValue

from agents.domain.base import EntityRef
from agents.domain.document import Document
from agents.domain.readings import LogLine, Resource, Row, Series
from agents.specialists.database import Limits
from agents.testing.telemetry import InMemoryTelemetry
from tests.agents.specialists.database.support import ask, supported

NOW = datetime(2026, 3, 3, 10, 30, tzinfo=UTC)
SHOP = EntityRef(kind="database", name="shop-db")
HOST = EntityRef(kind="instance", name="i-0abc")
GIB = 1024.0**3


def series(name: str, *values: float, entity: EntityRef | None = SHOP) -> Series:
    """Make a series with a sample every five minutes, the last of them now."""
    times = (NOW - timedelta(minutes=5 * ago) for ago in reversed(range(len(values))))
    return Series(
        name=name, entity=entity, times=tuple(t.timestamp() for t in times), values=values
    )


def modes(telemetry: InMemoryTelemetry, limits: Limits | None = None) -> set[str]:
    """Return the failure modes that re-measuring supports."""
    return set(supported(telemetry, ask(telemetry, NOW, limits=limits)))


@dataclass(frozen=True)
class Case:
    """A metric at its worst, and the same metric when it only was bad or is normal."""

    mode: str
    name: str
    bad: tuple[float, ...]
    good: tuple[float, ...]


CASES = [
    Case("replication_lag", "AWS/RDS:ReplicaLag", (0, 40, 90), (90, 40, 0)),
    Case("replication_lag", "AWS/RDS:AuroraReplicaLagMaximum", (20, 40000, 90000), (20, 25, 31)),
    Case("replication_lag", "pg_replication_lag_seconds", (0, 31, 31), (0, 0, 200)),
    Case(
        "replication_slot_retaining_wal",
        "AWS/RDS:OldestReplicationSlotLag",
        (GIB, 9 * GIB, 20 * GIB),
        (20 * GIB, 9 * GIB, 2 * GIB),
    ),
    Case("database_storage_full", "AWS/RDS:FreeStorageSpace", (9 * GIB, GIB), (GIB, 9 * GIB)),
    Case("transaction_id_wraparound", "AWS/RDS:MaximumUsedTransactionIDs", (1.9e9,), (2e8,)),
    Case("database_cpu_saturation", "AWS/RDS:CPUUtilization", (95, 96, 97), (99, 97, 20)),
    Case("deadlocks", "AWS/RDS:Deadlocks", (0, 3, 2), (0, 0, 1)),
    Case("deadlocks", "pg_stat_database_deadlocks", (371, 374, 380), (371, 371, 371)),
]


@pytest.mark.parametrize("case", CASES, ids=[f"{case.mode}-{case.name}" for case in CASES])
def test_a_metric_counts_when_it_is_bad_now_and_not_when_it_was(case: Case) -> None:
    """A managed database shows little more than its metrics, and most spikes pass."""
    bad = InMemoryTelemetry(series=[series(case.name, *case.bad)])
    good = InMemoryTelemetry(series=[series(case.name, *case.good)])

    assert modes(bad) == {case.mode}
    assert modes(good) == set()


def test_the_cpu_of_another_machine_is_not_the_databases() -> None:
    """Many things have a CPU; naming the wrong one sends the responder astray."""
    telemetry = InMemoryTelemetry(series=[series("CPUUtilization", 99, 99, 99, entity=HOST)])

    assert modes(telemetry) == set()


def listing() -> Resource:
    """List one instance, as an adapter does."""
    return Resource(kind="databases", entity=SHOP, document=Document(body={}))


def with_rows(**tables: list[dict[str, JsonValue]]) -> InMemoryTelemetry:
    """Make one instance with these views."""
    return InMemoryTelemetry(
        resources={"databases": [listing()]},
        tables={view: [Row(columns=row) for row in rows] for view, rows in tables.items()},
    )


def test_slots_are_counted_from_sessions_and_settings_where_nothing_better_was_exported() -> None:
    """Two plain exports suffice to see that no slot is left."""
    settings: list[dict[str, JsonValue]] = [{"name": "max_connections", "setting": "10"}]
    sessions: list[dict[str, JsonValue]] = [
        {"pid": pid, "backend_type": "client backend", "state": "idle"} for pid in range(1, 8)
    ]
    full = with_rows(pg_stat_activity=sessions, settings=settings)
    free = with_rows(pg_stat_activity=sessions[:4], settings=settings)

    assert modes(full) == {"connection_exhaustion"}
    assert modes(free) == set()


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("starting_up", "database_restart"), ("too_many_connections", "connection_exhaustion")],
)
def test_how_a_server_refuses_says_what_is_wrong_with_it(kind: str, mode: str) -> None:
    """The refusal is the only thing that can be read of it."""
    refused = with_rows(connectability=[{"ok": False, "error_kind": kind, "message": "FATAL"}])
    welcome = with_rows(connectability=[{"ok": True, "error_kind": "", "message": ""}])

    assert modes(refused) == {mode}
    assert modes(welcome) == set()


def test_a_slow_statement_in_a_plain_export_is_named_by_its_session() -> None:
    """Without ages the claim rests on the very statement that was seen."""
    row: dict[str, JsonValue] = {
        "pid": 7,
        "backend_type": "client backend",
        "state": "active",
        "query": "select 7",
        "query_start": "2026-03-03 10:20:00+00",
    }

    assert modes(with_rows(pg_stat_activity=[row])) == {"slow_statement"}


def test_a_status_of_the_provider_is_enough_for_full_storage() -> None:
    """A full instance answers nobody, and its metrics may stop."""
    body: dict[str, JsonValue] = {"DBInstanceStatus": "storage-full", "AllocatedStorage": 20}
    full = Resource(kind="rds.db_instances", entity=SHOP, document=Document(body=body))

    assert modes(InMemoryTelemetry(resources={"rds.db_instances": [full]})) == {
        "database_storage_full"
    }


def test_a_large_disk_is_judged_by_its_share_and_a_small_one_by_its_bytes() -> None:
    """Two GiB are plenty on a small disk and nothing on a large one."""
    free = [series("AWS/RDS:FreeStorageSpace", 6 * GIB, 6 * GIB)]

    def judged(allocated: int) -> set[str]:
        body: dict[str, JsonValue] = {"AllocatedStorage": allocated}
        described = Resource(kind="rds.db_instances", entity=SHOP, document=Document(body=body))
        return modes(InMemoryTelemetry(series=free, resources={"rds.db_instances": [described]}))

    assert judged(20) == set()
    assert judged(1000) == {"database_storage_full"}


def test_a_slot_whose_log_is_lost_counts_however_little_it_keeps() -> None:
    """Its consumer can never catch up."""
    row: dict[str, JsonValue] = {"slot_name": "feed", "active": False, "wal_status": "lost"}

    assert modes(with_rows(pg_replication_slots=[row])) == {"replication_slot_retaining_wal"}


def test_a_replica_without_a_connection_to_its_primary_lags() -> None:
    """It answers queries, ever more wrongly."""
    row: dict[str, JsonValue] = {
        "is_in_recovery": True,
        "has_receiver": False,
        "replay_age_seconds": 900.0,
        "unreplayed_bytes": 0,
    }
    primary: dict[str, JsonValue] = {**row, "is_in_recovery": False, "replay_age_seconds": None}

    assert modes(with_rows(replica_status=[row])) == {"replication_lag"}
    assert modes(with_rows(replica_status=[primary])) == set()


def test_how_often_a_slow_statement_is_called_is_quoted() -> None:
    """A report that runs once and a query that runs a thousand times need different fixes."""
    query = "select * from orders where note = 'x'"
    running: dict[str, JsonValue] = {
        "pid": 7,
        "backend_type": "client backend",
        "state": "active",
        "query": query,
        "query_age_seconds": 90.0,
    }
    recorded: dict[str, JsonValue] = {"query": query, "calls": 812, "mean_exec_time": 41000.0}
    telemetry = with_rows(pg_stat_activity=[running], pg_stat_statements=[recorded])

    found = supported(telemetry, ask(telemetry, NOW))

    quoted = [evidence.text for evidence in found["slow_statement"].evidence]
    assert "812 calls, 41000 ms on average" in quoted


def test_a_clients_log_is_about_the_only_database_there_is_and_else_about_none() -> None:
    """With two databases a guess would be wrong half of the time."""
    message = "psycopg.errors.DeadlockDetected: deadlock detected"
    service = EntityRef(kind="service", name="checkout")
    lines = [
        LogLine(timestamp=NOW - timedelta(seconds=ago), entity=service, message=message)
        for ago in (90, 60, 30)
    ]
    other = Resource(
        kind="databases",
        entity=EntityRef(kind="database", name="ledger-db"),
        document=Document(body={}),
    )
    one = InMemoryTelemetry(lines=lines, resources={"databases": [listing()]})
    two = InMemoryTelemetry(lines=lines, resources={"databases": [listing(), other]})

    assert modes(one) == {"deadlocks"}
    assert modes(two) == set()
