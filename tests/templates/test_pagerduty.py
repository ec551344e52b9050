"""What the pager is told."""

from agents.commander.synthesis import synthesize
from agents.domain.events import SynthesisPublished
from agents.domain.plans import Policy
from agents.ports import PagerMessage
from templates.pagerduty import pager_messages
from tests.templates.example import Example, alert, at


def told(example: Example) -> list[tuple[str, str]]:
    """Return kind and beginning of the key of each message."""
    return [(m.kind, m.key.partition(":")[0]) for m in pager_messages(example.state)]


def test_the_pager_is_told_from_acknowledgement_to_resolution() -> None:
    """Whoever follows the page there is told as much as the room."""
    assert told(Example().all()) == [
        ("acknowledge", "acknowledge"),
        ("note", "synthesis"),
        ("note", "outcome"),
        ("note", "recovery"),
        ("note", "resolved"),
        ("resolve", "resolve"),
    ]


def test_it_is_acknowledged_only_once_somebody_investigates() -> None:
    """An acknowledged page that nobody works on is the worst of all."""
    assert told(Example().declared()) == []
    assert told(Example().declared().planned()) == [("acknowledge", "acknowledge")]


def test_a_revision_with_the_same_cause_writes_no_second_note() -> None:
    """Notes cannot be edited, so they are kept rare."""
    example = Example().declared().planned().database_answered().synthesized()
    once = told(example)

    assert told(example.network_answered().synthesized(4)) == once


def test_an_incident_of_another_source_is_not_told_to_the_pager() -> None:
    """Its number means nothing there."""
    example = Example().declared().planned()
    state = example.state
    assert state.incident
    other = state.incident.model_copy(
        update={"alert": alert().model_copy(update={"source": "slack"})}
    )

    assert pager_messages(state.model_copy(update={"incident": other})) == ()


def test_not_knowing_is_said_as_well() -> None:
    """The note says plainly that there is no cause yet."""
    example = Example().declared().planned()
    account = synthesize(example.state, Policy(), at(2))

    notes: list[PagerMessage] = [
        *pager_messages(example.happens(SynthesisPublished(synthesis=account), minutes=2).state)
    ]

    assert "We do not know the cause" in notes[-1].text
