"""A room that several processes share, and that shows every message posted twice."""

import os
import sqlite3
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from typing_extensions import override

from agents.ports import OpenedRoom, Room, RoomMessage

_POLL_SECONDS = 0.02


class SharedRoom(Room):
    """Keeps what is said in a SQLite file, by key, without any rule against saying it twice."""

    def __init__(self, path: Path) -> None:
        """Keep the path; every call opens the file for itself."""
        self._path = path

    def prepare(self) -> None:
        """Make the tables."""
        with self._open() as connection:
            connection.execute("create table opened (name text)")
            connection.execute("create table said (reference integer primary key, key, text)")

    @override
    def open(self, name: str, topic: str) -> OpenedRoom:
        """Open the channel, and count how often that was asked for."""
        with self._open() as connection:
            connection.execute("insert into opened values (?)", (name,))
        return OpenedRoom(channel=f"C-{name}", name=name)

    @override
    def find(self, channel: str, message_key: str) -> str | None:
        """Return the reference of a message by its key."""
        with self._open() as connection:
            query = "select reference from said where key = ?"
            row = connection.execute(query, (message_key,)).fetchone()
        return str(row[0]) if row else None

    @override
    def post(self, channel: str, message: RoomMessage, thread: str | None) -> str:
        """Keep a message; the answer takes as long as the test wants."""
        with self._open() as connection:
            statement = "insert into said (key, text) values (?, ?)"
            reference = connection.execute(statement, (message.key, message.text)).lastrowid
        (self._path.parent / f"posted-{message.key}-{os.getpid()}-{os.getppid()}").touch()
        while (self._path.parent / f"hold-{message.key}").exists():
            time.sleep(_POLL_SECONDS)
        return str(reference)

    @override
    def edit(self, channel: str, reference: str, message: RoomMessage) -> None:
        """Replace what a message says."""
        with self._open() as connection:
            statement = "update said set text = ? where reference = ?"
            connection.execute(statement, (message.text, int(reference)))

    def said(self) -> list[tuple[str, str]]:
        """Return the key and the text of every message, oldest first."""
        with self._open() as connection:
            return connection.execute("select key, text from said order by reference").fetchall()

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=10)) as connection, connection:
            yield connection
