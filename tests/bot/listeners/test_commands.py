"""`/warroom` as people type it, on a real Bolt app and a local Slack."""

import pytest

from agents.domain.events import IncidentResolved, InvestigationStopped, PersonSpoke
from tests.bot.war_room import WarRoom
from tests.templates.example import INCIDENT_ID

ADVANCE = f"{INCIDENT_ID}-advance"


def last_body(room: WarRoom) -> object:
    """Return what happened last in the incident."""
    return room.journal.read(INCIDENT_ID)[-1].body


def test_help_lists_every_word_to_the_one_who_asked(room: WarRoom) -> None:
    """Nobody reads a manual during an incident; and nobody else wants to read this."""
    room.on_call.command("/warroom help", room.channel)

    told = room.whispered("/warroom status")
    assert "/warroom resolve" in told.words
    assert room.responder.ephemerals(room.channel) == []


def test_status_shows_phase_questions_and_gaps(room: WarRoom) -> None:
    """A manager who joins asks once, and disturbs nobody."""
    room.example.planned().database_answered()

    room.on_call.command("/warroom status", room.channel)

    told = room.whispered("Investigating")
    assert "answered, 1 hypothesis and 1 gap" in told.words
    assert "To close it: connect a trace store" in told.words


def test_hypotheses_show_each_claim_with_what_was_measured(room: WarRoom) -> None:
    """The responder judges the evidence, not the prose."""
    room.example.planned().database_answered()

    room.on_call.command("/warroom hypotheses", room.channel)

    told = room.whispered("hypotheses")
    assert "expected at least 1, observed 14" in told.words


def test_one_piece_of_evidence_is_shown_with_query_and_source(room: WarRoom) -> None:
    """Anybody can run the query again by hand."""
    room.example.planned().database_answered()

    room.on_call.command("/warroom evidence 1", room.channel)

    told = room.whispered("Evidence 1")
    assert "max of blocked_sessions" in told.words
    assert "prometheus:/api/v1/query" in told.words


def test_evidence_that_is_not_there_gives_the_list(room: WarRoom) -> None:
    """A mistyped number still leads to the right one."""
    room.example.planned().database_answered()

    room.on_call.command("/warroom evidence 99", room.channel)

    told = room.whispered("There is no evidence 99.")
    assert "at least one session is blocked" in told.words


def test_investigate_elsewhere_declares_an_incident(room: WarRoom) -> None:
    """A person who sees trouble before the monitors do needs no page."""
    room.on_call.command("/warroom investigate search is slow", "incidents")

    room.on_call.wait_for_message("incidents", lambda m: "Declared" in m.words)
    [declared] = set(room.journal.incident_ids()) - {INCIDENT_ID}
    assert f"{declared}-advance" in room.queue.waiting


def test_investigate_in_an_incident_keeps_what_the_person_knows(room: WarRoom) -> None:
    """What people know is evidence with a name on it."""
    room.on_call.command("/warroom investigate we deployed at 13:58", room.channel)

    room.whispered("Noted for the agents")
    body = last_body(room)
    assert isinstance(body, PersonSpoke)
    assert body.statement.text == "we deployed at 13:58"
    assert body.statement.person.id == "U0ONCALL1"
    assert ADVANCE in room.queue.waiting


def test_investigate_without_words_says_what_is_missing(room: WarRoom) -> None:
    """An incident without a title helps nobody."""
    room.on_call.command("/warroom investigate", room.channel)

    room.whispered("Say more")


def test_a_channel_without_an_incident_says_where_to_go(room: WarRoom) -> None:
    """The command was right and the place was wrong."""
    room.on_call.command("/warroom status", "general")

    room.on_call.wait_for_message("general", lambda m: "belongs to no incident" in m.words)


def test_an_unknown_word_lists_the_known_ones(room: WarRoom) -> None:
    """Typing errors happen most when they are least welcome."""
    room.on_call.command("/warroom stauts", room.channel)

    told = room.whispered("There is no `/warroom stauts`")
    assert "/warroom status" in told.words


def test_stop_is_recorded_with_who_said_it(room: WarRoom) -> None:
    """Agents that go on after being told to stop are switched off for good."""
    room.on_call.command("/warroom stop", room.channel)

    room.whispered("told to stop")
    body = last_body(room)
    assert isinstance(body, InvestigationStopped)
    assert body.by.id == "U0ONCALL1"


def test_resolve_with_a_cause_closes_the_incident(room: WarRoom) -> None:
    """The cause in people's words grades the diagnosis."""
    room.on_call.command("/warroom resolve the migration held a lock", room.channel)

    room.whispered("Resolved")
    body = last_body(room)
    assert isinstance(body, IncidentResolved)
    assert body.cause == "the migration held a lock"


def test_resolve_without_a_cause_asks_for_it(room: WarRoom) -> None:
    """A cause is asked for while it is fresh."""
    room.on_call.command("/warroom resolve", room.channel)

    form = room.on_call.wait_for(room.on_call.modal, what="the form")
    errors = room.on_call.submit(form, {"cause": {"cause_text": "a lock"}})

    assert errors == {}
    body = last_body(room)
    assert isinstance(body, IncidentResolved)
    assert body.cause == "a lock"


@pytest.mark.parametrize("word", ["stop", "resolve it was the lock"])
def test_what_is_over_is_not_ended_again(room: WarRoom, word: str) -> None:
    """The first cause stands; whoever comes late reads that it is over."""
    room.example.resolved()
    before = room.journal.read(INCIDENT_ID)

    room.on_call.command(f"/warroom {word}", room.channel)

    room.whispered("already")
    assert room.journal.read(INCIDENT_ID) == before


def test_postmortem_before_the_end_says_when_it_is_written(room: WarRoom) -> None:
    """Nobody has to guess what to do for it."""
    room.on_call.command("/warroom postmortem", room.channel)

    room.whispered("It is written when the incident is closed")


def test_postmortem_gives_its_link(room: WarRoom) -> None:
    """Weeks later somebody looks for it in the channel."""
    room.example.resolved()

    room.on_call.command("/warroom postmortem", room.channel)

    told = room.whispered("Postmortem: checkout")
    assert "https://code.example/shop/pulls/7" in told.words
