"""What the agents need of the world.

Adapters live in `agents/integrations`, doubles in `agents/testing`; both pass the same contract
suites.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Literal, Protocol

from agents.domain.actions import ActionCall
from agents.domain.base import Producer, Value, Window
from agents.domain.document import Document
from agents.domain.events import Body, Event
from agents.domain.learning import PullRequest
from agents.domain.measures import (
    ChangeSelector,
    LogSelector,
    Measure,
    Measurement,
    MetricSelector,
    ObjectSelector,
    ProbeSelector,
    RowSelector,
    TraceSelector,
)
from agents.domain.readings import (
    Change,
    LogLine,
    ProbeResult,
    Resource,
    Row,
    Series,
    Span,
    Topology,
)

Clock = Callable[[], datetime]
"""Returns the present moment with its time zone."""


class Telemetry(Protocol):
    """Read-only access to one or many sources of telemetry.

    Every reader raises `NoSuchSource` for a source that is not there (never an empty answer),
    `PermissionMissing` with the permission as its remedy, and `SourceUnavailable` for one that
    did not answer.
    """

    def sources(self) -> frozenset[str]:
        """Name what can be read: `metrics`, `objects:pods`, `rows:pg_locks`, `probe:dns`, ..."""
        ...

    def metrics(self, selector: MetricSelector, window: Window) -> tuple[Series, ...]:
        """Return the matching time series with their samples in the window."""
        ...

    def logs(self, selector: LogSelector, window: Window) -> tuple[LogLine, ...]:
        """Return the matching log lines, oldest first."""
        ...

    def traces(self, selector: TraceSelector, window: Window) -> tuple[Span, ...]:
        """Return the matching spans, oldest first."""
        ...

    def objects(self, selector: ObjectSelector) -> tuple[Resource, ...]:
        """Return the matching API objects as they are now."""
        ...

    def topology(self) -> Topology:
        """Return who depends on whom."""
        ...

    def changes(self, selector: ChangeSelector, window: Window) -> tuple[Change, ...]:
        """Return the matching changes, oldest first."""
        ...

    def probe(self, selector: ProbeSelector) -> ProbeResult:
        """Probe a network target now, harmlessly."""
        ...

    def rows(self, selector: RowSelector) -> tuple[Row, ...]:
        """Return the matching rows of a database's statistics view as they are now."""
        ...

    def measure(self, measure: Measure, window: Window) -> Measurement:
        """Evaluate a measure afresh, at the source where it can, past every cache.

        This is the verifier's read path; specialists use the readers above.
        """
        ...


class Journal(Protocol):
    """The append-only, hash-chained record of every incident."""

    def append(
        self, incident_id: str, bodies: Sequence[Body], *, actor: Producer, at: datetime
    ) -> tuple[Event, ...]:
        """Append what is new, all or nothing, and return the events that were written.

        A body whose key the incident already has is left out. Safe to call twice and from
        several processes at once.
        """
        ...

    def read(self, incident_id: str, after: int = 0) -> tuple[Event, ...]:
        """Return the events after a sequence number, in order; none for an unknown incident."""
        ...

    def incident_ids(self, *, open_only: bool = False) -> tuple[str, ...]:
        """Return the known incidents, newest first; open ones are not yet finished."""
        ...

    def close(self, incident_id: str, *, sequence: int) -> None:
        """Note that nothing is left to do for an incident, so that the clock may skip it.

        `sequence` is that of the last event the decision was based on: an incident that has had
        another event since stays open, and one that gets another event later opens again.
        """
        ...


class Recording(Protocol):
    """Keeps what tools returned, by digest, for the audit and for replay."""

    def keep(self, text: str) -> str:
        """Keep a text and return its SHA-256 in hexadecimal."""
        ...

    def recall(self, digest: str) -> str | None:
        """Return the text kept under a digest."""
        ...


class Job(Value):
    """One unit of work on a queue; its id makes enqueuing it twice harmless."""

    id: str
    queue: str
    task: str
    """The name of an entry point in `jobs`."""
    incident_id: str
    subject_id: str = ""
    """Id of the artifact the work is about."""
    delay_seconds: float = 0.0
    timeout_seconds: int = 120
    runs_again: bool = False
    """Whether a request that comes while the job runs makes it run once more."""


def advance_job(incident_id: str) -> Job:
    """Return the job that looks at an incident and does what is due; one at a time is enough."""
    return Job(
        id=f"{incident_id}-advance",
        queue="commander",
        task="advance",
        incident_id=incident_id,
        timeout_seconds=60,
        runs_again=True,
    )


class JobQueue(Protocol):
    """Hands work to the workers."""

    def enqueue(self, job: Job) -> bool:
        """Enqueue a job; False when one with its id is already waiting or running.

        False as well when the queue is out of reach: what is due follows from the journal, and
        the clock asks for it again.
        """
        ...


class IncidentLock(Protocol):
    """Keeps two workers from deciding for one incident at once."""

    def holding(self, incident_id: str) -> AbstractContextManager[bool]:
        """Try for a short while to hold the incident; the value tells whether it is held.

        Any other name may be given to hold something narrower, such as one peer's deliveries.
        """
        ...


class Pauses(Protocol):
    """Remembers, for all workers, what is to be left alone for a while."""

    def pause(self, name: str, seconds: float) -> None:
        """Leave something alone for some seconds."""
        ...

    def remaining(self, name: str) -> float:
        """Return for how many seconds something is still to be left alone; zero when it is not."""
        ...


class OpenedRoom(Value):
    """A channel that the bot is in."""

    channel: str
    name: str


class RoomMessage(Value):
    """What is to be said in a room; posted once under its key, then edited."""

    key: str
    text: str
    """For notifications and screen readers."""
    blocks: tuple[Document, ...] = ()
    thread_key: str = ""
    """Key of the message whose thread this belongs to; empty for the channel itself."""
    is_pinned: bool = False


class Room(Protocol):
    """Where people and agents meet: Slack.

    Raises `PeerUnavailable` or `RateLimited` when it should be tried again and `PeerRefused`
    when it never will be taken.
    """

    def open(self, name: str, topic: str) -> OpenedRoom:
        """Find or create the channel of that name, join it and set its topic."""
        ...

    def find(self, channel: str, message_key: str) -> str | None:
        """Return the reference of a message of ours by its key, if it was posted."""
        ...

    def post(self, channel: str, message: RoomMessage, thread: str | None) -> str:
        """Post a message (and pin it where asked) and return its reference."""
        ...

    def edit(self, channel: str, reference: str, message: RoomMessage) -> None:
        """Replace what a message says."""
        ...


class PagerMessage(Value):
    """What is to be told to the pager, once under its key."""

    key: str
    kind: Literal["acknowledge", "note", "resolve"]
    text: str = ""
    """Of a note."""


class Pager(Protocol):
    """The paging service. Raises as `Room` does."""

    def acknowledge(self, external_id: str) -> None:
        """Tell that somebody is on it; harmless when it was told before."""
        ...

    def find_note(self, external_id: str, marker: str) -> str | None:
        """Return the reference of a note that contains the marker."""
        ...

    def note(self, external_id: str, text: str) -> str:
        """Add a note and return its reference."""
        ...

    def resolve(self, external_id: str) -> None:
        """Resolve the incident there; harmless when it is resolved."""
        ...


class DocumentChange(Value):
    """A document to be offered as a pull request."""

    kind: Literal["postmortem", "runbook"]
    branch: str
    path: str
    content: str
    title: str
    body: str


class CodeHost(Protocol):
    """Where documents live and people review them. Raises as `Room` does."""

    def offer(self, change: DocumentChange) -> PullRequest:
        """Open a pull request; the one of the same branch is returned when it is there."""
        ...


class TargetState(Value):
    """What an action would act on, as it is now."""

    digest: str
    """Changes whenever the target changes in a way that matters to the action."""
    description: str
    """What the action would do to it, in one or two plain sentences."""


class TargetInspector(Protocol):
    """Reads the target of an action, with read credentials."""

    def inspect(self, call: ActionCall) -> TargetState:
        """Return the target's present state; raises `ActionFailed` when it is gone."""
        ...


class Executor(TargetInspector, Protocol):
    """Makes one kind of call, with write credentials; lives in the `actions` queue alone."""

    def execute(self, call: ActionCall) -> str:
        """Make the call and say in one sentence what happened; raises `ActionFailed`."""
        ...
