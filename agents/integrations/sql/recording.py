"""What tools returned, kept in SQL by digest."""

from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import IntegrityError
from typing_extensions import override

from agents.domain.base import sha256_hex
from agents.integrations.sql.tables import BLOBS
from agents.ports import Recording


class SqlRecording(Recording):
    """Keeps each text once, whoever brings it."""

    def __init__(self, engine: Engine) -> None:
        """Keep the database, which has been migrated."""
        self._engine = engine
        self._writer = engine.execution_options(writes=True)

    @override
    def keep(self, text: str) -> str:
        """Keep a text and return its SHA-256 in hexadecimal."""
        digest = sha256_hex(text)
        if self.recall(digest) is None:
            self._insert(digest, text)
        return digest

    @override
    def recall(self, digest: str) -> str | None:
        """Return the text kept under a digest."""
        query = select(BLOBS.c.content).where(BLOBS.c.digest == digest)
        with self._engine.connect() as connection:
            content = connection.execute(query).scalar_one_or_none()
        return None if content is None else content.decode()

    def _insert(self, digest: str, text: str) -> None:
        row = {"digest": digest, "content": text.encode()}
        try:
            with self._writer.begin() as connection:
                connection.execute(insert(BLOBS).values(row))
        except IntegrityError:
            if self.recall(digest) is None:  # not that somebody else was faster
                raise
