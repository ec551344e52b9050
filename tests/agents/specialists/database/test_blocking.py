"""Walking lock queues: from rows of our own adapter, and from rows that anybody exported."""

from datetime import UTC, datetime

from pydantic import JsonValue

from agents.domain.readings import Row
from agents.specialists.database.blocking import blocking_trees, edges_from_locks
from agents.specialists.database.records import Session, sessions_of

NOW = datetime(2026, 3, 3, 10, 30, tzinfo=UTC)


def session(pid: int, *blocking: int, query: str = "update orders set s = 1") -> Session:
    """Make a session that waits for others."""
    columns: dict[str, JsonValue] = {
        "pid": pid,
        "query": query,
        "blocking_pids": [*blocking],
        "query_age_seconds": 10.0,
    }
    return sessions_of([Row(columns=columns)], NOW)[0]


def lock(pid: int, mode: str, *, granted: bool, **further: JsonValue) -> Row:
    """Make a row of pg_locks as `select *` exports it."""
    columns: dict[str, JsonValue] = {
        "locktype": "relation",
        "database": 16384,
        "relation": 16390,
        "pid": pid,
        "mode": mode,
        "granted": granted,
        **further,
    }
    return Row(columns=columns)


def test_a_chain_of_waits_ends_at_the_session_that_waits_for_nobody() -> None:
    """Ending anybody in the middle lets the queue move by one and stop again."""
    sessions = [session(1), session(2, 1), session(3, 2), session(4, 2, 3)]

    trees = blocking_trees(sessions, ())

    assert [tree.root_pid for tree in trees] == [1]
    assert {waiting.pid for waiting in trees[0].waiting} == {2, 3, 4}


def test_a_queue_behind_two_holders_is_told_once_by_the_one_with_more_behind_it() -> None:
    """Two names for one queue would look like two incidents."""
    sessions = [session(1), session(2), session(3, 1, 2), session(4, 1)]

    trees = blocking_trees(sessions, ())

    assert [tree.root_pid for tree in trees] == [1]


def test_two_queues_are_two_trees() -> None:
    """Ending one holder would not help those behind the other."""
    sessions = [session(1), session(2), session(3, 1), session(4, 2), session(5, 2)]

    trees = blocking_trees(sessions, ())

    assert [tree.root_pid for tree in trees] == [2, 1]


def test_a_cycle_has_no_root() -> None:
    """The server breaks a deadlock by itself; nobody is to be blamed and ended for it."""
    trees = blocking_trees([session(1, 2), session(2, 1)], ())

    assert trees == ()


def test_a_queued_schema_change_is_told_from_the_holder() -> None:
    """It is what people see first, and it is not the cause."""
    ddl = session(2, 1, query="ALTER TABLE orders ADD COLUMN x int")
    last = session(4, 1, query="DROP INDEX orders_x")

    trees = blocking_trees([session(1), ddl, session(3, 2), last], ())

    assert trees[0].queued_ddl == ddl


def test_a_prepared_transaction_is_a_root_that_no_session_owns() -> None:
    """PostgreSQL names it as pid 0."""
    trees = blocking_trees([session(2, 0)], ())

    assert trees[0].root_pid == 0
    assert trees[0].root is None


def test_who_waits_for_whom_follows_from_pg_locks_alone() -> None:
    """People export pg_locks; hardly anybody exports pg_blocking_pids."""
    locks = [
        lock(1, "RowExclusiveLock", granted=True),
        lock(2, "AccessExclusiveLock", granted=False, waitstart="2026-03-03 10:29:00+00"),
        lock(3, "RowExclusiveLock", granted=False, waitstart="2026-03-03 10:29:30+00"),
        lock(4, "AccessShareLock", granted=True),
        lock(5, "AccessExclusiveLock", granted=True, relation=777),
    ]

    edges = edges_from_locks(locks)

    assert edges == {2: (1, 4), 3: (2,)}


def test_locks_that_do_not_conflict_make_nobody_wait() -> None:
    """Readers and writers of rows share a table; only schema changes shut them out."""
    locks = [
        lock(1, "AccessShareLock", granted=True),
        lock(2, "RowExclusiveLock", granted=False),
        lock(3, "NoSuchLock", granted=True),
    ]

    assert edges_from_locks(locks) == {}


def test_a_wait_for_a_transaction_is_a_wait_for_who_runs_it() -> None:
    """Row locks show up in pg_locks only as waits for a transaction id."""
    locks = [
        lock(1, "ExclusiveLock", granted=True, locktype="transactionid", transactionid="991"),
        lock(2, "ShareLock", granted=False, locktype="transactionid", transactionid="991"),
        lock(3, "ExclusiveLock", granted=True, locktype="transactionid", transactionid="992"),
    ]

    assert edges_from_locks(locks) == {2: (1,)}


def test_blocking_pids_may_come_as_text() -> None:
    """Psql and CSV exports write arrays as {1,2}."""
    row = Row(columns={"pid": "7", "blocking_pids": "{12,34}"})

    assert sessions_of([row], NOW)[0].blocking_pids == (12, 34)
