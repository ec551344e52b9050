"""Statements: which one runs too long now, and which one lacks an index."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Evidence, Hypothesis
from agents.domain.measures import Comparator, Condition
from agents.domain.readings import Change, Row
from agents.specialists.database.changes import change_behind
from agents.specialists.database.claims import Claims, at_least, equals
from agents.specialists.database.records import Session, shape_of, tables_in
from agents.specialists.database.view import DatabaseView
from agents.specialists.framework import Found, check

_ACTIVITY = "pg_stat_activity"
_MAINTENANCE = re.compile(
    r"^\s*(vacuum|analyze|reindex|create\s+(unique\s+)?index|copy|listen|fetch|start_replication)\b",
    re.IGNORECASE,
)
_BEFORE_FIRST_LITERAL = re.compile(r"^[^'$0-9%\s]+(?:\s+[^'$0-9%\s]+)*")
_RECOGNISABLE_CHARACTERS = 16
_CALLS_TO_MATTER = 2


@dataclass(frozen=True, slots=True)
class Slow:
    """Sessions that run the same statement, differing in its values only."""

    instance: str
    sessions: tuple[Session, ...]

    @property
    def oldest(self) -> Session:
        """The call that has run longest."""
        return max(self.sessions, key=lambda session: session.query_seconds)


@check(needs=("rows:pg_stat_activity",), modes=("slow_statement",))
def slow_statement(view: DatabaseView) -> Iterator[Found]:
    """Find statements that are at work for too long now; one that waits for a lock is a victim."""
    for instance in view.instances:
        for slow in _slow_statements(view, instance):
            yield _slow_hypothesis(view, slow)


@check(needs=("rows:pg_stat_activity", "rows:pg_stat_user_tables"), modes=("missing_index",))
def missing_index(view: DatabaseView) -> Iterator[Found]:
    """Find large tables that slow statements of this moment read from end to end."""
    for instance in view.instances:
        tables = view.rows(instance, "pg_stat_user_tables")
        for slow in _slow_statements(view, instance):
            mentioned = tables_in(slow.oldest.query)
            for table in tables:
                is_read = table.text("relname").lower() in mentioned
                if is_read and _is_scanned(table, view) and _selects(slow, view):
                    yield _index_hypothesis(view, slow, table)


def _slow_statements(view: DatabaseView, instance: str) -> Iterator[Slow]:
    limits = view.limits
    by_shape: dict[str, list[Session]] = {}
    for session in view.sessions(instance):
        if _is_at_work_for_a_client(session):
            by_shape.setdefault(shape_of(session.query), []).append(session)
    for sessions in by_shape.values():
        slow = Slow(instance, tuple(sessions))
        crowd = [s for s in sessions if s.query_seconds >= limits.crowd_statement_seconds]
        is_slow = slow.oldest.query_seconds >= limits.slow_statement_seconds
        if is_slow or len(crowd) >= limits.crowd_sessions:
            yield slow


def _is_at_work_for_a_client(session: Session) -> bool:
    """Tell whether the server works: not for maintenance, and not waiting for the client."""
    waits_for_client = session.row.text("wait_event_type") == "Client"
    return session.is_at_work and not waits_for_client and not _MAINTENANCE.match(session.query)


def _slow_hypothesis(view: DatabaseView, slow: Slow) -> Hypothesis:
    oldest, instance = slow.oldest, slow.instance
    onset = min(s.began("query_start") or view.assignment.now for s in slow.sessions)
    change = change_behind(view, oldest, onset, instance)
    count = len(slow.sessions)
    return Hypothesis(
        cause=Cause(entity=view.entity(instance), failure_mode="slow_statement"),
        summary=f"{count} sessions on {instance} run the same statement, the oldest for "
        f"{oldest.query_seconds:.0f} s ({oldest.application}, "
        f"{oldest.row.text('wait_event') or 'on CPU'}): '{oldest.query_head}'.",
        claims=tuple(_slow_claims(view, slow, change)),
        explains=view.explains(instance),
        onset=onset,
        change_ref=change.ref if change else None,
        evidence=tuple(_quoted(view, slow)),
        details={
            "instance": instance,
            "query": oldest.query_head,
            "sessions": count,
            "seconds": round(oldest.query_seconds, 1),
        },
        prior_shift=min(1.0, 0.2 * count),
    )


def _slow_claims(view: DatabaseView, slow: Slow, change: Change | None) -> Iterator[Claim]:
    claims = Claims.about(view, slow.instance)
    limits, oldest = view.limits, slow.oldest
    where = (*_like(oldest.query), _NOT_FOR_A_LOCK)
    is_slow = oldest.query_seconds >= limits.slow_statement_seconds
    if is_slow and "query_age_seconds" in oldest.row.columns:
        seconds = limits.slow_statement_seconds
        text = f"the statement has been at work for {seconds:g} s or longer"
        old = at_least("query_age_seconds", seconds)
        yield claims.rows(text, _ACTIVITY, (*where, old), sufficiency=2.5)
    elif is_slow:
        began = oldest.row.text("query_start")
        text = f"session {oldest.pid} has been at work on it since {began}"
        same = equals(pid=oldest.pid, query_start=began)
        yield claims.rows(text, _ACTIVITY, (*same, _NOT_FOR_A_LOCK), sufficiency=2.5)
    else:
        least = limits.crowd_sessions
        text = f"at least {least} sessions run the statement at the same time"
        yield claims.rows(text, _ACTIVITY, where, least=least, sufficiency=2.0)
    if change:
        yield claims.changed(change)


_NOT_FOR_A_LOCK = Condition(field="wait_event_type", comparator=Comparator.NOT_EQUAL, value="Lock")


def _like(query: str) -> tuple[Condition, ...]:
    """Name a statement by its words up to the first value, so that other calls match too."""
    found = _BEFORE_FIRST_LITERAL.match(query)
    head = found.group() if found else ""
    if len(head) < _RECOGNISABLE_CHARACTERS:
        return equals(state="active", query=query)
    same = Condition(field="query", comparator=Comparator.CONTAINS, value=head)
    return (*equals(state="active"), same)


def _quoted(view: DatabaseView, slow: Slow) -> Iterator[Evidence]:
    entity = view.entity(slow.instance)
    oldest = slow.oldest
    text = f"pid {oldest.pid}, at work for {oldest.query_seconds:.0f} s: {oldest.query_head}"
    yield Evidence(source=f"rows:{_ACTIVITY}", entity=entity, at=view.assignment.now, text=text)
    for row in _recorded(view, slow):
        text = f"{row.text('calls')} calls, {row.number('mean_exec_time') or 0.0:.0f} ms on average"
        yield Evidence(source="rows:pg_stat_statements", entity=entity, text=text)


def _recorded(view: DatabaseView, slow: Slow) -> tuple[Row, ...]:
    shape = shape_of(slow.oldest.query)
    rows = view.rows(slow.instance, "pg_stat_statements")
    return tuple(row for row in rows if shape_of(row.text("query")) == shape)


def _is_scanned(table: Row, view: DatabaseView) -> bool:
    scans, read = table.number("seq_scan") or 0.0, table.number("seq_tup_read") or 0.0
    return scans > 0 and read / scans >= view.limits.sequential_scan_rows


def _selects(slow: Slow, view: DatabaseView) -> bool:
    """An index helps a statement that picks rows and is called often; a report reads them all."""
    picks = re.search(r"\bwhere\b", slow.oldest.query, re.IGNORECASE) is not None
    calls = sum(row.number("calls") or 0.0 for row in _recorded(view, slow))
    return picks and max(len(slow.sessions), calls) >= _CALLS_TO_MATTER


def _index_hypothesis(view: DatabaseView, slow: Slow, table: Row) -> Hypothesis:
    name, instance = table.text("relname"), slow.instance
    claims = Claims.about(view, instance)
    scans = table.number("seq_scan") or 1.0
    text = (
        f"{name} was read from end to end {scans:.0f} times, "
        f"{(table.number('seq_tup_read') or 0.0) / scans:.0f} rows each"
    )
    rows = at_least("seq_tup_read", view.limits.sequential_scan_rows)
    return Hypothesis(
        cause=Cause(entity=view.entity(instance), failure_mode="missing_index"),
        summary=f"No index serves '{slow.oldest.query_head}' on {instance}: {text}.",
        claims=(
            claims.rows(text, "pg_stat_user_tables", (*equals(relname=name), rows)),
            *_slow_claims(view, slow, None),
        ),
        explains=view.explains(instance),
        details={"instance": instance, "table": name, "query": slow.oldest.query_head},
    )
