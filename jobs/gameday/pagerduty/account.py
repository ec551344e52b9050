"""The state of one account: who is on call, what is open, and what happened to it."""

import hashlib
import itertools
import secrets
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from jobs.gameday.pagerduty.errors import InvalidInputError, NotFoundError

Entity = dict[str, Any]
"""An object as PagerDuty's API shows it."""

Publish = Callable[[str, str, Entity, Entity], None]
"""Takes an event type, the id of the service it is about, its data and the agent's reference."""

SELF = "https://api.pagerduty.com"
WEB = "https://shop.pagerduty.com"
STATUSES = ("triggered", "acknowledged", "resolved")
ON_CALL_EMAIL = "on-call@shop.example"
SECOND_EMAIL = "on-call-secondary@shop.example"


def timestamp(at: datetime | None = None) -> str:
    """A time as the API writes it."""
    return (at or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_id(prefix: str = "P") -> str:
    """An identifier in PagerDuty's style."""
    return prefix + secrets.token_hex(4).upper()[:6]


def entity(kind: str, key: str, *, name: str, **more: object) -> Entity:
    """A thing of the account, with an id that is the same in every run."""
    identifier = "P" + hashlib.sha256(f"{kind}:{key}".encode()).hexdigest()[:6].upper()
    return {**_addressed(kind, identifier), "summary": name, "name": name, **more}


def reference(thing: Entity) -> Entity:
    """How other things point at this one."""
    kept = {key: thing[key] for key in ("id", "summary", "self", "html_url")}
    return {**kept, "type": f"{thing['type'].removesuffix('_reference')}_reference"}


class Roster:
    """Who answers for what: users, their schedule, the escalation policy and the services."""

    def __init__(self) -> None:
        self.users = [
            entity("user", f"on-call {level}", name=f"On-call {level}", email=email)
            for level, email in (("primary", ON_CALL_EMAIL), ("secondary", SECOND_EMAIL))
        ]
        on_schedule = [reference(user) for user in self.users]
        self.schedules = [
            entity("schedule", "shop", name="Shop on-call", time_zone="UTC", users=on_schedule)
        ]
        self.policies = [entity("escalation_policy", "shop", name="Shop")]
        self.services = [
            entity(
                "service",
                name,
                name=name,
                status="active",
                alert_creation="create_alerts_and_incidents",
                escalation_policy=reference(self.policies[0]),
                integrations=[],
            )
            for name in ("storefront", "checkout", "payments")
        ]

    @property
    def on_calls(self) -> list[Entity]:
        """Who answers now, by level."""
        now = datetime.now(UTC)
        return [
            {
                "user": reference(user),
                "schedule": reference(self.schedules[0]),
                "escalation_policy": reference(self.policies[0]),
                "escalation_level": level,
                "start": timestamp(now - timedelta(hours=5)),
                "end": timestamp(now + timedelta(hours=7)),
            }
            for level, user in enumerate(self.users, start=1)
        ]

    def service(self, identifier: str) -> Entity:
        """One service, by its id or its name.

        Raises:
            InvalidInputError: if there is none.
        """
        for service in self.services:
            if identifier in (service["id"], service["name"]):
                return service
        raise InvalidInputError("Invalid Input Provided", "Service not found")


class Account:
    """The incidents, and the changes that people and integrations make to them."""

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self._numbers = itertools.count(1)
        self.roster = Roster()
        self.incidents: dict[str, Entity] = {}
        self.alerts: dict[str, list[Entity]] = {}
        self.notes: dict[str, list[Entity]] = {}
        self.log: list[Entity] = []

    def incident(self, identifier: str) -> Entity:
        """One incident, by its id or its number.

        Raises:
            NotFoundError: if there is none.
        """
        for incident in self.incidents.values():
            if identifier in (incident["id"], str(incident["incident_number"])):
                return incident
        raise NotFoundError("Incident Not Found")

    def open_by_key(self, key: str) -> Entity | None:
        """The unresolved incident that alerts of this key belong to."""
        for incident in self.incidents.values():
            if incident["incident_key"] == key and incident["status"] != "resolved":
                return incident
        return None

    def trigger(
        self,
        service: Entity,
        title: str,
        *,
        key: str | None = None,
        urgency: str = "high",
        body: object = None,
        agent: Entity | None = None,
    ) -> Entity:
        """Open an incident and page whoever is on call.

        Raises:
            InvalidInputError: if an open incident of this service has the key.
        """
        if key and self.open_by_key(key):
            reason = "Open incident with matching dedup key already exists on this service"
            raise InvalidInputError("Arguments Caused Error", reason)
        made = _opened(next(self._numbers), title, service, self.roster)
        made |= {"urgency": urgency, "body": body}
        made["last_status_change_by"] = reference(agent or service)
        if key:
            made["incident_key"] = key
        self.incidents[made["id"]] = made
        self.alerts[made["id"]] = []
        self.notes[made["id"]] = []
        self._write("trigger_log_entry", made, agent or service)
        self._announce("incident.triggered", made, agent)
        return made

    def change(self, incident: Entity, wanted: Entity, agent: Entity) -> Entity:
        """Acknowledge, resolve, retitle or reprioritise, as an update asks.

        Raises:
            InvalidInputError: if the status is unknown, or the incident is resolved.
        """
        status = wanted.get("status", incident["status"])
        if status not in STATUSES[1:] and status != incident["status"]:
            raise InvalidInputError("Invalid Input Provided", f"Status is invalid: {status}")
        if incident["status"] == "resolved":
            raise InvalidInputError("Invalid Input Provided", "Incident Already Resolved")
        for field in ("title", "urgency", "resolution", "priority"):
            if field in wanted:
                incident[field] = wanted[field]
        if status != incident["status"]:
            self._move(incident, status, agent)
        incident["updated_at"] = timestamp()
        return incident

    def annotate(self, incident: Entity, content: str, agent: Entity) -> Entity:
        """Add a note.

        Raises:
            InvalidInputError: if it says nothing.
        """
        if not content:
            raise InvalidInputError("Invalid Input Provided", "Note content cannot be blank")
        note = {
            "id": new_id(),
            "user": reference(agent),
            "channel": {"summary": "The PagerDuty website or APIs"},
            "content": content,
            "created_at": timestamp(),
        }
        self.notes[incident["id"]].append(note)
        self._write("annotate_log_entry", incident, agent, channel={"type": "note"})
        data = {
            "incident": reference(incident),
            "id": note["id"],
            "content": content,
            "trimmed": False,
            "type": "incident_note",
        }
        self._publish("incident.annotated", incident["service"]["id"], data, reference(agent))
        return note

    def publish_status(self, incident: Entity, message: str, agent: Entity) -> Entity:
        """Tell the stakeholders.

        Raises:
            InvalidInputError: if there is nothing to tell.
        """
        if not message:
            raise InvalidInputError("Invalid Input Provided", "Message cannot be blank")
        update = {
            "id": new_id(),
            "message": message,
            "created_at": timestamp(),
            "sender": reference(agent),
        }
        self._write("status_update_log_entry", incident, agent, message=message)
        data = {
            "incident": reference(incident),
            "id": update["id"],
            "message": message,
            "trimmed": False,
            "type": "incident_status_update",
        }
        service = incident["service"]["id"]
        self._publish("incident.status_update_published", service, data, reference(agent))
        return update

    def attach_alert(self, incident: Entity, summary: str, details: Entity, key: str) -> Entity:
        """Add the alert of an integration to its incident."""
        alert: Entity = _addressed("alert", new_id("Q")) | {
            "summary": summary,
            "alert_key": key,
            "status": "triggered",
            "severity": details.get("severity", "critical"),
            "created_at": timestamp(),
            "service": incident["service"],
            "incident": reference(incident),
            "body": {"type": "alert_body", "details": details},
        }
        self.alerts[incident["id"]].append(alert)
        return alert

    def _move(self, incident: Entity, status: str, agent: Entity) -> None:
        incident["status"] = status
        incident["last_status_change_at"] = timestamp()
        incident["last_status_change_by"] = reference(agent)
        if status == "acknowledged":
            known = {"at": timestamp(), "acknowledger": reference(agent)}
            incident["acknowledgements"] = [known]
        else:
            incident["resolved_at"] = timestamp()
            incident["assignments"] = []
            for alert in self.alerts[incident["id"]]:
                alert["status"] = "resolved"
        verb = "acknowledge" if status == "acknowledged" else "resolve"
        self._write(f"{verb}_log_entry", incident, agent)
        self._announce(f"incident.{status}", incident, agent)

    def _write(self, kind: str, incident: Entity, agent: Entity, **more: object) -> None:
        self.log.append(
            _addressed(kind, new_id("R"))
            | {
                "summary": f"{kind.partition('_')[0].capitalize()} by {agent['summary']}",
                "created_at": timestamp(),
                "agent": reference(agent),
                "incident": reference(incident),
                "service": incident["service"],
                "channel": {"type": "api"},
                **more,
            }
        )

    def _announce(self, event: str, incident: Entity, agent: Entity | None) -> None:
        """Publish an incident in the shape webhooks carry, which is not that of the REST API."""
        kept = ("id", "type", "self", "html_url", "status", "incident_key", "created_at", "title")
        data: Entity = {key: incident[key] for key in kept} | {
            "number": incident["incident_number"],
            "service": incident["service"],
            "assignees": [a["assignee"] for a in incident["assignments"]],
            "escalation_policy": incident["escalation_policy"],
            "teams": [],
            "priority": incident["priority"],
            "urgency": incident["urgency"],
            "conference_bridge": None,
            "resolve_reason": None,
        }
        service: Entity = incident["service"]
        self._publish(event, service["id"], data, reference(agent or service))


def _opened(number: int, title: str, service: Entity, roster: Roster) -> Entity:
    """An incident as it is in its first moment."""
    return {
        **_addressed("incident", new_id("Q")),
        "summary": f"[#{number}] {title}",
        "incident_number": number,
        "incident_key": uuid.uuid4().hex,
        "title": title,
        "description": title,
        "status": "triggered",
        "created_at": timestamp(),
        "updated_at": timestamp(),
        "resolved_at": None,
        "service": reference(service),
        "escalation_policy": reference(roster.policies[0]),
        "assignments": [{"at": timestamp(), "assignee": reference(roster.users[0])}],
        "assigned_via": "escalation_policy",
        "acknowledgements": [],
        "last_status_change_at": timestamp(),
        "teams": [],
        "priority": None,
    }


def _addressed(kind: str, identifier: str) -> Entity:
    plural = "escalation_policies" if kind == "escalation_policy" else f"{kind}s"
    if kind.endswith("_log_entry"):
        plural = "log_entries"
    path = f"{plural}/{identifier}"
    return {
        "id": identifier,
        "type": kind,
        "self": f"{SELF}/{path}",
        "html_url": f"{WEB}/{path}",
    }
