"""PagerDuty's v3 webhooks: verify, record, wake; nothing slow."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Literal

import structlog
from aiohttp import web
from pydantic import JsonValue, TypeAdapter, ValidationError

from agents.correlation.alerts import alert_from
from agents.domain.base import Producer
from agents.domain.document import Document
from agents.domain.events import AlertReceived
from agents.domain.incidents import Alert
from bot.incidents import Incidents, incident_id_of
from bot.webhooks.answers import problem

SIGNATURE_HEADER = "X-PagerDuty-Signature"
Verify = Callable[[bytes, str], None]
"""Raises `InvalidSignature` for a body that was not signed with one of our secrets."""
What = Literal["triggered", "acknowledged", "resolved", "reopened", "annotated"]

PAGER = Producer(name="pagerduty")
_WHATS: Mapping[str, What] = {
    "incident.triggered": "triggered",
    "incident.acknowledged": "acknowledged",
    "incident.resolved": "resolved",
    "incident.reopened": "reopened",
    "incident.annotated": "annotated",
}
_DECLARING: frozenset[What] = frozenset({"triggered", "acknowledged", "reopened"})
"""What begins an incident that we have not heard of: the trigger may have been lost."""

_PAYLOAD = TypeAdapter(dict[str, JsonValue])

_log = structlog.get_logger()


class PagerDutyWebhook:
    """Takes the deliveries of one or several webhook subscriptions."""

    def __init__(self, incidents: Incidents, verify: Verify) -> None:
        """Keep where incidents are written and how signatures are checked."""
        self._incidents = incidents
        self._verify = verify

    async def take(self, request: web.Request) -> web.Response:
        """Take one delivery; the same one again changes nothing.

        Raises:
            InvalidSignature: it is not from our PagerDuty.
        """
        body = await request.read()
        self._verify(body, request.headers.get(SIGNATURE_HEADER, ""))
        try:
            event = Document(body=_PAYLOAD.validate_json(body))
        except ValidationError:
            return problem(400, "The body is not a JSON object.", "Send a PagerDuty v3 event.")
        if event.text("event.event_type") is None:
            return problem(400, "This is no PagerDuty v3 event.", "Subscribe with webhooks v3.")
        return await asyncio.to_thread(self._taken, event)

    def _taken(self, event: Document) -> web.Response:
        kind = event.text("event.event_type") or ""
        what = _WHATS.get(kind)
        if what is None:
            return web.json_response({"status": "ignored", "event_type": kind}, status=202)
        try:
            alert = self._alert(event, what)
        except ValueError as error:
            return problem(400, f"This event cannot be read: {error}", "Send a PagerDuty v3 event.")
        return self._record(alert, what)

    def _record(self, alert: Alert, what: What) -> web.Response:
        incident_id = incident_id_of(alert)
        known = self._incidents.is_known(incident_id)
        if not known and what not in _DECLARING:
            return web.json_response({"status": "ignored", "incident_id": incident_id}, status=202)
        first = self._incidents.state(incident_id).incident if known else None
        is_the_trigger = what == "triggered" and (first is None or first.alert.id == alert.id)
        news = () if is_the_trigger else (AlertReceived(alert=alert, what=what),)
        self._incidents.declare(alert, *news, actor=PAGER)
        _log.info("alert_received", incident_id=incident_id, what=what, known=known)
        return web.json_response({"status": "taken", "incident_id": incident_id}, status=202)

    def _alert(self, event: Document, what: What) -> Alert:
        """Return the alert, named after its delivery so that a second resolution is a new event."""
        body = _about_the_incident(event) if what == "annotated" else event.body
        alert = alert_from(body, self._incidents.now())
        text = event.text("event.data.content") if what == "annotated" else None
        delivery = event.text("event.id") or ""
        told = alert.model_copy(update={"text": text or alert.text})
        return told.by(PAGER, inputs=(delivery,) if delivery else ())


def _about_the_incident(event: Document) -> Mapping[str, JsonValue]:
    """Return a note's event as if it were about the incident that the note is on."""
    return {"event": {**_mapping(event, "event"), "data": _mapping(event, "event.data.incident")}}


def _mapping(event: Document, path: str) -> dict[str, JsonValue]:
    found = event.at(path)
    return found if isinstance(found, dict) else {}
