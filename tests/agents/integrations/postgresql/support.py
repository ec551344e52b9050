"""A small shop on a real database, and the faults that its clients can cause."""

import contextlib
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import LiteralString, Self
from uuid import uuid4

import psycopg
from psycopg import sql
from pydantic import SecretStr

from agents.integrations.postgresql import PostgresTelemetry, TerminateSession
from jobs.embedded import PostgresServer, wait_until

READER = "warroom_reader"
EXECUTOR = "warroom_executor"
INSTANCE = "shop-db"

_SCHEMA: LiteralString = """
create table orders (id int primary key, status text not null default 'new');
insert into orders select i from generate_series(1, 1000) i;
alter table orders owner to shop;
"""


class Shop:
    """One database of the server, with clients that can be told to misbehave."""

    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        self.database = f"shop_{uuid4().hex[:8]}"
        self._open = contextlib.ExitStack()
        self._threads = ThreadPoolExecutor(max_workers=8)

    def __enter__(self) -> Self:
        self._open.enter_context(self._threads)
        self.admin = self._open.enter_context(psycopg.connect(self.server.url, autocommit=True))
        name = sql.Identifier(self.database)
        self.admin.execute(sql.SQL("create database {0} template template0").format(name))
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(_SCHEMA)
        return self

    def __exit__(self, *_: object) -> None:
        name = sql.Identifier(self.database)
        self.admin.execute(sql.SQL("drop database {0} with (force)").format(name))
        self._open.close()

    def url(self, user: str) -> str:
        """The address of this shop's database for a role."""
        return self.server.url_of(self.database, user=user)

    def urls(self, user: str) -> dict[str, SecretStr]:
        """This shop's database as it is configured for a role."""
        return {INSTANCE: SecretStr(self.url(user))}

    def telemetry(self, user: str = READER) -> PostgresTelemetry:
        """Read this shop's database as the war room does."""
        return PostgresTelemetry(self.urls(user))

    def executor(self, user: str = EXECUTOR) -> TerminateSession:
        """End sessions of this shop's database as the war room does."""
        return TerminateSession(self.urls(user))

    def client(self, application: str) -> psycopg.Connection:
        """Open a client that lives until the test ends or somebody terminates it."""
        connection = psycopg.connect(self.url("shop"), application_name=application)
        self._open.callback(connection.close)
        return connection

    def in_background(self, application: str, *statements: LiteralString) -> Future[str]:
        """Run statements in one transaction elsewhere; the future tells how it ended."""
        return self.in_background_of(self.client(application), *statements)

    def in_background_of(
        self, connection: psycopg.Connection, *statements: LiteralString
    ) -> Future[str]:
        """Go on with a client's transaction elsewhere; the future tells how it ended."""

        def run() -> str:
            try:
                for statement in statements:
                    connection.execute(statement)
                connection.commit()
            except psycopg.Error as error:
                return type(error).__name__
            return "done"

        return self._threads.submit(run)

    def until(self, condition: LiteralString, what: str) -> None:
        """Wait until a condition over this database's sessions `a` holds for at least one."""
        query = sql.SQL("select 1 from pg_stat_activity a where datname = {0} and ({1})").format(
            sql.Literal(self.database), sql.SQL(condition)
        )
        wait_until(lambda: self.admin.execute(query).fetchone() is not None, what=what)

    @contextlib.contextmanager
    def every_slot_taken(self) -> Generator[int]:
        """Hold every connection slot that an ordinary role may use."""
        with contextlib.ExitStack() as held:
            count = 0
            while True:
                try:
                    leak = psycopg.connect(self.url("shop"), application_name="leaky-worker")
                except psycopg.OperationalError:
                    break
                held.callback(leak.close)
                count += 1
            yield count


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)
