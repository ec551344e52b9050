"""The one thing that may be done to a PostgreSQL: ending a session, if it is still the same one."""

from collections.abc import Mapping
from datetime import datetime

import psycopg
from psycopg.rows import class_row
from pydantic import SecretStr

from agents.domain.actions import ActionCall
from agents.domain.base import Value, canonical_json, sha256_hex
from agents.errors import ActionFailed, WarroomError
from agents.integrations.postgresql.connection import (
    APPLICATION_NAME,
    Limits,
    Session,
    reading,
    translated,
)
from agents.ports import TargetState

TERMINATE_SESSION = "postgresql.terminate_session"

_WAIT_MILLISECONDS = 5000
_TIMED_WAIT_SINCE = 140000
_QUOTED_CHARACTERS = 160

_INSPECT = """
select a.pid, a.backend_start, a.backend_type, a.application_name, a.usename, a.state,
       a.xact_start, a.backend_xid is not null as has_written, a.query,
       extract(epoch from clock_timestamp() - a.xact_start)::float8 as xact_age_seconds,
       (select count(*) from pg_stat_activity w
        where w.wait_event_type = 'Lock' and a.pid = any(pg_blocking_pids(w.pid))) as waiting
from pg_stat_activity a
where a.pid = %(pid)s and a.backend_start = %(backend_start)s
"""

_TERMINATE = """
select pg_terminate_backend(a.pid)
from pg_stat_activity a
where a.pid = %(pid)s and a.backend_start = %(backend_start)s
  and a.backend_type = 'client backend'
"""

_SEES_EVERY_SESSION = "select pg_has_role(current_user, 'pg_read_all_stats', 'usage')"
"""Without it the starts of other roles' sessions are hidden, and no session can be told apart."""

_GRANTS = "GRANT pg_signal_backend, pg_monitor TO the executor's role (reading needs pg_monitor)"

_TERMINATE_AND_WAIT = _TERMINATE.replace("(a.pid)", f"(a.pid, {_WAIT_MILLISECONDS})")


class _Target(Value):
    """Which session is meant: a pid alone is reused, so its start belongs to its name."""

    instance: str
    pid: int
    backend_start: datetime

    @classmethod
    def of(cls, call: ActionCall) -> "_Target":
        """Read the arguments of a call.

        Raises:
            ActionFailed: it is another action, or an argument is missing.
        """
        if call.action != TERMINATE_SESSION:
            raise ActionFailed(f"{call.action} is not an action of this executor")
        try:
            return cls.model_validate(dict(call.arguments))
        except ValueError as error:
            problem = f"{TERMINATE_SESSION} needs instance, pid and backend_start: {error}"
            raise ActionFailed(problem) from error

    @property
    def parameters(self) -> Mapping[str, int | datetime]:
        """The values to bind."""
        return {"pid": self.pid, "backend_start": self.backend_start}

    def __str__(self) -> str:
        return f"session {self.pid} (started {self.backend_start.isoformat()}) on {self.instance}"


class _Found(Value):
    """The session as the server shows it."""

    pid: int
    backend_start: datetime
    backend_type: str | None
    application_name: str
    usename: str | None
    state: str | None
    xact_start: datetime | None
    has_written: bool
    query: str
    xact_age_seconds: float | None
    waiting: int

    @property
    def digest(self) -> str:
        """Changes with the session and with each of its transactions."""
        began = self.xact_start.isoformat() if self.xact_start else None
        identity = [self.pid, self.backend_start.isoformat(), self.application_name, began]
        return sha256_hex(canonical_json(identity))

    def described(self, target: _Target) -> str:
        """Say what would be lost."""
        who = f"{self.application_name or 'unnamed client'}, user {self.usename}"
        query = " ".join(self.query.split())[:_QUOTED_CHARACTERS]
        return (
            f"Ends session {self.pid} ({who}, {self.state}) on {target.instance}. {self._loss()} "
            f"Its last statement: {query!r}. Sessions directly behind it: {self.waiting}."
        )

    def _loss(self) -> str:
        if self.xact_age_seconds is None:
            return "It has no open transaction; nothing is lost."
        written = "what it wrote is rolled back" if self.has_written else "it has written nothing"
        return f"Its transaction has been open for {self.xact_age_seconds:.0f} s; {written}."


class SessionInspector:
    """Looks at the session that a call means; read credentials are enough."""

    def __init__(self, instances: Mapping[str, SecretStr], limits: Limits | None = None) -> None:
        """Keep the connection URLs by instance name; nothing is connected yet."""
        self._instances = dict(instances)
        self._limits = limits or Limits()

    def inspect(self, call: ActionCall) -> TargetState:
        """Return the session's present state; another session under the same pid is refused.

        Raises:
            ActionFailed: the session is gone, its pid is another's now, or it cannot be read.
        """
        target = _Target.of(call)
        found = self._find(target)
        if found is None:
            raise ActionFailed(
                f"{target} is gone; its pid may belong to another session now",
                remedy="investigate again: the blocking session may have changed",
            )
        if found.backend_type != "client backend":
            raise ActionFailed(
                f"{target} is a {found.backend_type or 'hidden process'}, not a client's session",
                remedy="GRANT pg_monitor TO the role if its type is hidden",
            )
        return TargetState(digest=found.digest, description=found.described(target))

    def _url(self, target: _Target) -> str:
        url = self._instances.get(target.instance)
        if url is None:
            raise ActionFailed(
                f"no credentials for a database {target.instance!r} are configured",
                remedy="add it to the configured URLs",
            )
        return url.get_secret_value()

    def _find(self, target: _Target) -> _Found | None:
        url = self._url(target)
        try:
            with (
                reading(target.instance, url, self._limits) as session,
                session.cursor(row_factory=class_row(_Found)) as cursor,
            ):
                _require_sight(session, target)
                return cursor.execute(_INSPECT, target.parameters).fetchone()
        except ActionFailed:
            raise
        except WarroomError as refused:
            raise ActionFailed(f"{target} could not be read: {refused}") from refused


class TerminateSession(SessionInspector):
    """Ends a session with write credentials of its own, in one statement that matches its start."""

    def execute(self, call: ActionCall) -> str:
        """End the session and say what happened.

        Raises:
            ActionFailed: the session is gone, is another one now, or did not end.
        """
        target = _Target.of(call)
        try:
            ended = self._terminate(target)
        except psycopg.Error as error:
            refusal = translated(target.instance, error)
            raise ActionFailed(f"{target} was not ended: {refusal}", remedy=_GRANTS) from error
        if ended is None:
            raise ActionFailed(f"{target} is gone or its pid is another's now; nothing was ended")
        if not ended:
            raise ActionFailed(
                f"{target} was told to end but has not ended within {_WAIT_MILLISECONDS / 1000:g} s"
            )
        return f"Ended {target}; its open transaction was rolled back."

    def _terminate(self, target: _Target) -> bool | None:
        """Ask the server to end the session; None when there is no such session."""
        with psycopg.connect(
            self._url(target),
            connect_timeout=self._limits.connect_seconds,
            application_name=f"{APPLICATION_NAME} actions",
            options=f"-c statement_timeout={_WAIT_MILLISECONDS * 2}",
            autocommit=True,
        ) as session:
            _require_sight(session, target)
            waits = session.info.server_version >= _TIMED_WAIT_SINCE
            query = _TERMINATE_AND_WAIT if waits else _TERMINATE
            row = session.execute(query.encode(), target.parameters).fetchone()
        return bool(row[0]) if row else None


def _require_sight(session: Session, target: _Target) -> None:
    """Refuse a role that cannot tell one session from another."""
    row = session.execute(_SEES_EVERY_SESSION).fetchone()
    if not (row and row[0]):
        raise ActionFailed(f"the role cannot see {target}: nothing was ended", remedy=_GRANTS)
