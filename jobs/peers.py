"""The room and the pager, as the outbox sees them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from agents.domain.base import Value, canonical_json, sha256_hex
from agents.domain.state import IncidentState
from agents.errors import PeerRefused
from agents.ports import Pager, PagerMessage, Room, RoomMessage
from jobs.engine import Engine


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message, and how this peer is told it."""

    key: str
    digest: str
    find: Callable[[], str | None]
    """Looks for it at the peer, after a delivery of which the end is not known."""
    send: Callable[[], str]
    """Says it for the first time and returns what the peer calls it."""
    edit: Callable[[str], None]
    is_editable: bool = True


def room_outbox(engine: Engine, state: IncidentState, now: datetime) -> list[Outgoing]:
    """Return all that is to be said in the incident's room; nothing before there is one."""
    if not state.channel:
        return []
    return [_to_room(engine, state, message) for message in engine.room_messages(state, now)]


def _to_room(engine: Engine, state: IncidentState, message: RoomMessage) -> Outgoing:
    def find() -> str | None:
        return _room(engine).find(state.channel, message.key)

    def send() -> str:
        return _room(engine).post(state.channel, message, _thread(state, message))

    def edit(reference: str) -> None:
        _room(engine).edit(state.channel, reference, message)

    return Outgoing(key=message.key, digest=digest(message), find=find, send=send, edit=edit)


def _thread(state: IncidentState, message: RoomMessage) -> str | None:
    """Return the message to reply to; one that was never taken leaves its replies in the open."""
    parent = state.deliveries.get(f"room:{message.thread_key}")
    return parent.reference if parent and parent.reference else None


def pager_outbox(engine: Engine, state: IncidentState, now: datetime) -> list[Outgoing]:
    """Return all that is to be told to the pager about the incident it paged for."""
    del now
    return [_to_pager(engine, state, message) for message in engine.pager_messages(state)]


def _to_pager(engine: Engine, state: IncidentState, message: PagerMessage) -> Outgoing:
    external_id = state.incident.alert.external_id if state.incident else ""
    marker = f"[{state.incident_id} {message.key}]"

    def find() -> str | None:
        return _pager(engine).find_note(external_id, marker) if message.kind == "note" else None

    def send() -> str:
        pager = _pager(engine)
        match message.kind:
            case "acknowledge":
                pager.acknowledge(external_id)
                return ""
            case "resolve":
                pager.resolve(external_id)
                return ""
            case "note":
                return pager.note(external_id, f"{message.text}\n{marker}")

    return Outgoing(
        key=message.key,
        digest=digest(message),
        find=find,
        send=send,
        edit=partial(_cannot_edit, message.key),
        is_editable=False,
    )


def digest(message: Value) -> str:
    """Return what tells one wording of a message from another."""
    return sha256_hex(canonical_json(message.model_dump(mode="json")))


def _room(engine: Engine) -> Room:
    if engine.room is None:
        raise PeerRefused("There is no room to post to: this worker has no Slack token.")
    return engine.room


def _pager(engine: Engine) -> Pager:
    if engine.pager is None:
        raise PeerRefused("There is no pager to tell: this worker has no PagerDuty token.")
    return engine.pager


def _cannot_edit(key: str, reference: str) -> None:
    raise PeerRefused(f"{key} ({reference}) cannot be edited at the pager.")
