"""Telling the room and the pager: once, in order, whatever happens."""

from datetime import datetime

import pytest

from agents.domain.events import DeliveryStarted, MessageDelivered, RoomOpened
from agents.domain.state import IncidentState
from agents.errors import PeerRefused, PeerUnavailable, RateLimited
from agents.ports import PagerMessage, RoomMessage
from jobs.dispatching import deliver_job
from tests.events import ACTOR
from tests.jobs.rig import INCIDENT, Bench, a_bench, nothing_due, noting, saying

CHANNEL = "C-inc-checkout"
TO_ROOM = deliver_job(INCIDENT, "room")
TO_PAGER = deliver_job(INCIDENT, "pager")


class Script:
    """What is to be said, as a test changes it."""

    def __init__(self, *texts: str) -> None:
        """Give every text a message of its own."""
        self.texts = list(texts)

    def __call__(self, state: IncidentState, now: datetime) -> tuple[RoomMessage, ...]:
        """Return the messages."""
        return tuple(RoomMessage(key=f"m{n}", text=text) for n, text in enumerate(self.texts))


def a_room(*texts: str) -> tuple[Bench, Script]:
    """Return an engine whose incident has a room and these messages due."""
    bench, script = a_bench(), Script(*texts)
    bench.change(decide=nothing_due, room_messages=script)
    bench.declare()
    opened = bench.room.open("inc-checkout", "")
    bench.engine.record(INCIDENT, RoomOpened(channel=opened.channel, name=opened.name))
    return bench, script


def keys(bench: Bench) -> list[str]:
    """Return what was posted, in the order in which it was."""
    return [one.message.key for one in bench.room.said[CHANNEL]]


def test_messages_are_posted_once_and_in_their_order() -> None:
    """A synthesis above its board confuses everybody who joins late."""
    bench, _ = a_room("one", "two", "three")

    bench.do(TO_ROOM)
    bench.do(TO_ROOM)

    assert bench.said() == ["one", "two", "three"]


def test_a_message_that_changed_is_edited_in_place() -> None:
    """The board is one message that people can pin."""
    bench, script = a_room("one")
    bench.do(TO_ROOM)
    bench.clock.move(3)
    script.texts = ["one, changed"]

    bench.do(TO_ROOM)

    assert bench.said() == ["one, changed"]
    assert bench.room.said[CHANNEL][0].edits == 1


def test_edits_in_quick_succession_become_one_and_the_last_word_is_said() -> None:
    """Slack refuses an app that edits ten times a second, and people cannot read it."""
    bench, script = a_room("one")
    bench.do(TO_ROOM)

    for number in range(5):
        script.texts = [f"edit {number}"]
        bench.clock.move(0.1)
        bench.engine.wake(INCIDENT)
        bench.work_off()
    assert bench.said() == ["one"]
    bench.pass_time(2)

    assert bench.said() == ["edit 4"]
    assert bench.room.said[CHANNEL][0].edits == 1


def test_a_new_message_does_not_wait_for_an_edit() -> None:
    """The proposed fix must not be held up by the clock on the board."""
    bench, script = a_room("one")
    bench.do(TO_ROOM)
    script.texts = ["one, changed", "two"]

    bench.do(TO_ROOM)

    assert bench.said() == ["one", "two"]


def test_a_reply_goes_into_the_thread_of_its_message() -> None:
    """Details belong under what they are about."""
    bench, _ = a_room()
    bench.change(
        room_messages=saying(
            RoomMessage(key="board", text="board"),
            RoomMessage(key="detail", text="detail", thread_key="board"),
            RoomMessage(key="orphan", text="orphan", thread_key="never said"),
        )
    )

    bench.do(TO_ROOM)

    threads = {one.message.key: one.thread for one in bench.room.said[CHANNEL]}
    assert threads == {"board": None, "detail": "1.000000", "orphan": None}


def test_after_a_crash_the_room_is_asked_before_it_is_told_again() -> None:
    """The worker may have died after Slack took the message and before it was written down."""
    bench, _ = a_room("one", "two")
    started = DeliveryStarted(peer="room", message_key="m0")
    bench.engine.record(INCIDENT, started, actor=ACTOR)
    bench.room.post(CHANNEL, RoomMessage(key="m0", text="one, as it was then"), None)
    bench.clock.move(5)

    bench.do(TO_ROOM)

    assert keys(bench) == ["m0", "m1"]
    assert bench.said() == ["one", "two"]


def test_after_a_crash_before_the_call_the_message_is_posted() -> None:
    """Nothing may be lost either."""
    bench, _ = a_room("one", "two")
    bench.engine.record(INCIDENT, DeliveryStarted(peer="room", message_key="m0"), actor=ACTOR)
    bench.clock.move(5)

    bench.do(TO_ROOM)

    assert keys(bench) == ["m0", "m1"]


def test_a_first_delivery_that_somebody_else_just_began_is_waited_for() -> None:
    """A worker that lost its lock may be posting at this very moment."""
    bench, _ = a_room("one", "two")
    bench.engine.record(INCIDENT, DeliveryStarted(peer="room", message_key="m0"), actor=ACTOR)

    bench.do(TO_ROOM)

    assert keys(bench) == []
    assert bench.pass_time(3) == ["advance", "deliver", "deliver"]
    assert keys(bench) == ["m0", "m1"]


def test_a_second_deliverer_leaves_the_room_to_the_first() -> None:
    """Two at once would change the order."""
    bench, _ = a_room("one")

    with bench.lock.holding(f"{INCIDENT}-deliver-room"):
        bench.do(TO_ROOM)

    assert keys(bench) == []


def test_a_rate_limit_is_kept_to_and_nothing_is_lost() -> None:
    """Slack says when to come back; coming earlier makes it longer."""
    bench, _ = a_room("one", "two")
    bench.room.failures = [RateLimited(retry_after_seconds=7)]

    bench.do(TO_ROOM)
    assert [job.delay_seconds for job in bench.queue.waiting.values()] == [0, 7]
    bench.clock.move(5)
    bench.do(TO_ROOM)
    assert keys(bench) == []

    bench.pauses.paused.clear()
    bench.pass_time(2)
    assert keys(bench) == ["m0", "m1"]


def test_a_room_that_is_away_is_tried_less_and_less_often() -> None:
    """An hour without Slack must not fill the log, nor end in a lost message."""
    bench, _ = a_room("one")
    waits: list[float] = []
    for _ in range(7):
        bench.room.failures = [PeerUnavailable(), PeerUnavailable()]
        bench.pauses.paused.clear()
        bench.do(TO_ROOM)
        wait = bench.pauses.paused[f"{INCIDENT}-deliver-room"]
        waits.append(wait)
        bench.clock.move(max(wait, 3))

    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (1.0, 30.0)
    bench.room.failures = []
    bench.pauses.paused.clear()
    bench.do(TO_ROOM)
    assert bench.said() == ["one"]


def test_what_the_room_refuses_for_good_is_on_record_and_the_rest_is_said() -> None:
    """One message that is too long must not silence the room."""
    bench, _ = a_room("one", "two")
    bench.room.failures = [PeerRefused("too long")]

    bench.do(TO_ROOM)
    bench.do(TO_ROOM)

    assert keys(bench) == ["m1"]
    assert bench.state.deliveries["room:m0"].abandoned == "too long"


def test_without_a_room_nothing_is_tried() -> None:
    """The room may take a moment to open."""
    bench = a_bench()
    bench.declare()

    bench.do(TO_ROOM)

    assert bench.state.deliveries == {}


@pytest.mark.parametrize("peer", ["room", "pager"])
def test_a_worker_without_credentials_says_so_on_record(peer: str) -> None:
    """A missing token shows on the board instead of in nothing at all."""
    bench, _ = a_room("one")
    bench.change(room=None, pager=None, pager_messages=noting(_acknowledge()))

    bench.do(deliver_job(INCIDENT, peer))

    (delivery,) = bench.state.deliveries.values()
    assert "token" in delivery.abandoned


def _acknowledge() -> PagerMessage:
    return PagerMessage(key="acknowledge", kind="acknowledge")


def a_pager(*messages: PagerMessage) -> Bench:
    """Return an engine with these messages due at the pager."""
    bench = a_bench()
    bench.change(decide=nothing_due, pager_messages=noting(*messages))
    bench.declare()
    return bench


def test_the_pager_is_acknowledged_noted_and_resolved() -> None:
    """Whoever looks at the pager first is not left behind."""
    bench = a_pager(
        _acknowledge(),
        PagerMessage(key="n1", kind="note", text="It is a lock."),
        PagerMessage(key="resolve", kind="resolve"),
    )

    bench.do(TO_PAGER)
    bench.do(TO_PAGER)

    incident = bench.pager.incidents["Q1"]
    assert incident.status == "resolved"
    assert len(incident.notes) == 1
    assert incident.notes[0].startswith("It is a lock.")


def test_a_note_that_was_added_before_a_crash_is_not_added_again() -> None:
    """PagerDuty keeps every note, and notifies about each."""
    note = PagerMessage(key="n1", kind="note", text="It is a lock.")
    bench = a_pager(note)
    bench.do(TO_PAGER)
    written = bench.pager.incidents["Q1"].notes[0]
    crashed = a_pager(_acknowledge(), note)
    crashed.pager.incidents["Q1"].notes.append(written)
    for key in ("acknowledge", "n1"):
        crashed.engine.record(INCIDENT, DeliveryStarted(peer="pager", message_key=key))
    crashed.clock.move(5)

    crashed.do(TO_PAGER)

    assert crashed.pager.incidents["Q1"].notes == [written]
    assert crashed.pager.incidents["Q1"].status == "acknowledged"


def test_a_note_whose_words_changed_is_not_written_again() -> None:
    """A pager's notes cannot be edited; news gets a note of its own."""
    bench = a_pager(PagerMessage(key="n1", kind="note", text="It may be a lock."))
    bench.do(TO_PAGER)
    delivered = [e for e in bench.journal.read(INCIDENT) if isinstance(e.body, MessageDelivered)]
    bench.clock.move(60)
    changed = PagerMessage(key="n1", kind="note", text="It is a lock.")
    bench.change(pager_messages=noting(changed))

    bench.do(TO_PAGER)

    assert len(bench.pager.incidents["Q1"].notes) == len(delivered) == 1
