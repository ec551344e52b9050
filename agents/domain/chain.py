"""The hash chain that makes a journal tamper-evident."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from pydantic import JsonValue, TypeAdapter, ValidationError

from agents.domain.base import Instant, Producer, Value, canonical_json, sha256_hex
from agents.domain.events import Body, Event, EventBody

NO_HASH = "0" * 64
"""What the first event of an incident names as the hash before it."""


class Head(Value):
    """The end of a chain, kept apart from it so that a missing tail is noticed."""

    sequence: int = 0
    hash: str = NO_HASH


class Link(Value):
    """One event as it lies in the store, before anybody has believed it."""

    sequence: int
    at: Instant
    actor: JsonValue
    body: JsonValue
    key: str | None
    previous_hash: str
    hash: str


class Reference(Value):
    """What an event's hash is taken over."""

    incident_id: str
    sequence: int
    at: Instant
    actor: JsonValue
    body: JsonValue
    previous_hash: str

    @property
    def hash(self) -> str:
        """The SHA-256 of the canonical JSON of everything here."""
        return sha256_hex(canonical_json(self.model_dump(mode="json")))


def chained(
    incident_id: str, head: Head, bodies: Iterable[Body], *, actor: Producer, at: datetime
) -> Iterator[Event]:
    """Yield an event for each body, each sealed with the hash of the one before."""
    for body in bodies:
        unsealed = Event.model_validate(
            {
                "incident_id": incident_id,
                "sequence": head.sequence + 1,
                "at": at,
                "actor": actor,
                "body": body,
                "previous_hash": head.hash,
                "hash": NO_HASH,
            }
        )
        seal = Reference.model_validate(unsealed.model_dump(mode="json", exclude={"hash"})).hash
        event = unsealed.model_copy(update={"hash": seal})
        head = Head(sequence=event.sequence, hash=event.hash)
        yield event


def new_bodies(bodies: Sequence[Body], known_keys: Iterable[str]) -> list[Body]:
    """Leave out every body whose key is known, or came earlier in the same batch."""
    seen = set(known_keys)
    kept: list[Body] = []
    for body in bodies:
        if body.key is not None and body.key in seen:
            continue
        if body.key is not None:
            seen.add(body.key)
        kept.append(body)
    return kept


def link_of(event: Event) -> Link:
    """Return an event as it would lie in a store."""
    dumped = event.model_dump(mode="json", exclude={"incident_id"})
    return Link.model_validate({**dumped, "key": event.body.key})


def verify_chain(incident_id: str, links: Sequence[Link], head: Head) -> tuple[str, ...]:
    """Say what is wrong with a chain: edited, deleted, inserted or reordered events, a cut tail.

    Somebody who can rewrite the whole chain and its head leaves no trace in it; a copy of the head
    kept elsewhere (a backup, a message, a commit) shows that too.
    """
    return tuple(_problems(incident_id, links, head))


def _problems(incident_id: str, links: Sequence[Link], head: Head) -> Iterator[str]:
    expected = Head()
    for link in links:
        where = f"event {link.sequence}"
        if link.sequence != expected.sequence + 1:
            yield f"{where}: expected event {expected.sequence + 1} here"
        if link.previous_hash != expected.hash:
            yield f"{where}: does not follow from the event before it"
        if link.hash != _hash(incident_id, link):
            yield f"{where}: its content was changed after it was written"
        if link.key != _key(link):
            yield f"{where}: it is filed under another key than its own"
        expected = Head(sequence=link.sequence, hash=link.hash)
    if expected != head:
        yield (f"ends at event {expected.sequence}, but event {head.sequence} was written last")


def _hash(incident_id: str, link: Link) -> str:
    return Reference(
        incident_id=incident_id,
        sequence=link.sequence,
        at=link.at,
        actor=link.actor,
        body=link.body,
        previous_hash=link.previous_hash,
    ).hash


_BODY: TypeAdapter[EventBody] = TypeAdapter(EventBody)


def _key(link: Link) -> str | None:
    try:
        return _BODY.validate_python(link.body).key
    except ValidationError:
        return link.key
