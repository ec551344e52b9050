"""A receiver to send webhooks to."""

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
from pydantic import JsonValue, SecretStr

from agents.domain.state import IncidentState, fold
from agents.integrations.pagerduty.signatures import HEADER, SignatureCheck, sign
from agents.testing.journal import InMemoryJournal
from agents.testing.queues import InMemoryJobQueue
from bot.incidents import Incidents
from bot.webhooks.app import create_web_app
from tests.bot.serving import serving

SECRET = "webhook-secret"
NOW = datetime(2026, 11, 20, 14, 2, 5, tzinfo=UTC)


@dataclass
class Receiver:
    """The receiver, and what it has written."""

    http: httpx.Client
    journal: InMemoryJournal
    queue: InMemoryJobQueue = field(default_factory=InMemoryJobQueue)

    def send(self, event: Mapping[str, JsonValue]) -> httpx.Response:
        """Deliver an event as PagerDuty does."""
        return self.send_raw(json.dumps(event).encode())

    def send_raw(self, body: bytes, secret: str = SECRET) -> httpx.Response:
        """Deliver any body, signed."""
        headers = {HEADER: f"v1={sign(body, secret)}", "Content-Type": "application/json"}
        return self.http.post("/webhooks/pagerduty", content=body, headers=headers)

    @property
    def only(self) -> IncidentState:
        """The state of the one incident that there is."""
        [incident_id] = self.journal.incident_ids()
        return fold(incident_id, self.journal.read(incident_id))


@contextmanager
def receiver(journal: InMemoryJournal | None = None) -> Generator[Receiver]:
    """Serve a receiver."""
    written, queue = journal or InMemoryJournal(), InMemoryJobQueue()
    incidents = Incidents(written, queue, lambda: NOW)
    app = create_web_app(incidents, SignatureCheck(SecretStr(SECRET)))
    with serving(app) as url, httpx.Client(base_url=url, trust_env=False) as http:
        yield Receiver(http, written, queue)


def event(
    event_type: str = "incident.triggered", number: int = 1, incident: str = "PT4KHLK"
) -> dict[str, JsonValue]:
    """Return a PagerDuty v3 event, shaped as in the vendor's documentation."""
    data: dict[str, JsonValue] = {
        "id": incident,
        "type": "incident",
        "html_url": f"https://shop.pagerduty.example/incidents/{incident}",
        "number": 2,
        "status": "triggered",
        "incident_key": "d3640fbd41094207a1c11e58e46b1662",
        "created_at": "2026-11-20T14:02:00Z",
        "title": "Storefront: checkout times out",
        "service": {"id": "PF9KMXH", "summary": "storefront", "type": "service_reference"},
        "priority": {"id": "PSO75BM", "summary": "P1", "type": "priority_reference"},
        "urgency": "high",
    }
    return {
        "event": {
            "id": f"01DELIVERY{number}",
            "event_type": event_type,
            "resource_type": "incident",
            "occurred_at": "2026-11-20T14:02:01Z",
            "data": data,
        }
    }


def note_event(text: str) -> dict[str, JsonValue]:
    """Return the event of a note that somebody wrote in PagerDuty."""
    return {
        "event": {
            "id": "01DELIVERYNOTE",
            "event_type": "incident.annotated",
            "resource_type": "incident",
            "occurred_at": "2026-11-20T14:05:00Z",
            "data": {
                "id": "PWL7QXS",
                "type": "incident_note",
                "content": text,
                "incident": {
                    "id": "PT4KHLK",
                    "type": "incident_reference",
                    "summary": "Storefront: checkout times out",
                },
            },
        }
    }
