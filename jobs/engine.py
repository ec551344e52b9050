"""What the jobs are given: the ports, the people on the roster, and the decisions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from agents.commander.planning import COMMANDER
from agents.commander.steps import Step
from agents.domain.actions import ActionProposal
from agents.domain.base import Producer
from agents.domain.events import ActionWithheld, Body, Event
from agents.domain.hypotheses import Hypothesis
from agents.domain.incidents import Incident
from agents.domain.learning import Postmortem
from agents.domain.plans import Policy, Roster
from agents.domain.state import IncidentState, apply
from agents.errors import UnknownIncident
from agents.gateway.ledger import Ledger
from agents.ports import (
    Clock,
    CodeHost,
    DocumentChange,
    Executor,
    IncidentLock,
    JobQueue,
    Journal,
    Pager,
    PagerMessage,
    Pauses,
    Room,
    RoomMessage,
    TargetInspector,
    Telemetry,
    advance_job,
)
from agents.specialists.framework import Specialist

Decide = Callable[[IncidentState, Roster, Policy, datetime], Sequence[Step]]
Propose = Callable[
    [IncidentState, Hypothesis, Mapping[str, TargetInspector], Policy, datetime],
    ActionProposal | ActionWithheld,
]
DraftPostmortem = Callable[
    [IncidentState, tuple[Event, ...], datetime], tuple[Postmortem, tuple[DocumentChange, ...]]
]
"""Returns the postmortem and the documents to offer, its own first."""
RoomMessages = Callable[[IncidentState, datetime], tuple[RoomMessage, ...]]
PagerMessages = Callable[[IncidentState], tuple[PagerMessage, ...]]


@dataclass(frozen=True, slots=True)
class RoomPlan:
    """The channel that an incident is to have."""

    name: str
    topic: str


PlanRoom = Callable[[Incident], RoomPlan]


@dataclass(frozen=True, slots=True)
class Access:
    """Read access of one queue, for one piece of work."""

    telemetry: Telemetry
    ledger: Ledger = field(default_factory=Ledger)
    """What went through the gateway meanwhile."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Everything a job may need. A worker holds only what its queue's credentials reach."""

    journal: Journal
    queue: JobQueue
    lock: IncidentLock
    pauses: Pauses
    clock: Clock
    worker: str
    """Names this process in the journal."""

    roster: Roster
    policy: Policy
    specialists: Mapping[str, Specialist]
    decide: Decide
    propose: Propose
    draft_postmortem: DraftPostmortem
    plan_room: PlanRoom
    room_messages: RoomMessages
    pager_messages: PagerMessages

    access: Callable[[str], Access]
    """Opens read access for a queue."""
    inspectors: Mapping[str, TargetInspector] = field(default_factory=dict[str, TargetInspector])
    """By action."""
    executors: Mapping[str, Executor] = field(default_factory=dict[str, Executor])
    """By action; empty but in the `actions` queue."""
    room: Room | None = None
    pager: Pager | None = None
    code_host: CodeHost | None = None

    def state(self, incident_id: str) -> IncidentState:
        """Return an incident as it is now.

        Raises:
            UnknownIncident: the journal has no event of it.
        """
        state = self.refreshed(IncidentState(incident_id=incident_id))
        if not state.sequence:
            raise UnknownIncident(f"There is no incident {incident_id}.")
        return state

    def refreshed(self, state: IncidentState) -> IncidentState:
        """Return a state with what has happened since folded in."""
        for event in self.journal.read(state.incident_id, after=state.sequence):
            state = apply(state, event)
        return state

    def record(
        self, incident_id: str, *bodies: Body, actor: Producer = COMMANDER
    ) -> tuple[Event, ...]:
        """Write down what happened, all or nothing; what is known already is left out."""
        return self.journal.append(incident_id, bodies, actor=actor, at=self.clock())

    def wake(self, incident_id: str) -> bool:
        """Have the commander look at an incident."""
        return self.queue.enqueue(advance_job(incident_id))
