"""Reading a real PostgreSQL: harmless, honest about what is missing, one meaning on both paths."""

from itertools import product

import psycopg
import pytest
from pydantic import SecretStr

from agents.domain.base import Window
from agents.domain.measures import (
    Comparator,
    Condition,
    Measure,
    ObjectSelector,
    Reduction,
    RowSelector,
)
from agents.errors import CannotMeasure, NoSuchSource, PermissionMissing, SourceUnavailable
from agents.integrations.postgresql import PostgresTelemetry
from agents.integrations.postgresql.connection import Limits, reading
from agents.integrations.postgresql.views import VIEWS
from agents.telemetry import measure_by_reading
from jobs.embedded import PostgresServer, free_port
from tests.agents.integrations.postgresql.support import INSTANCE, READER, Shop, utc_now

pytestmark = [pytest.mark.contract, pytest.mark.processes]


def selector(view: str, *where: Condition, column: str = "*") -> RowSelector:
    """Select rows of the shop's database."""
    return RowSelector(instance=INSTANCE, view=view, where=where, column=column)


def now() -> Window:
    """Return the window of a measure of the present."""
    return Window(start=utc_now(), end=utc_now())


@pytest.mark.parametrize("view", sorted(set(VIEWS) - {"pg_stat_statements"}))
def test_a_role_with_pg_monitor_reads_every_view_on_both_paths(calm: Shop, view: str) -> None:
    """A view that fails on this server version would silence a check in the incident."""
    telemetry = calm.telemetry()

    rows = telemetry.rows(selector(view))
    counted = telemetry.measure(Measure(selector=selector(view), reduce=Reduction.COUNT), now())

    assert counted.read_path == f"postgresql:{INSTANCE}:sql:{view}"
    if view in {"connections", "databases", "server", "replica_status", "pg_stat_database"}:
        assert len(rows) == counted.value
        assert rows


@pytest.mark.parametrize(
    "write",
    [
        "create table harm (id int)",
        "update orders set status = 'lost'",
        "select nextval('harm')",
    ],
)
def test_no_connection_of_the_reader_can_write_even_as_superuser(shop: Shop, write: str) -> None:
    """An investigation must not make an incident worse, whatever role it was given.

    Functions with effects outside of tables (`pg_terminate_backend`) do not ask whether a
    transaction is read-only: what keeps them out is that only reviewed texts are ever sent.
    """
    with psycopg.connect(shop.url("postgres"), autocommit=True) as connection:
        connection.execute("create sequence harm")
    session = reading(INSTANCE, shop.url("postgres"), Limits())

    with pytest.raises(SourceUnavailable) as refused, session as connection:
        connection.execute(write.encode())

    assert "read-only transaction" in str(refused.value)


def test_a_read_that_takes_too_long_is_given_up(calm: Shop) -> None:
    """A slow database must not be loaded further by those who look at it."""
    session = reading(INSTANCE, calm.url(READER), Limits(statement_seconds=0.05))

    with pytest.raises(SourceUnavailable, match="statement timeout"), session as connection:
        connection.execute("select pg_sleep(30)")


def test_a_read_that_would_queue_behind_a_lock_is_given_up(shop: Shop) -> None:
    """A reader in the lock queue would become part of it."""
    holder = shop.client("migration")
    holder.execute("lock table orders in access exclusive mode")
    session = reading(INSTANCE, shop.url("postgres"), Limits(lock_seconds=0.05))

    with pytest.raises(SourceUnavailable, match="lock timeout"), session as connection:
        connection.execute("select count(*) from orders")


def test_a_role_without_pg_monitor_is_told_what_to_grant(calm: Shop) -> None:
    """PostgreSQL hides other people's sessions without a word: that must not look like calm."""
    telemetry = calm.telemetry("stranger")

    with pytest.raises(PermissionMissing) as refused:
        telemetry.rows(selector("pg_stat_activity"))

    assert refused.value.remedy == "GRANT pg_monitor TO stranger"


def test_statement_statistics_that_are_not_installed_are_no_such_source(calm: Shop) -> None:
    """An empty answer would read as: no statement was ever slow."""
    with pytest.raises(NoSuchSource) as absent:
        calm.telemetry().rows(selector("pg_stat_statements"))

    assert "CREATE EXTENSION pg_stat_statements" in absent.value.remedy


def test_statement_statistics_are_read_where_they_are_installed(shop: Shop) -> None:
    """They tell how often a slow statement is called."""
    if not shop.server.has_statement_statistics:
        pytest.skip("this PostgreSQL comes without pg_stat_statements")
    with psycopg.connect(shop.url("postgres"), autocommit=True) as connection:
        connection.execute("create extension pg_stat_statements")
        connection.execute("select count(*) from orders a, orders b where a.status = 'new'")

    texts = [row.text("query") for row in shop.telemetry().rows(selector("pg_stat_statements"))]

    assert "select count(*) from orders a, orders b where a.status = $1" in texts


def test_our_own_sessions_are_left_out_and_nobody_else_can_hide_by_our_name(shop: Shop) -> None:
    """The instrument must not show up in the picture, nor be a place to hide."""
    other = shop.client("warroom")
    other.execute("select 1")

    with psycopg.connect(shop.url(READER), application_name="warroom"):
        rows = shop.telemetry().rows(selector("pg_stat_activity"))

    users = {row.text("usename") for row in rows if row.text("application_name") == "warroom"}
    assert users == {"shop"}


def test_exhausted_slots_are_named_and_are_evidence(shop: Shop) -> None:
    """The very fault that keeps the reader out is the cause that it looks for."""
    with shop.every_slot_taken():
        with pytest.raises(SourceUnavailable, match="too_many_connections") as refused:
            shop.telemetry().rows(selector("pg_stat_activity"))
        tried = shop.telemetry().rows(selector("connectability"))

    assert "pg_use_reserved_connections" in refused.value.remedy
    assert tried[0].value("ok") is False
    assert tried[0].text("error_kind") == "too_many_connections"


def test_a_server_that_is_down_says_refused(server: PostgresServer) -> None:
    """Refused, timed out and unknown host send the responder to different places."""
    nobody = f"postgresql://shop@127.0.0.1:{free_port()}/shop"
    telemetry = PostgresTelemetry({INSTANCE: SecretStr(nobody)})

    tried = telemetry.rows(selector("connectability"))

    assert tried[0].text("error_kind") == "refused"
    with pytest.raises(SourceUnavailable, match="refused"):
        telemetry.rows(selector("server"))


def test_the_connected_instances_are_listed_with_their_views(calm: Shop) -> None:
    """Specialists find out what there is to look at in one way, live and recorded."""
    listed = calm.telemetry().objects(ObjectSelector(kind="databases"))

    assert [resource.entity.key for resource in listed] == [f"database/{INSTANCE}"]
    assert "pg_stat_activity" in listed[0].document.texts("views")


@pytest.mark.parametrize(
    ("instance", "view"), [("other", "settings"), (INSTANCE, "pg_shadow"), (INSTANCE, "orders")]
)
def test_only_the_reviewed_views_of_the_configured_instances_can_be_read(
    calm: Shop, instance: str, view: str
) -> None:
    """Customers' data is none of our business, and a selector may come from a model."""
    with pytest.raises(NoSuchSource):
        calm.telemetry().rows(RowSelector(instance=instance, view=view))


def test_nothing_is_offered_where_no_database_is_configured() -> None:
    """No such source, never empty."""
    telemetry = PostgresTelemetry({})

    assert telemetry.sources() == frozenset()
    with pytest.raises(NoSuchSource):
        telemetry.objects(ObjectSelector(kind="databases"))


@pytest.mark.parametrize(
    "column", ["no_such", 'setting" from pg_shadow --', "*; drop table orders"]
)
def test_a_column_that_the_view_lacks_cannot_be_measured(calm: Shop, column: str) -> None:
    """Identifiers come from the view, so that no selector can smuggle SQL in."""
    measure = Measure(selector=selector("settings", column=column), reduce=Reduction.MAX)

    with pytest.raises(CannotMeasure):
        calm.telemetry().measure(measure, now())


CONDITIONS = [
    (),
    (Condition(field="name", value="max_connections"),),
    (Condition(field="name", value="'; drop table orders; --"),),
    (Condition(field="setting", value=25),),
    (Condition(field="setting", value="25"),),
    (Condition(field="setting", comparator=Comparator.GREATER, value=1000),),
    (Condition(field="setting", comparator=Comparator.AT_MOST, value=2.5),),
    (Condition(field="setting", comparator=Comparator.NOT_EQUAL, value=25),),
    (Condition(field="unit", value=None),),
    (Condition(field="unit", comparator=Comparator.NOT_EQUAL, value="kB"),),
    (Condition(field="pending_restart", value=False),),
    (Condition(field="pending_restart", value="false"),),
    (Condition(field="pending_restart", comparator=Comparator.NOT_EQUAL, value=True),),
    (Condition(field="pending_restart", comparator=Comparator.LESS, value=1),),
    (Condition(field="name", comparator=Comparator.CONTAINS, value="TIMEOUT"),),
    (Condition(field="unit", comparator=Comparator.CONTAINS, value="b"),),
    (Condition(field="name", comparator=Comparator.MATCHES, value="^(wal|log)_.*s$"),),
    (Condition(field="name", comparator=Comparator.MATCHES, value=r"\bwal\b|(?:max_wal.*)"),),
    (Condition(field="name", comparator=Comparator.MATCHES, value=None),),
    (
        Condition(field="unit", value="ms"),
        Condition(field="setting", comparator=Comparator.AT_LEAST, value=1),
    ),
]


@pytest.mark.parametrize("where", CONDITIONS)
def test_the_database_and_the_reader_mean_the_same_by_a_condition(
    calm: Shop, where: tuple[Condition, ...]
) -> None:
    """Otherwise a true claim would be refuted, or a false one posted."""
    telemetry = calm.telemetry()
    measure = Measure(selector=selector("settings", *where), reduce=Reduction.COUNT)

    in_sql = telemetry.measure(measure, now())
    by_reading = measure_by_reading(telemetry, measure, now(), "test")

    assert in_sql.value == by_reading.value
    assert in_sql.samples == by_reading.samples


REDUCTIONS = sorted(set(Reduction) - {Reduction.INCREASE, Reduction.RATE})


@pytest.mark.parametrize(
    ("reduction", "column"), list(product(REDUCTIONS, ["max_connections", "used_ratio", "*"]))
)
def test_the_database_and_the_reader_reduce_alike(
    calm: Shop, reduction: Reduction, column: str
) -> None:
    """The verifier's number must be the specialist's number."""
    telemetry = calm.telemetry()
    measure = Measure(selector=selector("connections", column=column), reduce=reduction)

    in_sql = telemetry.measure(measure, now())
    by_reading = measure_by_reading(telemetry, measure, now(), "test")

    if column != "used_ratio":  # other tests' clients may still be leaving
        assert in_sql.value == by_reading.value
    assert in_sql.samples == by_reading.samples == 1


def test_a_rate_cannot_be_read_from_a_snapshot(calm: Shop) -> None:
    """Better no figure than one made up from a single reading."""
    measure = Measure(
        selector=selector("pg_stat_database", column="deadlocks"), reduce=Reduction.RATE
    )

    with pytest.raises(CannotMeasure):
        calm.telemetry().measure(measure, now())


def test_a_ratio_is_divided_from_two_measurements(calm: Shop) -> None:
    """Shares say more than counts."""
    every = Measure(selector=selector("settings"), reduce=Reduction.COUNT)

    measured = calm.telemetry().measure(every.model_copy(update={"divided_by": every}), now())

    assert measured.value == 1.0
