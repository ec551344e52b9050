"""Which change, if any, brought a session or a statement along."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from agents.domain.readings import Change
from agents.specialists.database.records import Session, tables_in
from agents.specialists.database.view import DatabaseView

_BEFORE = timedelta(minutes=30)
"""How long before the onset a change may have been made."""
_AFTER = timedelta(minutes=2)
"""How long after it: a migration is often recorded when it has begun, or by another clock."""
_WORD = re.compile(r"[a-z0-9]+")
_SCHEMA = "schema"
_TOO_COMMON = frozenset({"the", "and", "service", "app", "job", "worker", "psql", "client", "db"})


def change_behind(
    view: DatabaseView, session: Session, onset: datetime | None, instance: str
) -> Change | None:
    """Return the change that fits in time and names the session's table or application."""
    if onset is None:
        return None
    tables = set(tables_in(session.query))
    application = _words(session.row.text("application_name"))
    in_time = [c for c in view.changes if onset - _BEFORE <= c.timestamp <= onset + _AFTER]
    fitting = [c for c in in_time if _fits(c, tables, application, instance)]
    return min(fitting, key=lambda c: abs(c.timestamp - onset), default=None)


def _fits(change: Change, tables: set[str], application: set[str], instance: str) -> bool:
    said = f"{change.ref} {change.summary} {change.diff} {change.entity.name}".casefold()
    words = set(re.findall(r"\w+", said))
    if tables & words:
        return True
    if application and len(application & _words(said)) == len(application):
        return True
    return change.kind == _SCHEMA and change.entity.name == instance


def _words(text: str) -> set[str]:
    found: Iterable[str] = _WORD.findall(text.casefold())
    return {word for word in found if len(word) > 1 and word not in _TOO_COMMON}
