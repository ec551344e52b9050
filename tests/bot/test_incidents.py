"""How the faces look incidents up."""

import pytest

from agents.domain.events import RoomOpened
from agents.errors import UnknownIncident
from agents.testing.journal import InMemoryJournal
from agents.testing.queues import InMemoryJobQueue
from bot.incidents import Incidents
from tests.templates.example import CHANNEL, COMMANDER, INCIDENT_ID, Example, alert, at


def looking(journal: InMemoryJournal) -> Incidents:
    """Look at a journal."""
    return Incidents(journal, InMemoryJobQueue(), lambda: at(5))


def test_an_incident_is_found_by_its_channel_as_soon_as_it_has_one() -> None:
    """The first command comes the moment the channel is there."""
    example = Example()
    incidents = looking(example.journal)
    incident_id = incidents.declare(alert(), actor=COMMANDER)
    with pytest.raises(UnknownIncident):
        incidents.in_channel(CHANNEL)

    opened = RoomOpened(channel=CHANNEL, name="inc-checkout")
    incidents.record(incident_id, opened, actor=COMMANDER)

    assert incidents.in_channel(CHANNEL).incident_id == incident_id


def test_a_closed_incident_is_still_found_by_its_channel() -> None:
    """The postmortem is asked for weeks later."""
    example = Example().all()
    example.journal.close(INCIDENT_ID, sequence=example.state.sequence)

    assert looking(example.journal).in_channel(CHANNEL).resolution


def test_a_state_that_was_looked_at_before_is_moved_on() -> None:
    """A stale answer to "status" is worse than a slow one."""
    example = Example().declared()
    incidents = looking(example.journal)
    assert incidents.state(INCIDENT_ID).plan is None

    example.planned()

    assert incidents.state(INCIDENT_ID).plan


def test_what_is_over_is_not_listed_as_open() -> None:
    """The home tab shows what still burns."""
    example = Example().declared()
    incidents = looking(example.journal)
    assert [state.incident_id for state in incidents.open()] == [INCIDENT_ID]

    example.resolved()

    assert incidents.open() == ()


def test_an_unknown_incident_says_so() -> None:
    """A mistyped id gives a sentence, not a traceback."""
    with pytest.raises(UnknownIncident, match="no incident incident_x"):
        looking(InMemoryJournal()).state("incident_x")


def test_many_incidents_do_not_fill_the_memory() -> None:
    """The bot runs for months."""
    incidents = looking(InMemoryJournal())
    paged = [alert().model_copy(update={"external_id": str(n)}) for n in range(300)]
    ids = [incidents.declare(one, actor=COMMANDER) for one in paged]

    states = [incidents.state(one) for one in ids]

    assert len(states) == 300
    assert incidents.state(ids[0]) == states[0]
