"""What every journal promises."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from agents.domain.base import Producer
from agents.domain.chain import NO_HASH
from agents.domain.events import (
    AlertReceived,
    Body,
    MessageDelivered,
    QuestionExpired,
    RoomOpened,
)
from agents.domain.state import fold
from agents.ports import Recording
from tests.contracts.journal.conftest import JournalUnderTest
from tests.events import ACTOR, START, an_alert, declared

pytestmark = pytest.mark.contract


def expired(question: str) -> QuestionExpired:
    """Return a small event with a key."""
    return QuestionExpired(question_id=question)


def delivered(digest: str) -> MessageDelivered:
    """Return a small event without a key."""
    return MessageDelivered(peer="room", message_key="board", reference="1.1", digest=digest)


def test_what_was_appended_is_read_back_whole_and_in_order(journal: JournalUnderTest) -> None:
    """Every decision is a fold of these events; one lost field is a wrong decision."""
    bodies = [declared(), RoomOpened(channel="C1", name="inc-1"), delivered("a"), delivered("b")]

    written = journal.append("inc", bodies, actor=ACTOR, at=START)

    assert [event.body for event in written] == bodies
    assert [event.sequence for event in written] == [1, 2, 3, 4]
    assert written[0].previous_hash == NO_HASH
    assert written[0].actor == ACTOR
    assert {event.at for event in written} == {START}
    assert journal.read("inc") == written
    assert journal.read("inc", after=3) == written[3:]
    assert fold("inc", journal.read("inc")).channel == "C1"


def test_an_unknown_incident_has_no_events(journal: JournalUnderTest) -> None:
    """A mistyped id in a command gives "no such incident", not a traceback."""
    assert journal.read("nobody") == ()
    assert journal.append("nobody", [], actor=ACTOR, at=START) == ()
    assert journal.incident_ids() == ()
    assert journal.audit("nobody") == ()


def test_a_body_whose_key_is_known_is_left_out_and_the_rest_is_kept(
    journal: JournalUnderTest,
) -> None:
    """A job that runs twice, or a webhook that comes five times, must record once."""
    journal.append("inc", [declared(), expired("q1")], actor=ACTOR, at=START)

    again = journal.append(
        "inc", [expired("q1"), expired("q2"), expired("q2"), declared()], actor=ACTOR, at=START
    )

    assert [event.body for event in again] == [expired("q2")]
    assert [event.sequence for event in journal.read("inc")] == [1, 2, 3]


def test_keys_of_one_incident_do_not_bind_another(journal: JournalUnderTest) -> None:
    """Two incidents about one service each get their own room."""
    for incident in ("one", "two"):
        journal.append(incident, [declared(), expired("q1")], actor=ACTOR, at=START)

    assert len(journal.read("one")) == len(journal.read("two")) == 2


def test_the_newest_incident_comes_first_and_closed_ones_may_be_left_out(
    journal: JournalUnderTest,
) -> None:
    """The clock looks at open incidents every second; the list in the console shows all."""
    for number, incident in enumerate(("old", "middle", "new")):
        at = START + timedelta(minutes=number)
        journal.append(incident, [declared(number, at)], actor=ACTOR, at=at)

    journal.close("middle", sequence=1)

    assert journal.incident_ids() == ("new", "middle", "old")
    assert journal.incident_ids(open_only=True) == ("new", "old")


def test_an_alert_that_fires_again_opens_a_closed_incident(journal: JournalUnderTest) -> None:
    """An incident that comes back after it was closed must not be skipped by the clock."""
    journal.append("inc", [declared()], actor=ACTOR, at=START)
    journal.close("inc", sequence=1)

    journal.append("inc", [AlertReceived(alert=an_alert(), what="reopened")], actor=ACTOR, at=START)

    assert journal.incident_ids(open_only=True) == ("inc",)


def test_a_close_that_was_decided_before_the_last_event_is_void(
    journal: JournalUnderTest,
) -> None:
    """A straggler's answer that arrives while the incident is being closed is still looked at."""
    journal.append("inc", [declared()], actor=ACTOR, at=START)
    journal.append("inc", [expired("q1")], actor=ACTOR, at=START)

    journal.close("inc", sequence=1)
    journal.close("nobody", sequence=1)

    assert journal.incident_ids(open_only=True) == ("inc",)


def test_a_repeated_event_does_not_open_a_closed_incident(journal: JournalUnderTest) -> None:
    """A late duplicate of a webhook is not news."""
    journal.append("inc", [declared()], actor=ACTOR, at=START)
    journal.close("inc", sequence=1)

    journal.append("inc", [declared()], actor=ACTOR, at=START)

    assert journal.incident_ids(open_only=True) == ()


def test_writers_at_once_make_one_chain_and_one_event_per_key(journal: JournalUnderTest) -> None:
    """Four specialists answer in the same moment; none may overwrite or repeat another."""

    def write(writer: int) -> int:
        bodies: list[Body] = [declared(), expired(f"own-{writer}"), expired("shared")]
        written = [
            event
            for body in bodies
            for event in journal.append(
                "inc", [body], actor=Producer(name=f"writer-{writer}"), at=START
            )
        ]
        return len(written)

    with ThreadPoolExecutor(8) as writers:
        counts = list(writers.map(write, range(8)))

    events = journal.read("inc")
    assert [event.sequence for event in events] == list(range(1, 11))
    assert sum(counts) == len({event.body.key for event in events}) == 10
    assert journal.audit("inc") == ()


def test_a_text_is_kept_once_and_recalled_by_its_digest(recording: Recording) -> None:
    """An auditor sees exactly what a tool returned, odd bytes included."""
    text = "relation „orders“ is locked\x00\n"

    digest = recording.keep(text)

    assert recording.keep(text) == digest
    assert recording.recall(digest) == text
    assert recording.recall("0" * 64) is None
