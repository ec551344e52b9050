"""CloudTrail's events as the checks read them: when, what, on what, and whether refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from agents.domain.base import EntityRef, canonical_json
from agents.domain.claims import Claim
from agents.domain.hypotheses import Evidence
from agents.domain.measures import ObjectSelector
from agents.domain.readings import Resource
from agents.specialists.aws.claims import literal, there_are
from agents.specialists.aws.view import AwsView

EVENTS = "cloudtrail.events"
_EARLIER = timedelta(minutes=60)
"""How long before the alert a change may lie that brought it about."""
_LATER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Event:
    """One call of the control plane."""

    resource: Resource
    at: datetime

    @property
    def name(self) -> str:
        """The operation."""
        return self.resource.document.text("EventName") or ""

    @property
    def author(self) -> str:
        """Who called, as AWS names them."""
        return self.resource.document.text("Username") or "somebody"

    @property
    def error(self) -> str:
        """The code with which it was refused; empty when it was done."""
        return self.resource.document.text("Record.errorCode") or ""

    @property
    def service(self) -> str:
        """The service that was called: `ec2`, `rds`."""
        return (self.resource.document.text("EventSource") or "aws").partition(".")[0]

    @property
    def parameters(self) -> str:
        """What was asked for, as text."""
        return canonical_json(self.resource.document.at("Record.requestParameters"))

    def is_about(self, entity: EntityRef) -> bool:
        """Tell whether the call names a thing, as its resource or in what it asked for."""
        named = self.resource.document.texts("Resources[].ResourceName")
        in_resources = any(entity.name in (name, _last(name)) for name in named)
        return in_resources or f'"{entity.name}"' in self.parameters

    @property
    def text(self) -> str:
        """The call in words."""
        return f"{self.author} called {self.name} at {self.at:%H:%M:%S} UTC"

    def evidence(self) -> Evidence:
        """Quote the call."""
        asked = f"{self.text}: {self.parameters}"[:400]
        return Evidence(source=f"objects:{EVENTS}", at=self.at, text=asked)

    def claim(self, view: AwsView, subject: EntityRef, *, sufficiency: float = 1.5) -> Claim:
        """Claim that the call is on record."""
        identity = self.resource.entity.name
        selector = ObjectSelector(
            kind=EVENTS, name=identity, where=f"EventName == {literal(self.name)}"
        )
        return there_are(view, subject, selector, f"{self.text}.", sufficiency=sufficiency)


def events(view: AwsView) -> Iterator[Event]:
    """Yield the calls on record that have a time, oldest first."""
    found = [
        Event(one, at)
        for one in view.related(EVENTS)
        if (at := moment(one.document.text("EventTime"))) is not None
    ]
    yield from sorted(found, key=lambda event: event.at)


def suspects(view: AwsView) -> Iterator[Event]:
    """Yield the changes that were made in the hour before the alert, and not refused."""
    since = view.alert.started_at - _EARLIER
    until = min(view.alert.started_at + _LATER, view.now)
    for event in events(view):
        is_write = event.resource.document.text("ReadOnly") != "true"
        if since <= event.at <= until and is_write and not event.error:
            yield event


def moment(text: str | None) -> datetime | None:
    """Read a time as AWS writes it; one without a zone is no time."""
    try:
        read = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return read if read is not None and read.tzinfo is not None else None


def _last(name: str) -> str:
    """Return the name within an ARN: of `loadbalancer/app/<name>/<id>`, the name."""
    if not name.startswith("arn:"):
        return name
    parts = name.rsplit(":", 1)[-1].split("/")
    has_id = parts[0] in {"loadbalancer", "targetgroup", "listener"} and parts[1:]
    return parts[-2] if has_id else parts[-1]
