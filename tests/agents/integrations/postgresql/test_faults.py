"""Real faults on a real PostgreSQL: found, re-measured, ended where that helps, and gone."""

from concurrent.futures import Future
from datetime import timedelta

import pytest

from agents.domain.actions import ActionCall
from agents.domain.base import Window
from agents.domain.claims import Claim, VerdictStatus
from agents.domain.hypotheses import Answer, Hypothesis
from agents.integrations.postgresql.actions import TERMINATE_SESSION
from agents.specialists.database import Limits
from agents.verification.verifier import Verifier
from jobs.embedded import wait_until
from tests.agents.integrations.postgresql.support import INSTANCE, Shop, utc_now
from tests.agents.specialists.database.support import ask, supported

pytestmark = pytest.mark.processes

IMPATIENT = Limits(
    lock_wait_seconds=0.2,
    blocking_transaction_seconds=0.5,
    idle_transaction_seconds=0.2,
    slow_statement_seconds=0.5,
    prepared_transaction_seconds=0.1,
    slot_retained_bytes=1024,
    deadlocks=1,
)
"""A test does not wait for minutes; everything else is as in production."""


def look(shop: Shop) -> tuple[Answer, dict[str, Hypothesis]]:
    """Ask the specialist and keep what re-measuring supports."""
    telemetry = shop.telemetry()
    answer = ask(telemetry, utc_now(), limits=IMPATIENT)
    return answer, supported(telemetry, answer)


def holds(shop: Shop, claims: tuple[Claim, ...]) -> bool:
    """Measure claims as of now, as the recovery check does."""
    window = Window(start=utc_now() - timedelta(seconds=1), end=utc_now())
    verifier = Verifier(shop.telemetry())
    verdicts = [verifier.verify(claim.model_copy(update={"window": window})) for claim in claims]
    return bool(verdicts) and all(v.status is VerdictStatus.HOLDS for v in verdicts)


def terminate(shop: Shop, hypothesis: Hypothesis) -> str:
    """Make the call that the catalogue would propose for the hypothesis."""
    wanted = ("instance", "pid", "backend_start")
    call = ActionCall(
        action=TERMINATE_SESSION,
        target=hypothesis.cause.entity,
        arguments={name: hypothesis.details[name] for name in wanted},
    )
    assert shop.executor().inspect(call).digest
    return shop.executor().execute(call)


def queue_behind_a_migration(shop: Shop) -> tuple[int, list[Future[str]]]:
    """Hold a lock in an idle transaction, queue an ALTER TABLE, and let everyone else queue."""
    holder = shop.client("schema-migration")
    holder.execute("update orders set status = 'migrating'")
    ended = [
        shop.in_background("ddl", "alter table orders add column channel text"),
    ]
    shop.until("a.application_name = 'ddl' and a.wait_event_type = 'Lock'", "the queued ALTER")
    ended += [
        shop.in_background("checkout", "select count(*) from orders"),
        shop.in_background("checkout", "update orders set status = 'paid' where id = 1"),
    ]
    shop.until(
        "(select count(*) from pg_stat_activity w where w.datname = a.datname"
        " and w.wait_event_type = 'Lock' and clock_timestamp() - w.query_start > '0.3 s') = 3",
        "everyone in the queue",
    )
    return holder.info.backend_pid, ended


def test_a_migration_that_holds_everyone_up_is_found_ended_and_seen_to_be_gone(shop: Shop) -> None:
    """The whole way that a responder takes, on the fault of the first game day."""
    pid, ended = queue_behind_a_migration(shop)

    _, found = look(shop)
    contention = found["lock_contention"]
    before = holds(shop, contention.recovery)
    said = terminate(shop, contention)
    outcomes = [future.result(timeout=20) for future in ended]

    assert contention.details["pid"] == pid
    assert contention.details["application_name"] == "schema-migration"
    assert contention.details["waiting_sessions"] == 3
    assert contention.details["queued_ddl_pid"] not in (None, pid)
    assert "waits for nobody" in contention.summary
    assert set(found) == {"lock_contention"}
    assert not before
    assert said.startswith(f"Ended session {pid} ")
    assert outcomes == ["done", "done", "done"]
    assert holds(shop, contention.recovery)
    assert look(shop)[1] == {}


def test_the_claims_about_a_lock_fail_once_it_was_released_by_itself(shop: Shop) -> None:
    """A queue that has passed is history; nobody may be asked to approve anything about it."""
    holder = shop.client("schema-migration")
    holder.execute("lock table orders")
    ended = shop.in_background("checkout", "update orders set status = 'paid' where id = 1")
    shop.until(
        "a.wait_event_type = 'Lock' and clock_timestamp() - a.query_start > '0.3 s'", "a long wait"
    )
    answer, found = look(shop)
    holder.rollback()
    assert ended.result(timeout=20) == "done"

    assert "lock_contention" in found
    assert supported(shop.telemetry(), answer) == {}


def test_an_open_transaction_that_blocks_nobody_is_called_idle_and_can_be_ended(
    shop: Shop,
) -> None:
    """It will block somebody soon, and nothing can be vacuumed until then."""
    shop.client("reporting").execute("select count(*) from orders")
    shop.until(
        "a.state = 'idle in transaction' and clock_timestamp() - a.state_change > '0.3 s'",
        "a forgotten transaction",
    )

    _, found = look(shop)
    terminate(shop, found["long_idle_transaction"])

    assert found["long_idle_transaction"].details["application_name"] == "reporting"
    assert holds(shop, found["long_idle_transaction"].recovery)


def test_a_slow_statement_is_found_while_it_runs(shop: Shop) -> None:
    """Statistics tell of yesterday; the statement of this minute is in the list of sessions."""
    shop.in_background(
        "report",
        "select count(*) from orders a, orders b, orders c where md5(a.status || b.id) <> 'x'",
    )
    shop.until("a.state = 'active' and clock_timestamp() - a.query_start > '0.6 s'", "a slow one")

    _, found = look(shop)

    assert "from orders a, orders b, orders c" in found["slow_statement"].summary


def test_a_prepared_transaction_that_was_left_behind_is_found(shop: Shop) -> None:
    """No session owns its locks, so that nobody finds it in the list of sessions."""
    client = shop.client("transfer")
    client.execute("update orders set status = 'moving' where id = 2")
    client.execute("prepare transaction 'transfer-17'")
    old = "select 1 from pg_prepared_xacts where clock_timestamp() - prepared > '0.2 s'"
    wait_until(lambda: shop.admin.execute(old).fetchone() is not None, what="an old one")

    _, found = look(shop)
    client.rollback()
    client.autocommit = True
    client.execute("rollback prepared 'transfer-17'")

    assert found["prepared_transaction_abandoned"].details["gid"] == "transfer-17"
    assert "prepared_transaction_abandoned" not in look(shop)[1]


def test_a_slot_without_a_reader_is_found_and_gone_when_it_is_dropped(shop: Shop) -> None:
    """A forgotten change feed fills the disk days later, at night."""
    shop.admin.execute("select pg_create_physical_replication_slot('forgotten', true)")
    writer = shop.client("checkout")
    writer.execute("update orders set status = 'paid'")
    writer.commit()

    _, found = look(shop)
    shop.admin.execute("select pg_drop_replication_slot('forgotten')")

    assert found["replication_slot_retaining_wal"].details["slot_name"] == "forgotten"
    assert "replication_slot_retaining_wal" not in look(shop)[1]


def test_deadlocks_are_counted_from_counters_that_are_young(shop: Shop) -> None:
    """Old counters say only that there once were deadlocks."""
    one, other = shop.client("checkout"), shop.client("stock")
    one.execute("update orders set status = 'a' where id = 1")
    other.execute("update orders set status = 'b' where id = 2")
    crossed = shop.in_background_of(one, "update orders set status = 'a' where id = 2")
    shop.until("a.application_name = 'checkout' and a.wait_event_type = 'Lock'", "the first wait")
    again = shop.in_background_of(other, "update orders set status = 'b' where id = 1")
    outcomes = {crossed.result(timeout=20), again.result(timeout=20)}
    one.close()
    other.close()
    counted = "select 1 from pg_stat_database where deadlocks > 0"
    wait_until(lambda: shop.admin.execute(counted).fetchone() is not None, what="the counter")

    _, found = look(shop)

    assert outcomes == {"done", "DeadlockDetected"}
    assert "deadlocks" in found


def test_full_connection_slots_are_found_although_we_are_kept_out_too(shop: Shop) -> None:
    """The usual tools fail with the very error that they should explain."""
    with shop.every_slot_taken():
        answer, found = look(shop)

    assert "refuses a new connection" in found["connection_exhaustion"].summary
    assert any("too_many_connections" in gap.text for gap in answer.gaps)
    assert "connection_exhaustion" not in look(shop)[1]


def test_slots_held_by_one_client_are_found_by_a_reader_with_a_reserved_slot(shop: Shop) -> None:
    """With a slot of its own the reader names who holds the others."""
    with shop.every_slot_taken() as count:
        telemetry = shop.telemetry("postgres")
        found = supported(telemetry, ask(telemetry, utc_now(), limits=IMPATIENT))

    exhaustion = found["connection_exhaustion"]
    assert exhaustion.details["application_name"] == "leaky-worker"
    assert exhaustion.details["connections"] == count


def test_a_quiet_database_gives_no_hypothesis_and_names_what_it_lacks(shop: Shop) -> None:
    """'Nothing is wrong here' must be said when it is so, with what was not looked at."""
    answer, _ = look(shop)

    assert [h.cause.key for h in answer.hypotheses] == []
    assert "pg_stat_statements" in str([gap.remedy for gap in answer.gaps])
    assert {gap.source for gap in answer.gaps} >= {"metrics"}


def test_the_instance_is_named_as_it_is_configured(shop: Shop) -> None:
    """The action later finds its credentials by this name."""
    queue_behind_a_migration(shop)

    contention = look(shop)[1]["lock_contention"]

    assert contention.cause.entity.key == f"database/{INSTANCE}"
    assert contention.details["instance"] == INSTANCE
