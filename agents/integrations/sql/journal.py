"""The journal in SQL."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, Engine, RowMapping, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random
from typing_extensions import override

from agents.domain.base import Producer
from agents.domain.chain import Head, Link, chained, new_bodies, verify_chain
from agents.domain.events import Body, Event
from agents.errors import JournalConflict, JournalUnavailable
from agents.integrations.sql.tables import EVENTS, INCIDENTS
from agents.ports import Journal

_ATTEMPTS = 8
_NAP_SECONDS = 0.05
"""The longest nap between two attempts of writers that collided."""


class SqlJournal(Journal):
    """Appends under a lock on the incident's row, so that its events form one chain."""

    def __init__(self, engine: Engine) -> None:
        """Keep the database, which has been migrated."""
        self._engine = engine
        self._writer = engine.execution_options(writes=True)

    @override
    def append(
        self, incident_id: str, bodies: Sequence[Body], *, actor: Producer, at: datetime
    ) -> tuple[Event, ...]:
        """Append what is new, all or nothing; writers that collide try again.

        Raises:
            JournalConflict: other writers were faster every time.
            JournalUnavailable: the database does not answer.
        """
        if not bodies:
            return ()
        with _own_errors():
            for attempt in _retrying():
                with attempt, self._writer.begin() as connection:
                    return _append(connection, incident_id, bodies, actor=actor, at=at)
        raise AssertionError("tenacity re-raises the last error")

    @override
    def read(self, incident_id: str, after: int = 0) -> tuple[Event, ...]:
        """Return the events after a sequence number, in order."""
        with _own_errors(), self._engine.connect() as connection:
            rows = _rows(connection, incident_id, after)
        return tuple(
            Event.model_validate({name: row[name] for name in Event.model_fields}) for row in rows
        )

    @override
    def incident_ids(self, *, open_only: bool = False) -> tuple[str, ...]:
        """Return the known incidents, newest first."""
        query = select(INCIDENTS.c.incident_id).order_by(
            INCIDENTS.c.declared_at.desc(), INCIDENTS.c.incident_id
        )
        if open_only:
            query = query.where(INCIDENTS.c.closed_at.is_(None))
        with _own_errors(), self._engine.connect() as connection:
            return tuple(connection.execute(query).scalars())

    @override
    def close(self, incident_id: str, *, sequence: int) -> None:
        """Let the clock skip an incident that has had no event since."""
        last_event = (
            select(EVENTS.c.at)
            .where(EVENTS.c.incident_id == incident_id, EVENTS.c.sequence == sequence)
            .scalar_subquery()
        )
        statement = (
            update(INCIDENTS)
            .where(INCIDENTS.c.incident_id == incident_id, INCIDENTS.c.head_sequence == sequence)
            .values(closed_at=last_event)
        )
        with _own_errors(), self._writer.begin() as connection:
            connection.execute(statement)

    def audit(self, incident_id: str) -> tuple[str, ...]:
        """Say what is wrong with an incident's hash chain; nothing when it is whole."""
        with _own_errors(), self._writer.begin() as connection:
            head = _head(connection, incident_id, lock=True) or Head()
            rows = _rows(connection, incident_id)
        links = [
            Link.model_validate({name: row[name] for name in Link.model_fields}) for row in rows
        ]
        return verify_chain(incident_id, links, head)

    def prepare_to_fork(self) -> None:
        """Compile the queries that every job makes, then close every connection.

        Neither SQLite nor a socket may be carried over a fork; what was compiled may.
        """
        self.incident_ids(open_only=True)
        self.read("")
        self._engine.dispose()


def _rows(connection: Connection, incident_id: str, after: int = 0) -> Sequence[RowMapping]:
    query = (
        select(EVENTS)
        .where(EVENTS.c.incident_id == incident_id, EVENTS.c.sequence > after)
        .order_by(EVENTS.c.sequence)
    )
    return connection.execute(query).mappings().all()


def _append(
    connection: Connection,
    incident_id: str,
    bodies: Sequence[Body],
    *,
    actor: Producer,
    at: datetime,
) -> tuple[Event, ...]:
    head = _head(connection, incident_id, lock=True)
    kept = new_bodies(bodies, _known_keys(connection, incident_id, bodies))
    events = tuple(chained(incident_id, head or Head(), kept, actor=actor, at=at))
    if not events:
        return ()
    new_head = {"head_sequence": events[-1].sequence, "head_hash": events[-1].hash}
    if head is None:
        row = {"incident_id": incident_id, "declared_at": at, "closed_at": None, **new_head}
        connection.execute(insert(INCIDENTS).values(row))
    else:
        matching = update(INCIDENTS).where(INCIDENTS.c.incident_id == incident_id)
        connection.execute(matching.values(closed_at=None, **new_head))
    connection.execute(insert(EVENTS), [_row(event) for event in events])
    return events


def _head(connection: Connection, incident_id: str, *, lock: bool) -> Head | None:
    query = select(INCIDENTS.c.head_sequence, INCIDENTS.c.head_hash).where(
        INCIDENTS.c.incident_id == incident_id
    )
    found = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return Head(sequence=found.head_sequence, hash=found.head_hash) if found else None


def _known_keys(connection: Connection, incident_id: str, bodies: Sequence[Body]) -> list[str]:
    keys = [body.key for body in bodies if body.key is not None]
    query = select(EVENTS.c.key).where(EVENTS.c.incident_id == incident_id, EVENTS.c.key.in_(keys))
    return [key for key in connection.execute(query).scalars() if key is not None]


def _row(event: Event) -> dict[str, object]:
    return {
        "incident_id": event.incident_id,
        "sequence": event.sequence,
        "at": event.at,
        "actor": event.actor.model_dump(mode="json"),
        "kind": event.body.kind,
        "key": event.body.key,
        "body": event.body.model_dump(mode="json"),
        "previous_hash": event.previous_hash,
        "hash": event.hash,
    }


def _retrying() -> Retrying:
    return Retrying(
        retry=retry_if_exception_type((IntegrityError, OperationalError)),
        stop=stop_after_attempt(_ATTEMPTS),
        wait=wait_random(0, _NAP_SECONDS),
        reraise=True,
    )


@contextmanager
def _own_errors() -> Generator[None]:
    try:
        yield
    except IntegrityError as collision:
        raise JournalConflict from collision
    except DBAPIError as failure:
        raise JournalUnavailable(f"The journal's database failed: {failure.orig}") from failure
