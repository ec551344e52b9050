"""A journal and a recording that live in one process."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from typing_extensions import override

from agents.domain.base import Producer, sha256_hex
from agents.domain.chain import Head, chained, link_of, new_bodies, verify_chain
from agents.domain.events import Body, Event
from agents.ports import Journal, Recording


@dataclass
class InMemoryJournal(Journal):
    """Keeps the events of every incident in a list."""

    streams: dict[str, list[Event]] = field(default_factory=dict[str, list[Event]])
    closed: set[str] = field(default_factory=set[str])
    _writing: Lock = field(default_factory=Lock, repr=False)

    @override
    def append(
        self, incident_id: str, bodies: Sequence[Body], *, actor: Producer, at: datetime
    ) -> tuple[Event, ...]:
        """Append what is new."""
        with self._writing:
            stream = self.streams.get(incident_id, [])
            kept = new_bodies(bodies, _keys(stream))
            events = tuple(chained(incident_id, _head(stream), kept, actor=actor, at=at))
            if events:
                self.streams[incident_id] = [*stream, *events]
                self.closed.discard(incident_id)
            return events

    @override
    def read(self, incident_id: str, after: int = 0) -> tuple[Event, ...]:
        """Return the events after a sequence number."""
        return tuple(self.streams.get(incident_id, [])[after:])

    @override
    def incident_ids(self, *, open_only: bool = False) -> tuple[str, ...]:
        """Return the known incidents, newest first."""
        known = sorted(self.streams, key=lambda incident: self.streams[incident][0].at)
        return tuple(i for i in reversed(known) if not (open_only and i in self.closed))

    @override
    def close(self, incident_id: str, *, sequence: int) -> None:
        """Let the clock skip an incident that has had no event since."""
        if len(self.streams.get(incident_id, [])) == sequence:
            self.closed.add(incident_id)

    def audit(self, incident_id: str) -> tuple[str, ...]:
        """Say what is wrong with an incident's hash chain; nothing when it is whole."""
        stream = self.streams.get(incident_id, [])
        return verify_chain(incident_id, [link_of(event) for event in stream], _head(stream))


@dataclass
class InMemoryRecording(Recording):
    """Keeps texts in a dictionary."""

    texts: dict[str, str] = field(default_factory=dict[str, str])

    @override
    def keep(self, text: str) -> str:
        """Keep a text and return its SHA-256 in hexadecimal."""
        digest = sha256_hex(text)
        self.texts[digest] = text
        return digest

    @override
    def recall(self, digest: str) -> str | None:
        """Return the text kept under a digest."""
        return self.texts.get(digest)


def _head(stream: Sequence[Event]) -> Head:
    return Head(sequence=len(stream), hash=stream[-1].hash) if stream else Head()


def _keys(stream: Iterable[Event]) -> list[str]:
    return [event.body.key for event in stream if event.body.key is not None]
