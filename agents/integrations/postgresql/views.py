"""The fixed, reviewed views: nothing else can be read through this adapter."""

from functools import lru_cache
from importlib import resources
from typing import LiteralString

from agents.domain.base import Value
from agents.errors import NoSuchSource, PermissionMissing
from agents.integrations.postgresql.connection import Session

CONNECTABILITY = "connectability"
"""Not read from a database: whether one lets us in at all."""


class View(Value):
    """One reviewed query; its text is `views/<name>.sql`."""

    name: str
    needs_all_stats: bool = False
    """Whether a role without `pg_read_all_stats` would silently see only a part."""
    extension: str = ""
    """The extension that brings it."""

    @property
    def sql(self) -> str:
        """The query's text, without a semicolon."""
        return _text_of(self.name)


VIEWS = {
    view.name: view
    for view in (
        View(name="connections", needs_all_stats=True),
        View(name="connections_by_client", needs_all_stats=True),
        View(name="databases"),
        View(name="invalid_indexes"),
        View(name="pg_locks"),
        View(name="pg_prepared_xacts"),
        View(name="pg_replication_slots"),
        View(name="pg_stat_activity", needs_all_stats=True),
        View(name="pg_stat_archiver"),
        View(name="pg_stat_bgwriter"),
        View(name="pg_stat_database"),
        View(name="pg_stat_progress_create_index", needs_all_stats=True),
        View(name="pg_stat_progress_vacuum", needs_all_stats=True),
        View(name="pg_stat_replication", needs_all_stats=True),
        View(
            name="pg_stat_statements",
            needs_all_stats=True,
            extension="pg_stat_statements",
        ),
        View(name="pg_stat_user_tables"),
        View(name="replica_status", needs_all_stats=True),
        View(name="server"),
        View(name="settings"),
    )
}


@lru_cache(maxsize=64)
def _text_of(name: str) -> str:
    folder = resources.files("agents.integrations.postgresql") / "views"
    return (folder / f"{name}.sql").read_text(encoding="utf-8").strip()


def require(view: View, instance: str, session: Session) -> None:
    """Refuse a view that this server lacks or that this role would see only in part.

    Raises:
        PermissionMissing: others' rows would be hidden without a word.
        NoSuchSource: the view's extension is not installed in this database.
    """
    if view.needs_all_stats and not _first(
        session, "select pg_has_role(current_user, 'pg_read_all_stats', 'usage')"
    ):
        role = _first(session, "select quote_ident(current_user)")
        raise PermissionMissing(
            f"{view.name} on {instance} would show only the sessions of role {role}",
            remedy=f"GRANT pg_monitor TO {role}",
        )
    if view.extension and not _is_usable(view, session):
        raise NoSuchSource(
            f"{instance} has no {view.name}",
            remedy=f"add {view.extension} to shared_preload_libraries, restart, and run "
            f"CREATE EXTENSION {view.extension} in the observed database",
        )


def _is_usable(view: View, session: Session) -> bool:
    """Tell whether the extension is both installed here and loaded at server start."""
    loaded = str(_first(session, "select current_setting('shared_preload_libraries', true)"))
    installed = _first(
        session, "select exists (select from pg_extension where extname = %s)", view.extension
    )
    # The setting is hidden from roles without pg_read_all_settings; pg_monitor includes it.
    return bool(installed) and view.extension in loaded


def _first(session: Session, query: LiteralString, *parameters: str) -> object:
    row = session.execute(query, parameters).fetchone()
    return row[0] if row else None
