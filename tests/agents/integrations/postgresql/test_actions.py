"""Ending a session on a real PostgreSQL: exactly the one that was approved, or none."""

from datetime import UTC, datetime

import psycopg
import pytest

from agents.domain.actions import ActionCall
from agents.domain.base import EntityRef, Scalar
from agents.errors import ActionFailed
from agents.integrations.postgresql.actions import TERMINATE_SESSION, SessionInspector
from agents.ports import Executor, TargetInspector
from tests.agents.integrations.postgresql.support import INSTANCE, READER, Shop

pytestmark = [pytest.mark.contract, pytest.mark.processes]


def call_for(session: psycopg.Connection, **changed: Scalar) -> ActionCall:
    """Name a session as a hypothesis's details do."""
    row = session.execute(
        "select backend_start from pg_stat_activity where pid = pg_backend_pid()"
    ).fetchone()
    session.rollback()
    assert row is not None
    arguments: dict[str, Scalar] = {
        "instance": INSTANCE,
        "pid": session.info.backend_pid,
        "backend_start": row[0].astimezone(UTC).isoformat(),
        **changed,
    }
    target = EntityRef(kind="database", name=INSTANCE)
    return ActionCall(action=TERMINATE_SESSION, target=target, arguments=arguments)


def test_the_session_is_ended_and_what_happened_is_said(shop: Shop) -> None:
    """The responder reads what was done, and nothing else was."""
    holder, other = shop.client("schema-migration"), shop.client("checkout")
    executor: Executor = shop.executor()

    said = executor.execute(call_for(holder))

    assert said.startswith(f"Ended session {holder.info.backend_pid} ")
    with pytest.raises(psycopg.OperationalError):
        holder.execute("select 1")
    assert other.execute("select 1").fetchone() == (1,)


def test_a_session_that_took_over_the_pid_is_left_alone(shop: Shop) -> None:
    """Pids are used again: an approval must never hit whoever came after."""
    holder = shop.client("checkout")
    earlier = datetime(2026, 3, 3, tzinfo=UTC).isoformat()
    call = call_for(holder, backend_start=earlier)

    with pytest.raises(ActionFailed, match="another"):
        shop.executor().inspect(call)
    with pytest.raises(ActionFailed, match="nothing was ended"):
        shop.executor().execute(call)

    assert holder.execute("select 1").fetchone() == (1,)


def test_what_would_be_lost_is_described_before_anybody_approves(shop: Shop) -> None:
    """Rolling back a migration of two hours is a decision, not a click."""
    holder = shop.client("schema-migration")
    call = call_for(holder)
    holder.execute("update orders set status = 'lost' where id = 1")
    waiting = shop.in_background("checkout", "update orders set status = 'paid' where id = 1")
    shop.until("a.application_name = 'checkout' and a.wait_event_type = 'Lock'", "a waiting client")
    inspector: TargetInspector = SessionInspector(shop.urls(READER))

    described = inspector.inspect(call).description

    holder.rollback()
    assert waiting.result(timeout=20) == "done"
    assert "schema-migration, user shop, idle in transaction" in described
    assert "what it wrote is rolled back" in described
    assert "update orders set status = 'lost' where id = 1" in described
    assert described.endswith("Sessions directly behind it: 1.")


def test_the_state_that_was_approved_changes_with_the_transaction(shop: Shop) -> None:
    """An approval for a forgotten transaction does not cover the payment that came after it."""
    holder = shop.client("checkout")
    call = call_for(holder)
    executor = shop.executor()
    holder.execute("select 1")
    first = executor.inspect(call).digest
    again = executor.inspect(call).digest
    holder.rollback()
    holder.execute("select 1")

    second = executor.inspect(call).digest

    assert first == again
    assert first != second


@pytest.mark.parametrize(
    ("role", "problem"), [(READER, "was not ended"), ("stranger", "cannot see")]
)
def test_a_role_that_may_not_end_sessions_says_what_to_grant(
    shop: Shop, role: str, problem: str
) -> None:
    """The operator fixes it once; the responder knows at once that nothing happened."""
    holder = shop.client("checkout")

    with pytest.raises(ActionFailed, match=problem) as refused:
        shop.executor(role).execute(call_for(holder))

    assert "pg_signal_backend" in refused.value.remedy
    assert holder.execute("select 1").fetchone() == (1,)


def test_the_servers_own_processes_cannot_be_ended(shop: Shop) -> None:
    """Ending the wrong server process restarts the whole database."""
    row = shop.admin.execute(
        "select pid, backend_start from pg_stat_activity where backend_type = 'walwriter'"
    ).fetchone()
    assert row is not None
    start = row[1].isoformat()
    call = call_for(shop.client("checkout"), pid=row[0], backend_start=start)

    with pytest.raises(ActionFailed, match="walwriter"):
        shop.executor().inspect(call)
    with pytest.raises(ActionFailed, match="nothing was ended"):
        shop.executor().execute(call)


@pytest.mark.parametrize(
    "changed",
    [{"instance": "other"}, {"pid": None}, {"backend_start": "yesterday"}, {"surplus": 1}],
)
def test_a_call_that_is_not_exact_is_refused(shop: Shop, changed: dict[str, Scalar]) -> None:
    """Nothing is guessed where production changes."""
    call = call_for(shop.client("checkout"), **changed)

    with pytest.raises(ActionFailed):
        shop.executor().inspect(call)
    with pytest.raises(ActionFailed):
        shop.executor().execute(call)


def test_another_action_is_refused(shop: Shop) -> None:
    """An executor makes one kind of call."""
    call = call_for(shop.client("checkout")).model_copy(update={"action": "postgresql.drop"})

    with pytest.raises(ActionFailed, match="not an action of this executor"):
        shop.executor().execute(call)
