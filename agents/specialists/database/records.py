"""Rows of the statistics views as typed values, whichever way they were recorded.

Live rows carry ages that the server computed; rows that somebody exported by hand carry only the
vendor's own columns, so ages are then reckoned from the times.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from agents.domain.base import Value
from agents.domain.readings import Row

_CLIENT = "client backend"
_DIGITS = re.compile(r"\d+")
_SHOWN_CHARACTERS = 120
_DDL = re.compile(
    r"^\s*(alter|create|drop|truncate|reindex|cluster|refresh|vacuum\s+full)\b", re.IGNORECASE
)
_LITERAL = re.compile(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b|\$\d+")
_SPACE = re.compile(r"\s+")
_TABLE = re.compile(
    r"\b(?:from|join|update|into|table(?:\s+(?:if\s+exists|only))*|on|truncate)\s+"
    r'(?:only\s+)?((?:"?\w+"?\.)?"?\w+"?)',
    re.IGNORECASE,
)


def moment(text: str) -> datetime | None:
    """Read a time as PostgreSQL or JSON writes it; a time without a zone is UTC."""
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)


def size_text(size: float) -> str:
    """Write a number of bytes as people do: `1.2 GiB`, `340 MiB`, `12 KiB`."""
    for unit, scale in (("GiB", 1024**3), ("MiB", 1024**2)):
        if abs(size) >= scale:
            return f"{size / scale:.1f} {unit}"
    return f"{size / 1024:.0f} KiB"


def pids(row: Row, column: str) -> tuple[int, ...]:
    """Read pids from an array column, or from its text: `{12,34}` or `12,34`."""
    listed = row.numbers(column)
    return tuple(map(int, listed or _DIGITS.findall(row.text(column))))


def tables_in(query: str) -> tuple[str, ...]:
    """Return the names of the tables that a statement mentions, without schema and quotes."""
    found = (name.replace('"', "").rpartition(".")[2] for name in _TABLE.findall(query))
    return tuple(dict.fromkeys(name.lower() for name in found))


def shape_of(query: str) -> str:
    """Return a statement without its literals: equal for calls that differ in values only."""
    return _SPACE.sub(" ", _LITERAL.sub("?", query)).strip().casefold()


class Session(Value):
    """One row of pg_stat_activity."""

    row: Row
    now: datetime
    pid: int
    blocking_pids: tuple[int, ...] = ()

    @classmethod
    def of(cls, row: Row, now: datetime) -> "Session":
        """Read a row."""
        blocking = next(
            (found for c in ("blocking_pids", "blocked_by") if (found := pids(row, c))), ()
        )
        return cls(row=row, now=now, pid=int(row.number("pid") or 0), blocking_pids=blocking)

    @property
    def application(self) -> str:
        """How the client calls itself, else its user."""
        return self.row.text("application_name") or self.row.text("usename") or "unnamed client"

    @property
    def state(self) -> str:
        """`active`, `idle`, `idle in transaction`, ..."""
        return self.row.text("state")

    @property
    def query(self) -> str:
        """The present statement, or the last one of an idle session."""
        return self.row.text("query")

    @property
    def query_head(self) -> str:
        """The beginning of the statement on one line, for people."""
        line = _SPACE.sub(" ", self.query).strip()
        return line if len(line) <= _SHOWN_CHARACTERS else f"{line[:_SHOWN_CHARACTERS]}..."

    @property
    def is_client(self) -> bool:
        """Whether a client is behind it, and not a process of the server."""
        return self.row.text("backend_type") in {_CLIENT, ""}

    @property
    def is_idle_in_transaction(self) -> bool:
        """Whether it has an open transaction and does nothing."""
        return self.state.startswith("idle in transaction")

    @property
    def waits_for_lock(self) -> bool:
        """Whether it stands in a lock queue."""
        return self.row.text("wait_event_type") == "Lock" or bool(self.blocking_pids)

    @property
    def is_at_work(self) -> bool:
        """Whether a client's statement runs and is not merely waiting for a lock."""
        return self.is_client and self.state == "active" and not self.waits_for_lock

    @property
    def is_ddl(self) -> bool:
        """Whether its statement changes the schema."""
        return bool(_DDL.match(self.query))

    def began(self, what: str) -> datetime | None:
        """Return `backend_start`, `xact_start`, `query_start` or `state_change`."""
        return moment(self.row.text(what))

    @property
    def transaction_seconds(self) -> float:
        """How long its transaction has been open; 0 without one."""
        return self._age("xact_age_seconds", "xact_start")

    @property
    def query_seconds(self) -> float:
        """How long ago its statement began."""
        return self._age("query_age_seconds", "query_start")

    @property
    def state_seconds(self) -> float:
        """How long it has been in its state."""
        return self._age("state_age_seconds", "state_change")

    def _age(self, column: str, began: str) -> float:
        known = self.row.number(column)
        if known is not None:
            return known
        start = self.began(began)
        return max(0.0, (self.now - start).total_seconds()) if start else 0.0


def sessions_of(rows: Iterable[Row], now: datetime) -> tuple[Session, ...]:
    """Read every row that has a pid."""
    return tuple(Session.of(row, now) for row in rows if row.number("pid"))
