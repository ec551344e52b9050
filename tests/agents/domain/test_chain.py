"""The hash chain: what an auditor relies on."""

import pytest

from agents.domain.chain import Head, Link, chained, link_of, new_bodies, verify_chain
from agents.domain.events import MessageDelivered, QuestionExpired
from tests.events import ACTOR, START, declared

EVENTS = tuple(
    chained(
        "inc",
        Head(),
        [declared(), QuestionExpired(question_id="q1"), QuestionExpired(question_id="q2")],
        actor=ACTOR,
        at=START,
    )
)
LINKS = A, B, C = tuple(link_of(event) for event in EVENTS)
HEAD = Head(sequence=3, hash=EVENTS[-1].hash)


def changed(link: Link, **fields: object) -> Link:
    """Return a link as somebody changed it."""
    return link.model_copy(update=fields)


def test_a_chain_that_nobody_touched_is_whole() -> None:
    """A clean audit must stay clean, or nobody reads it."""
    assert verify_chain("inc", LINKS, HEAD) == ()
    assert verify_chain("unknown", (), Head()) == ()


@pytest.mark.parametrize(
    ("links", "complaint"),
    [
        ((A, changed(B, body={"kind": "unheard_of"}), C), "event 2: its content was changed"),
        ((A, changed(B, actor={"name": "someone"}), C), "event 2: its content was changed"),
        ((A, changed(B, key="question_expired:q9"), C), "event 2: it is filed under another key"),
        ((A, C), "event 3: expected event 2 here"),
        ((A, C, B), "event 3: expected event 2 here"),
        ((A, B, B, C), "event 2: expected event 3 here"),
        ((A, B), "ends at event 2, but event 3 was written last"),
        ((), "ends at event 0, but event 3 was written last"),
        ((B, C), "event 2: does not follow from the event before"),
    ],
)
def test_tampering_is_seen_and_located(links: tuple[Link, ...], complaint: str) -> None:
    """After a disputed action, people must be able to trust the record, or know where it broke."""
    problems = verify_chain("inc", links, HEAD)

    assert any(complaint in problem for problem in problems), problems


def test_an_event_resealed_after_an_edit_breaks_the_one_after_it() -> None:
    """Recomputing one hash is easy; it shows at the next event."""
    forged = next(
        iter(
            chained(
                "inc",
                Head(sequence=1, hash=EVENTS[0].hash),
                [QuestionExpired(question_id="forged")],
                actor=ACTOR,
                at=START,
            )
        )
    )

    problems = verify_chain("inc", (LINKS[0], link_of(forged), LINKS[2]), HEAD)

    assert problems == ("event 3: does not follow from the event before it",)


def test_bodies_without_a_key_are_all_kept() -> None:
    """Every edit of the board is on record, not only the first."""
    edit = MessageDelivered(peer="room", message_key="board", reference="1", digest="a")
    once = QuestionExpired(question_id="q1")

    assert new_bodies([edit, once, edit, once], ["incident_declared"]) == [edit, once, edit]
    assert new_bodies([once], [once.key]) == []
