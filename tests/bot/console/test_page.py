"""The page behind the evidence links."""

import re
from collections.abc import Iterator

import pytest

from agents.knowledge.postmortems import draft_postmortem
from tests.bot.webhooks.receiving import Receiver, receiver
from tests.templates.example import INCIDENT_ID, Example, at


@pytest.fixture
def console() -> Iterator[Receiver]:
    """Serve the page of an incident that is over."""
    with receiver(Example().all().journal) as one:
        yield one


def test_every_link_of_the_postmortem_leads_to_an_anchor(console: Receiver) -> None:
    """A timeline whose evidence cannot be opened proves nothing."""
    events = console.journal.read(INCIDENT_ID)
    timeline = draft_postmortem(console.only, events, at(12)).timeline

    page = console.http.get(f"/incidents/{INCIDENT_ID}").text

    anchors = re.findall(r'id="([^"]+)"', page)
    assert {entry.evidence_id for entry in timeline} <= set(anchors)
    assert len(set(anchors) - {"message_delivered"}) == len(set(anchors))


def test_what_telemetry_says_is_shown_and_not_run() -> None:
    """Log lines are written by attackers too."""
    hostile = "<script>alert(1)</script>"
    with receiver(Example().declared(hostile).journal) as console:
        answer = console.http.get(f"/incidents/{INCIDENT_ID}")

    assert hostile not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_an_unknown_incident_is_not_found(console: Receiver) -> None:
    """A mistyped link says so."""
    answer = console.http.get("/incidents/incident_nowhere")

    assert answer.status_code == 404
    assert "There is no incident incident_nowhere" in answer.text
