"""Opening the database so that many processes can share it."""

from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_SECONDS = 10.0
"""How long a writer of SQLite waits for another one."""
CONNECT_SECONDS = 5


def open_database(url: str) -> Engine:
    """Return an engine for a SQLite or PostgreSQL URL. Connects only when it is used."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
    with_driver = parsed.set(drivername="postgresql+psycopg")
    return create_engine(
        with_driver,
        pool_pre_ping=True,
        pool_size=2,
        max_overflow=3,
        connect_args={"connect_timeout": CONNECT_SECONDS},
    )


def _open_sqlite(url: URL) -> Engine:
    """Open SQLite with a write-ahead log: readers never wait, writers wait for each other.

    The driver's own idea of when to begin is switched off. A transaction that will write says so
    at once (BEGIN IMMEDIATE), because a lock that is upgraded midway fails instead of waiting.

    Connections stay open, as the last one to close writes the whole log back. SQLite forbids
    carrying one over a fork: dispose of the engine before forking.
    """
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})

    def prepare(connection: SqliteConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")

    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine
