"""Telling the room and the pager what is due: each message once, in order, then edited in place.

What was said is in the journal, so that whoever delivers next knows. A first delivery is announced
there before it is made: after a crash in between, the peer is asked before it is told again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog

from agents.domain.base import Producer
from agents.domain.events import DeliveryAbandoned, DeliveryStarted, MessageDelivered
from agents.domain.state import Delivery, IncidentState
from agents.errors import PeerRefused, PeerUnavailable, RateLimited
from agents.ports import Job
from jobs.dispatching import deliver_job
from jobs.engine import Engine
from jobs.peers import Outgoing, pager_outbox, room_outbox

ROOM = "room"
PEERS = {ROOM: room_outbox, "pager": pager_outbox}

SECONDS_BETWEEN_EDITS = 2.0
"""Of one message; what is said meanwhile is in the next edit."""
SECONDS_UNTIL_ASKING = 3.0
"""How long a first delivery by somebody else may be under way before the peer is asked for it."""
LONGEST_PAUSE_SECONDS = 30.0
_SHORTEST_PAUSE_SECONDS = 0.1

_OUTBOX = Producer(name="outbox")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Look:
    """What the next delivery would be: one now, or one after a wait, or none."""

    ready: Outgoing | None = None
    wait_seconds: float = 0.0


def look(engine: Engine, peer: str, state: IncidentState, now: datetime) -> Look:
    """Find what a peer has not been told."""
    return next_delivery(PEERS[peer](engine, state, now), _deliveries(state, peer), now)


def next_delivery(
    messages: Iterable[Outgoing], deliveries: dict[str, Delivery], now: datetime
) -> Look:
    """Choose the first message that is new, uncertain or changed.

    A message whose first delivery is uncertain holds up those after it; an edit does not.
    """
    waits: list[float] = []
    for message in messages:
        delivery = deliveries.get(message.key)
        wait = _wait(message, delivery, now)
        if wait is None:
            continue
        if wait <= 0:
            return Look(ready=message)
        waits.append(wait)
        if delivery is not None and not delivery.digest:
            break
    return Look(wait_seconds=min(waits, default=0.0))


def _wait(message: Outgoing, delivery: Delivery | None, now: datetime) -> float | None:
    """Return in how many seconds a message is due; None when it is not."""
    if delivery is None:
        return 0.0
    if delivery.abandoned or (delivery.digest and not _says_more(message, delivery)):
        return None
    pause = SECONDS_BETWEEN_EDITS if delivery.digest else SECONDS_UNTIL_ASKING
    return pause - (now - delivery.at).total_seconds() if delivery.at else 0.0


def _says_more(message: Outgoing, delivery: Delivery) -> bool:
    return message.is_editable and message.digest != delivery.digest


def _deliveries(state: IncidentState, peer: str) -> dict[str, Delivery]:
    return {d.message_key: d for d in state.deliveries.values() if d.peer == peer}


def deliver(engine: Engine, job: Job) -> None:
    """Tell a peer everything that is due. One worker at a time for each incident and peer."""
    name = f"{job.incident_id}-deliver-{job.subject_id}"
    with engine.lock.holding(name) as held:
        if not held:
            return
        wait = engine.pauses.remaining(name) or _deliver_all(engine, job, name)
    if wait:
        engine.queue.enqueue(deliver_job(job.incident_id, job.subject_id, delay_seconds=wait))


def _deliver_all(engine: Engine, job: Job, name: str) -> float:
    """Deliver one message after another; return after how many seconds to go on, or zero."""
    state = engine.state(job.incident_id)
    while True:
        seen = look(engine, job.subject_id, state, engine.clock())
        if seen.ready is None:
            return seen.wait_seconds
        pause = _deliver_one(engine, job.subject_id, state, seen.ready)
        if pause:
            engine.pauses.pause(name, pause)
            return pause
        state = engine.refreshed(state)


def _deliver_one(engine: Engine, peer: str, state: IncidentState, message: Outgoing) -> float:
    """Deliver one message and write it down; return how long to pause when the peer says later."""
    try:
        reference = _say(engine, peer, state, message)
    except RateLimited as later:
        return max(later.retry_after_seconds, _SHORTEST_PAUSE_SECONDS)
    except PeerUnavailable as away:
        _log.warning("peer_unavailable", incident_id=state.incident_id, peer=peer, reason=str(away))
        return _patience(state, engine.clock())
    except PeerRefused as refused:
        _log.error("message_refused", incident_id=state.incident_id, peer=peer, reason=str(refused))
        said = DeliveryAbandoned(peer=peer, message_key=message.key, reason=str(refused))
        engine.record(state.incident_id, said, actor=_OUTBOX)
        return 0.0
    if reference is not None:
        delivered = MessageDelivered(
            peer=peer, message_key=message.key, reference=reference, digest=message.digest
        )
        engine.record(state.incident_id, delivered, actor=_OUTBOX)
    return 0.0


def _say(engine: Engine, peer: str, state: IncidentState, message: Outgoing) -> str | None:
    """Edit, find again or post; return the peer's reference, or None when somebody else posts."""
    delivery = state.deliveries.get(f"{peer}:{message.key}")
    if delivery is None:
        started = DeliveryStarted(peer=peer, message_key=message.key)
        is_first = engine.record(state.incident_id, started, actor=_OUTBOX)
        return message.send() if is_first else None
    reference = delivery.reference if delivery.digest else message.find()
    if reference is None:
        return message.send()
    if message.is_editable:
        message.edit(reference)  # one that was found may say what was due back then
    return reference


def _patience(state: IncidentState, now: datetime) -> float:
    """Wait as long again as nothing has happened: twice as long each time, up to a limit."""
    quiet = (now - state.updated_at).total_seconds() if state.updated_at else 0.0
    return min(max(quiet, 1.0), LONGEST_PAUSE_SECONDS)
