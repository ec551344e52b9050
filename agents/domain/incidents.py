"""Signals, incidents and the people who work on them."""

from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from agents.domain.base import Artifact, EntityRef, Instant, Labels, Value


class Severity(StrEnum):
    """How bad it is for users; `sev1` is worst."""

    SEV1 = "sev1"
    SEV2 = "sev2"
    SEV3 = "sev3"
    SEV4 = "sev4"


class Person(Value):
    """Somebody in the room."""

    id: str
    """As the room names them: a Slack user id."""
    name: str


class Alert(Artifact):
    """A signal from monitoring, as received."""

    id_prefix: ClassVar[str] = "alert"

    source: str
    """`pagerduty`, `alertmanager`, `cloudwatch`, `datadog`, `grafana`, `generic`."""
    title: str
    text: str = ""
    severity: Severity = Severity.SEV2
    started_at: Instant
    ended_at: Instant | None = None
    service: str | None = None
    entities: tuple[EntityRef, ...] = ()
    labels: Labels = Field(default_factory=dict[str, str])
    fingerprint: str = ""
    """The same in every delivery about the same trouble."""
    external_id: str = ""
    """The incident's or alarm's id in its source."""
    link: str = ""


class Incident(Artifact):
    """One thing that is wrong, however many alerts speak of it."""

    id_prefix: ClassVar[str] = "incident"

    title: str
    severity: Severity
    declared_at: Instant
    alert: Alert
    """The first alert; later ones join the state."""


class Statement(Artifact):
    """What a person said to the bot, kept as attributed evidence."""

    id_prefix: ClassVar[str] = "statement"

    person: Person
    text: str
    said_at: Instant
