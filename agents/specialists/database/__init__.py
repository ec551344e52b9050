"""The database specialist: locks, connections, statements, storage and replication."""

from functools import partial

from agents.domain.plans import Member
from agents.specialists.database import (
    connections,
    deadlocks,
    events,
    load,
    lock_logs,
    locks,
    replication,
    statements,
    storage,
)
from agents.specialists.database.view import DatabaseView, Limits
from agents.specialists.framework import Check, RuleSpecialist

MEMBER = Member(
    name="database",
    title="Database",
    sources=(
        "rows:*",
        "metrics",
        "logs",
        "changes",
        "topology",
        "objects:databases",
        "objects:rds.*",
        "objects:pi.*",
    ),
)

CHECKS: tuple[Check[DatabaseView], ...] = (
    locks.lock_contention,
    lock_logs.logged_lock_waits,
    locks.long_transactions,
    locks.abandoned_prepared_transactions,
    connections.connection_exhaustion,
    deadlocks.deadlocks,
    statements.slow_statement,
    statements.missing_index,
    load.dominant_statement,
    load.cpu_saturation,
    replication.replication_lag,
    replication.retaining_slots,
    storage.storage_full,
    storage.transaction_id_wraparound,
    events.failover,
    events.restart,
    connections.unread_views,
)
"""In the order in which they run; the last one tells what the others could not read."""


def database_specialist(limits: Limits | None = None) -> RuleSpecialist[DatabaseView]:
    """Return the specialist; `limits` say from which figures on something counts as wrong."""
    return RuleSpecialist(MEMBER, CHECKS, partial(DatabaseView, limits=limits or Limits()))


__all__ = ["CHECKS", "MEMBER", "DatabaseView", "Limits", "database_specialist"]
