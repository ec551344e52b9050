"""PagerDuty's deliveries over real HTTP."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from typing_extensions import override

from agents.domain.base import Producer
from agents.domain.events import AlertReceived, Body, Event
from agents.domain.incidents import Severity
from agents.errors import JournalUnavailable
from agents.testing.journal import InMemoryJournal
from bot.webhooks.app import BODY_BYTES
from tests.bot.webhooks.receiving import NOW, Receiver, event, note_event, receiver


@pytest.fixture
def pager() -> Iterator[Receiver]:
    """Serve a receiver with an empty journal."""
    with receiver() as one:
        yield one


def received(pager: Receiver) -> list[str]:
    """Return what came after the declaration."""
    [incident_id] = pager.journal.incident_ids()
    bodies = [event.body for event in pager.journal.read(incident_id)]
    return [body.what for body in bodies if isinstance(body, AlertReceived)]


def test_a_page_declares_an_incident_and_wakes_the_commander(pager: Receiver) -> None:
    """The board has to be there within two seconds of this."""
    answer = pager.send(event())

    assert answer.status_code == 202
    incident = pager.only.incident
    assert incident
    assert answer.json() == {"status": "taken", "incident_id": incident.id}
    assert incident.severity is Severity.SEV1
    assert incident.declared_at == NOW
    assert incident.alert.external_id == "PT4KHLK"
    assert incident.alert.service == "storefront"
    assert f"{incident.id}-advance" in pager.queue.waiting


def test_five_deliveries_of_one_page_are_one_incident(pager: Receiver) -> None:
    """PagerDuty delivers again when our answer is late, and people must not see five rooms."""
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(pager.send, [event()] * 5))

    assert {answer.status_code for answer in answers} == {202}
    assert len(pager.journal.read(pager.only.incident_id)) == 1
    assert len(pager.only.alerts) == 1
    assert len(pager.queue.waiting) == 1


def test_two_incidents_of_the_pager_are_two_incidents(pager: Receiver) -> None:
    """Different trouble is never merged by accident."""
    pager.send(event(incident="P1"))
    pager.send(event(incident="P2", number=2))

    assert len(pager.journal.incident_ids()) == 2


def test_what_happens_at_the_pager_joins_the_incident(pager: Receiver) -> None:
    """A person who acknowledges on the phone is seen in the room."""
    pager.send(event())
    pager.send(event("incident.acknowledged", 2))
    pager.send(event("incident.resolved", 3))
    pager.send(event("incident.reopened", 4))
    pager.send(event("incident.resolved", 5))

    assert received(pager) == ["acknowledged", "resolved", "reopened", "resolved"]
    assert pager.only.acknowledged_at
    assert pager.only.alert_resolved_at


def test_a_replayed_delivery_changes_nothing(pager: Receiver) -> None:
    """Signatures cover no time: an old delivery that is sent again must be harmless."""
    pager.send(event())
    pager.send(event("incident.acknowledged", 2))
    pager.send(event("incident.resolved", 3))
    before = pager.journal.read(pager.only.incident_id)

    for number, kind in ((1, "triggered"), (2, "acknowledged"), (3, "resolved")):
        assert pager.send(event(f"incident.{kind}", number)).status_code == 202

    assert pager.journal.read(pager.only.incident_id) == before


def test_a_note_written_in_the_pager_is_kept(pager: Receiver) -> None:
    """What somebody wrote on the phone is part of the story."""
    pager.send(event())

    assert pager.send(note_event("It began after the deploy.")).status_code == 202

    [_, noted] = pager.journal.read(pager.only.incident_id)
    assert isinstance(noted.body, AlertReceived)
    assert noted.body.what == "annotated"
    assert noted.body.alert.text == "It began after the deploy."


def test_an_acknowledgement_that_overtakes_its_page_declares_the_incident(pager: Receiver) -> None:
    """Deliveries come in any order, and a lost page must not lose the incident."""
    pager.send(event("incident.acknowledged", 2))
    pager.send(event())

    assert received(pager) == ["acknowledged", "triggered"]
    assert pager.only.acknowledged_at


@pytest.mark.parametrize("kind", ["incident.resolved", "incident.annotated"])
def test_the_end_of_something_unknown_declares_nothing(pager: Receiver, kind: str) -> None:
    """A room for trouble that is over would only confuse."""
    sent = note_event("late") if kind == "incident.annotated" else event(kind)

    assert pager.send(sent).json()["status"] == "ignored"
    assert pager.journal.incident_ids() == ()


@pytest.mark.parametrize("kind", ["pagey.ping", "incident.escalated"])
def test_other_events_are_taken_and_ignored(pager: Receiver, kind: str) -> None:
    """A refusal would make PagerDuty disable the subscription."""
    answer = pager.send(event(kind))

    assert answer.status_code == 202
    assert answer.json() == {"status": "ignored", "event_type": kind}
    assert pager.journal.incident_ids() == ()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"not json", "not a JSON object"),
        (b"[]", "not a JSON object"),
        (b"{}", "no PagerDuty v3 event"),
        (b'{"event": "x"}', "no PagerDuty v3 event"),
        (b'{"event": {"event_type": "incident.triggered"}}', "cannot be read"),
    ],
)
def test_what_is_no_event_is_refused_with_a_reason(pager: Receiver, body: bytes, says: str) -> None:
    """Whoever sets the webhook up sees what is wrong with it."""
    answer = pager.send_raw(body)

    assert answer.status_code == 400
    assert says in answer.json()["error"]
    assert answer.json()["remedy"]


def test_a_wrong_signature_is_refused_with_a_remedy(pager: Receiver) -> None:
    """Nobody but our PagerDuty declares incidents."""
    answer = pager.send_raw(b"{}", secret="stranger")

    assert answer.status_code == 401
    assert "WARROOM_PAGERDUTY_WEBHOOK_SECRETS" in answer.json()["remedy"]


def test_a_missing_signature_is_refused(pager: Receiver) -> None:
    """The first thing that a scanner on the internet tries."""
    answer = pager.http.post("/webhooks/pagerduty", json=event())

    assert answer.status_code == 401
    assert "no v1 signature" in answer.json()["error"]
    assert pager.journal.incident_ids() == ()


def test_a_body_that_is_too_large_is_refused(pager: Receiver) -> None:
    """Memory is for incidents."""
    answer = pager.send_raw(b"x" * (BODY_BYTES + 1))

    assert answer.status_code == 413
    assert str(BODY_BYTES) in answer.json()["remedy"]


class ClosedJournal(InMemoryJournal):
    """A journal whose database is away."""

    @override
    def append(
        self, incident_id: str, bodies: Sequence[Body], *, actor: Producer, at: datetime
    ) -> tuple[Event, ...]:
        """Fail as the database does."""
        raise JournalUnavailable


class BrokenJournal(InMemoryJournal):
    """A journal with a bug."""

    @override
    def read(self, incident_id: str, after: int = 0) -> tuple[Event, ...]:
        """Fail as nobody expected."""
        raise RuntimeError("secret detail")


def test_a_page_that_cannot_be_written_down_is_asked_for_again() -> None:
    """PagerDuty repeats what was answered with 503, so that nothing is lost."""
    with receiver(ClosedJournal()) as pager:
        answer = pager.send(event())

    assert answer.status_code == 503
    assert "Send it again later" in answer.json()["remedy"]


def test_a_bug_is_answered_without_its_details() -> None:
    """The sender learns to repeat it, and nothing of our insides."""
    with receiver(BrokenJournal()) as pager:
        answer = pager.send(event())

    assert answer.status_code == 500
    assert "secret detail" not in answer.text


def test_an_unknown_path_is_answered_as_json(pager: Receiver) -> None:
    """Scripts read this."""
    answer = pager.http.get("/nothing")

    assert answer.status_code == 404
    assert answer.json()["error"] == "Not Found"


def test_health_is_told(pager: Receiver) -> None:
    """The load balancer asks this all day."""
    assert pager.http.get("/healthz").json() == {"status": "ok"}
