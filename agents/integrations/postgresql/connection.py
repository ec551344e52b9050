"""Connections that can only read, and what it means when a server refuses one."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from time import perf_counter

import psycopg
from psycopg.rows import TupleRow
from pydantic import JsonValue

from agents.domain.base import Value
from agents.errors import NoSuchSource, PermissionMissing, SourceUnavailable, WarroomError

APPLICATION_NAME = "warroom"

Session = psycopg.Connection[TupleRow]

_REFUSALS: Mapping[str, tuple[str, ...]] = {
    "too_many_connections": (
        "remaining connection slots",
        "too many clients already",
        "too many connections",
    ),
    "starting_up": ("the database system is starting up", "not yet accepting connections"),
    "shutting_down": ("the database system is shutting down",),
    "in_recovery": ("the database system is in recovery mode",),
    "authentication": (
        "password authentication failed",
        "no pg_hba.conf entry",
        "no password supplied",
        "pam authentication failed",
        "is not permitted to log in",
    ),
    "unknown_database": ("database", "does not exist"),
    "refused": ("connection refused",),
    "timed_out": ("timeout expired", "timed out", "connection timeout"),
    "unknown_host": ("could not translate host name", "failed to resolve host", "name or service"),
    "tls": ("ssl", "certificate"),
}
"""What a refusal says, by its kind; the first that is found counts."""

_REMEDIES: Mapping[str, str] = {
    "too_many_connections": "free a connection slot, or give the reading role one of the reserved "
    "slots: GRANT pg_use_reserved_connections TO it (PostgreSQL 16 and later)",
    "authentication": "correct the reading role's password or its line in pg_hba.conf",
    "unknown_database": "correct the database name in the configured URL",
    "unknown_host": "correct the host name in the configured URL, or its DNS record",
}


class Limits(Value):
    """How long a read may take: it must never become part of the incident."""

    connect_seconds: int = 3
    statement_seconds: float = 5.0
    lock_seconds: float = 1.0

    @property
    def options(self) -> str:
        """The settings that the session starts with, as libpq's `options`."""
        settings = {
            "default_transaction_read_only": "on",
            "statement_timeout": f"{self.statement_seconds * 1000:.0f}",
            "lock_timeout": f"{self.lock_seconds * 1000:.0f}",
            "idle_in_transaction_session_timeout": f"{self.statement_seconds * 2000:.0f}",
            "search_path": "pg_catalog,public",
        }
        return " ".join(f"-c {name}={value}" for name, value in settings.items())


@contextmanager
def reading(instance: str, url: str, limits: Limits) -> Generator[Session]:
    """Open a read-only transaction on a connection that can begin no other kind.

    Raises:
        SourceUnavailable: the server did not let us in or did not answer in time.
        PermissionMissing: the role may not read this.
        NoSuchSource: the view or function is not there.
    """
    try:
        with psycopg.connect(
            url,
            connect_timeout=limits.connect_seconds,
            application_name=APPLICATION_NAME,
            options=limits.options,
        ) as session:
            session.read_only = True
            with session.transaction():
                yield session
    except psycopg.Error as error:
        raise translated(instance, error) from error


def translated(instance: str, error: psycopg.Error) -> WarroomError:
    """Say in our terms why a database refused."""
    said = _first_line(error)
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        remedy = "GRANT pg_monitor TO the reading role"
        return PermissionMissing(f"{instance} refused the read: {said}", remedy=remedy)
    if isinstance(error, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedFunction):
        return NoSuchSource(f"{instance} has no such view: {said}")
    if error.sqlstate is None and isinstance(error, psycopg.OperationalError):
        kind = refusal_kind(error)
        remedy = _REMEDIES.get(kind, "check the server's state and the network path to it")
        return SourceUnavailable(f"no connection to {instance} ({kind}): {said}", remedy=remedy)
    remedy = "try again; raise the reading limits if the server is merely slow"
    return SourceUnavailable(f"{instance} did not answer: {said}", remedy=remedy)


def refusal_kind(error: psycopg.Error) -> str:
    """Name the kind of a refused connection; `other` when its text is not known."""
    said = str(error).casefold()
    for kind, phrases in _REFUSALS.items():
        needed = all if kind == "unknown_database" else any
        if needed(phrase in said for phrase in phrases):
            return kind
    return "other"


def connectability(instance: str, url: str, limits: Limits) -> dict[str, JsonValue]:
    """Try to connect once and tell how it went; a refusal is evidence, not an error."""
    began = perf_counter()
    kind, message = "", ""
    try:
        with reading(instance, url, limits) as session:
            session.execute("select 1")
    except WarroomError as refusal:
        cause = refusal.__cause__
        kind = refusal_kind(cause) if isinstance(cause, psycopg.Error) else "other"
        message = str(refusal)
    return {
        "ok": not kind,
        "error_kind": kind,
        "message": message,
        "latency_ms": round((perf_counter() - began) * 1000, 1),
        "at": datetime.now(UTC).isoformat(),
    }


def _first_line(error: psycopg.Error) -> str:
    """Return the server's own words, without the address that libpq puts before them."""
    line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return line.partition("FATAL:")[2].strip() or line
