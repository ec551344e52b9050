"""What the journal alone can tell of an incident."""

import pytest

from agents.domain.actions import Decision
from agents.domain.events import AlertReceived, PersonSpoke
from agents.domain.incidents import Statement
from agents.domain.learning import Postmortem
from agents.errors import UnknownIncident
from agents.knowledge.postmortems import draft_postmortem
from tests.templates.example import INCIDENT_ID, ON_CALL, Example, alert, at


def drafted(example: Example) -> Postmortem:
    """Draft the postmortem."""
    return draft_postmortem(example.state, example.journal.read(INCIDENT_ID), at(12))


def test_times_are_measured_from_the_declaration() -> None:
    """The figures of two incidents can be compared."""
    acknowledged = AlertReceived(alert=alert(), what="acknowledged")
    example = Example().declared().happens(acknowledged, minutes=1).resolved()

    postmortem = drafted(example)

    assert postmortem.time_to_acknowledge_seconds == 60
    assert postmortem.time_to_resolve_seconds == 600


def test_what_was_never_told_is_left_open() -> None:
    """A draft invents nothing."""
    postmortem = drafted(Example().declared())

    assert postmortem.cause == "Not stated yet."
    assert postmortem.time_to_acknowledge_seconds is None
    assert postmortem.time_to_resolve_seconds is None
    assert postmortem.impact == "Not measured. Add what users noticed."
    assert postmortem.contributing_factors == ()


def test_the_timeline_is_in_order_and_holds_people_and_agents() -> None:
    """Who knew what when is the question that every review begins with."""
    statement = Statement(person=ON_CALL, text="we deployed at 13:58", said_at=at(1))
    cleared = AlertReceived(alert=alert(), what="resolved")
    example = Example().declared().planned().database_answered().synthesized().proposed()
    example.decided(Decision.REJECT).happens(PersonSpoke(statement=statement), cleared, minutes=6)

    timeline = drafted(example).timeline

    texts = [entry.text for entry in timeline]
    assert [entry.at for entry in timeline] == sorted(entry.at for entry in timeline)
    assert "on-call rejected it" in texts
    assert "on-call: we deployed at 13:58" in texts
    assert "The alert cleared" in texts
    assert all(entry.evidence_id for entry in timeline)


def test_the_same_journal_gives_the_same_draft() -> None:
    """A worker that runs the job again writes the same document."""
    example = Example().all()

    assert drafted(example) == drafted(example)


def test_an_undeclared_incident_has_no_postmortem() -> None:
    """A job with a mistyped id fails with a sentence."""
    with pytest.raises(UnknownIncident, match="never declared"):
        drafted(Example())
