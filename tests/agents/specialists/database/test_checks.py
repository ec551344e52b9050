"""Checks on rows that were exported by hand, on several instances, and on refusals."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from agents.domain.base import EntityRef, Window
from agents.domain.document import Document
from agents.domain.measures import RowSelector
from agents.domain.readings import Change, LogLine, Resource, Row, Series, Service, Topology
from agents.errors import PermissionMissing
from agents.specialists.database.changes import change_behind
from agents.specialists.database.records import sessions_of, shape_of, tables_in
from agents.specialists.database.view import DatabaseView
from agents.testing.telemetry import InMemoryTelemetry
from tests.agents.specialists.database.support import ask, assignment, supported

NOW = datetime(2026, 3, 3, 10, 30, tzinfo=UTC)
SHOP = EntityRef(kind="database", name="shop-db")


@dataclass
class Databases(InMemoryTelemetry):
    """Several instances, of which some refuse to be read."""

    refusing: set[str] = field(default_factory=set[str])

    def rows(self, selector: RowSelector) -> tuple[Row, ...]:
        """Refuse or answer."""
        if selector.instance in self.refusing:
            raise PermissionMissing("hidden", remedy="GRANT pg_monitor TO warroom")
        return super().rows(selector)


def listed(*names: str) -> dict[str, list[Resource]]:
    """List instances as an adapter does."""
    return {
        "databases": [
            Resource(
                kind="databases",
                entity=EntityRef(kind="database", name=name),
                document=Document(body={}),
            )
            for name in names
        ]
    }


def exported(pid: int, seconds: float, **columns: JsonValue) -> Row:
    """Make a row of pg_stat_activity with the vendor's own columns only, as psql prints times."""
    began = (NOW - timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S.%f+00")
    times = dict.fromkeys(("backend_start", "xact_start", "query_start", "state_change"), began)
    return Row(columns={"pid": pid, **times, "backend_type": "client backend", **columns})


def test_a_lock_queue_is_found_in_plain_exports_of_two_views() -> None:
    """An incident elsewhere comes with what somebody could export in a hurry."""
    holder = exported(1, 300, application_name="batch", state="idle in transaction", query="x")
    waiter = exported(2, 60, state="active", wait_event_type="Lock", query="update orders set a=1")
    target: dict[str, JsonValue] = {"locktype": "transactionid", "transactionid": 991}
    locks = [
        Row(columns={"pid": 1, "mode": "ExclusiveLock", "granted": True, **target}),
        Row(columns={"pid": 2, "mode": "ShareLock", "granted": False, **target}),
    ]
    telemetry = Databases(
        resources=listed("shop-db"),
        tables={"pg_stat_activity": [holder, waiter], "pg_locks": locks},
    )

    found = supported(telemetry, ask(telemetry, NOW))

    assert found["lock_contention"].details["pid"] == 1
    assert found["lock_contention"].details["backend_start"] == "2026-03-03T10:25:00+00:00"
    assert set(found) == {"lock_contention"}


def test_waits_without_a_known_holder_are_said_with_what_would_name_it() -> None:
    """Half an answer is useful when it is called half."""
    waiter = exported(2, 60, state="active", wait_event_type="Lock", query="update orders set a=1")
    telemetry = Databases(
        resources=listed("shop-db"), tables={"pg_stat_activity": [waiter], "pg_locks": []}
    )

    answer = ask(telemetry, NOW)

    assert "pid" not in supported(telemetry, answer)["lock_contention"].details
    assert "who holds them cannot be told" in str([gap.text for gap in answer.gaps])


def test_one_instance_that_refuses_does_not_silence_the_others() -> None:
    """The responder needs the answer about one and the remedy for the other."""
    idle = exported(5, 900, state="idle in transaction", query="select 1")
    telemetry = Databases(
        resources=listed("shop-db", "ledger-db"),
        tables={"pg_stat_activity": [idle]},
        refusing={"ledger-db"},
    )

    answer = ask(telemetry, NOW)

    causes = {h.cause.key for h in answer.hypotheses}
    assert causes == {"long_idle_transaction@database/shop-db"}
    assert "GRANT pg_monitor TO warroom" in [gap.remedy for gap in answer.gaps]
    assert "ledger-db" not in str([finding.text for finding in answer.findings])


def test_a_lock_wait_that_the_log_never_ended_counts_where_sessions_cannot_be_read() -> None:
    """A managed database often offers its log and nothing else."""
    messages = (
        (600, "process 11 still waiting for ShareLock on transaction 9 after 1000.1 ms"),
        (600, "Process holding the lock: 77. Wait queue: 11."),
        (590, "process 11 acquired ShareLock on transaction 9 after 11000.1 ms"),
        (90, "process 12 still waiting for AccessExclusiveLock on relation 5 after 1000.0 ms"),
        (90, "Process holding the lock: 78. Wait queue: 12."),
    )
    lines = [
        LogLine(timestamp=NOW - timedelta(seconds=ago), entity=SHOP, message=message)
        for ago, message in messages
    ]
    waiting, over = InMemoryTelemetry(lines=lines), InMemoryTelemetry(lines=lines[:3])

    found = supported(waiting, ask(waiting, NOW))

    assert "process 78 holds the lock" in found["lock_contention"].summary
    assert supported(over, ask(over, NOW)) == {}


def test_connections_are_held_against_the_limit_that_the_exporter_reports() -> None:
    """A metric without its limit says nothing; with it, it says all."""
    window = Window(start=NOW - timedelta(minutes=30), end=NOW)
    times = tuple((window.start + timedelta(minutes=10 * i)).timestamp() for i in range(4))
    used = Series(name="DatabaseConnections", entity=SHOP, times=times, values=(20, 40, 96, 99))
    most = Series(name="pg_settings_max_connections", entity=SHOP, times=times, values=(100,) * 4)
    telemetry = InMemoryTelemetry(series=[used, most])
    without_limit = InMemoryTelemetry(series=[used])

    assert set(supported(telemetry, ask(telemetry, NOW))) == {"connection_exhaustion"}
    assert supported(without_limit, ask(without_limit, NOW)) == {}


def test_the_disk_that_will_be_full_within_the_hour_counts_as_full() -> None:
    """The page should come before the writes fail."""
    gib = 1024.0**3
    times = tuple((NOW - timedelta(minutes=5 * i)).timestamp() for i in reversed(range(7)))
    falling = tuple(gib * v for v in (60, 52, 44, 36, 28, 20, 12))
    steady = tuple(gib * v for v in (14, 14, 13, 13, 13, 12, 12))
    kind = "AWS/RDS:FreeStorageSpace"
    soon = InMemoryTelemetry(series=[Series(name=kind, entity=SHOP, times=times, values=falling)])
    calm = InMemoryTelemetry(series=[Series(name=kind, entity=SHOP, times=times, values=steady)])

    assert set(supported(soon, ask(soon, NOW))) == {"database_storage_full"}
    assert supported(calm, ask(calm, NOW)) == {}


def digest(wait: str, loads: list[JsonValue]) -> InMemoryTelemetry:
    """Make a digest of Performance Insights in which one statement dominates."""
    events: list[JsonValue] = [
        {"name": wait, "type": wait.split(":", maxsplit=1)[0], "db_load_avg": 6.0}
    ]
    body: dict[str, JsonValue] = {
        "db_load": {"timestamps": [], "values": loads},
        "top_sql": [
            {"statement": "UPDATE stock", "db_load_avg": 7.0, "wait_events": events},
            {"statement": "SELECT 1", "db_load_avg": 0.5, "wait_events": []},
        ],
    }
    kind = "pi.performance_insights"
    resource = Resource(kind=kind, entity=SHOP, document=Document(body=body))
    return InMemoryTelemetry(
        resources={kind: [resource]},
        services=Topology(services=(Service(name="checkout", resources=(SHOP,)),)),
    )


def test_the_dominant_statement_is_slow_or_blocked_by_what_it_waits_for() -> None:
    """The same load means a missing index in one case and a held lock in the other."""
    risen: list[JsonValue] = [0.5, 0.6, 0.5, 6.0, 7.0]
    calm: list[JsonValue] = [7.0, 7.1, 7.0, 7.2, 7.1]
    topology = Topology(services=(Service(name="checkout", resources=(SHOP,)),))

    def named(telemetry: InMemoryTelemetry) -> set[str]:
        return set(supported(telemetry, ask(telemetry, NOW, topology=topology)))

    assert named(digest("CPU:CPU", risen)) == {"slow_statement"}
    assert named(digest("Lock:transactionid", risen)) == {"lock_contention"}
    assert named(digest("CPU:CPU", calm)) == set()


def test_a_change_is_matched_by_time_and_by_table_or_application() -> None:
    """A deploy that merely came at the same time is no explanation."""
    row = exported(1, 120, application_name="schema-migration", query="alter table orders add x")
    session = sessions_of([row], NOW)[0]

    def change(ago: int, ref: str, summary: str, kind: str = "deploy") -> Change:
        entity = EntityRef(kind="service", name="checkout")
        moment = NOW - timedelta(seconds=ago)
        return Change(timestamp=moment, kind=kind, entity=entity, ref=ref, summary=summary)

    def matched(*changes: Change) -> str | None:
        telemetry = InMemoryTelemetry(made_changes=[*changes])
        view = DatabaseView(assignment(telemetry, NOW))
        found = change_behind(view, session, session.began("xact_start"), "shop-db")
        return found.ref if found else None

    assert matched(change(121, "v7", "new banner"), change(130, "m42", "widen orders")) == "m42"
    assert matched(change(100, "job-9", "start schema migration")) == "job-9"
    assert matched(change(7200, "m41", "widen orders")) is None
    assert matched(change(121, "v7", "new banner")) is None


def test_statements_are_compared_without_their_values() -> None:
    """A thousand calls of one statement are one problem."""
    one, other = "SELECT *\n FROM t1 WHERE id = 7 AND s = 'it''s'", "select * from t1 where id = $1"

    assert shape_of(one) == "select * from t1 where id = ? and s = ?"
    assert shape_of(other) == "select * from t1 where id = ?"


def test_tables_are_named_without_schema_and_quotes() -> None:
    """Changes name them plainly."""
    query = 'ALTER TABLE IF EXISTS ONLY public."Orders" ADD x int; select 1 from b join c on true'

    assert tables_in(query)[:3] == ("orders", "b", "c")
