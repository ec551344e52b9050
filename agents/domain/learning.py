"""What remains after the incident."""

from typing import ClassVar

from agents.domain.base import Artifact, Instant, Value
from agents.domain.synthesis import TimelineEntry


class ActionItem(Value):
    """Something to do so that it does not happen again."""

    text: str
    why: str


class Postmortem(Artifact):
    """The draft that a person edits and merges."""

    id_prefix: ClassVar[str] = "postmortem"

    title: str
    incident_id: str
    summary: str
    impact: str
    cause: str
    """As stated by the people who resolved it."""
    diagnosis: str
    """What the war room had found."""
    contributing_factors: tuple[str, ...]
    timeline: tuple[TimelineEntry, ...]
    action_items: tuple[ActionItem, ...]
    time_to_acknowledge_seconds: float | None
    time_to_resolve_seconds: float | None
    drafted_at: Instant


class PullRequest(Artifact):
    """A change offered to people through their code host."""

    id_prefix: ClassVar[str] = "pull_request"

    kind: str
    """`postmortem` or `runbook`."""
    branch: str
    title: str
    link: str


class ToolCall(Value):
    """One call through the gateway, for the audit."""

    agent: str
    source: str
    query: str
    """The selector or measure with its window, as JSON."""
    started_at: Instant
    seconds: float
    items: int
    cached: bool = False
    refused: str = ""
    """Why the gateway or the source said no; empty when it answered."""
    result_digest: str = ""
    """SHA-256 of the redacted result; the recording keeps the result under it."""
    notices: tuple[str, ...] = ()
    """What was left out of the result because it was too large."""
