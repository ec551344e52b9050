"""The tables; the migrations make them, and a test holds both to be the same."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Dialect,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
)
from typing_extensions import override


class UtcDateTime(TypeDecorator[datetime]):
    """A moment with its time zone, also in SQLite, which keeps none."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.astimezone(UTC)

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


METADATA = MetaData()

INCIDENTS = Table(
    "incidents",
    METADATA,
    Column("incident_id", String, primary_key=True),
    Column("declared_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("head_sequence", Integer, nullable=False),
    Column("head_hash", String(64), nullable=False),
)
"""One row per incident; its head shows when the tail of the events is missing."""

EVENTS = Table(
    "events",
    METADATA,
    Column("incident_id", String, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", JSON, nullable=False),
    Column("kind", String, nullable=False),
    Column("key", String),
    Column("body", JSON, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("incident_id", "key", name="uq_events_incident_id_key"),
)
"""The primary key is what makes two writers of one sequence number collide."""

BLOBS = Table(
    "blobs",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
"""Texts as UTF-8 bytes: what tools return may hold NUL, which PostgreSQL's text does not take."""
