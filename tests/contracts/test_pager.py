"""What every pager does, in memory and in PagerDuty."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.errors import PeerRefused
from agents.integrations.pagerduty.pager import PagerDutyPager
from agents.ports import Pager
from agents.testing.pager import InMemoryPager, Paged
from tests.agents.integrations.pagerduty.server import TOKEN, PagerDutyServer, serve

pytestmark = pytest.mark.contract

PAGED = "PT4KHLK"
Known = InMemoryPager | PagerDutyServer


@pytest.fixture(params=["memory", "pagerduty"])
def known(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Known]:
    """Give what each kind of pager knows: one triggered incident."""
    if request.param == "memory":
        yield InMemoryPager(incidents={PAGED: Paged()})
        return
    with serve(tmp_path) as server:
        server.page(PAGED)
        yield server


@pytest.fixture
def pager(known: Known) -> Iterator[Pager]:
    """Connect to it."""
    if isinstance(known, InMemoryPager):
        yield known
        return
    connected = PagerDutyPager.connect(TOKEN, "warroom@example.com", known.url, known.ca_file)
    yield connected
    connected.close()


def status(known: Known) -> str:
    """Look at the incident's status."""
    if isinstance(known, InMemoryPager):
        return known.incidents[PAGED].status
    return known.incidents[PAGED]["status"]


def notes(known: Known) -> list[str]:
    """Read the incident's notes."""
    if isinstance(known, InMemoryPager):
        return known.incidents[PAGED].notes
    return [note["content"] for note in known.notes[PAGED]]


def test_acknowledging_twice_is_harmless(known: Known, pager: Pager) -> None:
    """The escalation stops, and a repeated delivery does not start it again."""
    pager.acknowledge(PAGED)
    pager.acknowledge(PAGED)

    assert status(known) == "acknowledged"


def test_acknowledging_a_resolved_incident_leaves_it_resolved(known: Known, pager: Pager) -> None:
    """A late delivery must not open again what a person has closed."""
    pager.resolve(PAGED)

    pager.acknowledge(PAGED)

    assert status(known) == "resolved"


def test_a_note_is_found_by_what_it_contains(known: Known, pager: Pager) -> None:
    """After a crash the outbox asks before it writes the same note again."""
    reference = pager.note(PAGED, "A migration holds a lock. (synthesis_1)")

    assert pager.find_note(PAGED, "synthesis_1") == reference
    assert pager.find_note(PAGED, "synthesis_2") is None
    assert notes(known) == ["A migration holds a lock. (synthesis_1)"]


def test_resolving_twice_is_harmless(known: Known, pager: Pager) -> None:
    """People resolve in both places at once."""
    pager.resolve(PAGED)
    pager.resolve(PAGED)

    assert status(known) == "resolved"


def test_an_unknown_incident_is_refused_for_good(pager: Pager) -> None:
    """It was deleted, or belongs to another account: trying again cannot help."""
    with pytest.raises(PeerRefused):
        pager.acknowledge("PNOWHERE")
