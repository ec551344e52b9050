"""An incident's state: a fold of its events and nothing else."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import singledispatch

from agents.domain import events as e
from agents.domain.actions import (
    ActionOutcome,
    ActionProposal,
    Approval,
    Decision,
    OutcomeStatus,
    Recovery,
)
from agents.domain.base import Cost, Instant, Value
from agents.domain.claims import Claim, Verdict
from agents.domain.events import Event
from agents.domain.hypotheses import Answer, Conflict, Discriminator, Evidence, Gap, Hypothesis
from agents.domain.incidents import Alert, Incident, Person, Statement
from agents.domain.learning import Postmortem, PullRequest
from agents.domain.plans import Plan, Question
from agents.domain.synthesis import Synthesis


class Phase(StrEnum):
    """Where an incident stands, in the order in which it usually goes."""

    DECLARED = "declared"
    INVESTIGATING = "investigating"
    DIAGNOSED = "diagnosed"
    AWAITING_APPROVAL = "awaiting_approval"
    MITIGATING = "mitigating"
    MITIGATED = "mitigated"
    STOPPED = "stopped"
    RESOLVED = "resolved"


class Delivery(Value):
    """How far a message has come."""

    peer: str
    message_key: str
    reference: str = ""
    """Empty while the first delivery is uncertain."""
    digest: str = ""
    abandoned: str = ""
    at: Instant | None = None
    """When it was begun, delivered or given up last."""


class Resolution(Value):
    """How an incident ended, in the words of the person who resolved it."""

    by: Person
    cause: str
    at: Instant


class IncidentState(Value):
    """Everything known of one incident."""

    incident_id: str
    sequence: int = 0
    """Of the last event folded in."""
    updated_at: Instant | None = None
    incident: Incident | None = None
    alerts: tuple[Alert, ...] = ()
    alert_resolved_at: Instant | None = None
    acknowledged_at: Instant | None = None
    channel: str = ""
    channel_name: str = ""
    plan: Plan | None = None
    started: Mapping[str, Instant] = {}
    """When a worker took up each question."""
    expired: frozenset[str] = frozenset()
    answers: Mapping[str, Answer] = {}
    """By question id."""
    answered_at: Mapping[str, Instant] = {}
    verdicts: Mapping[str, Verdict] = {}
    """By claim id and round, joined with a colon."""
    verified_at: Mapping[str, Instant] = {}
    conflicts: Mapping[str, Conflict] = {}
    discriminators: Mapping[str, Discriminator] = {}
    syntheses: tuple[Synthesis, ...] = ()
    proposals: Mapping[str, ActionProposal] = {}
    withheld: Mapping[str, str] = {}
    """Why no action was offered, by hypothesis id."""
    approvals: Mapping[str, Approval] = {}
    """By proposal id."""
    actions_started: Mapping[str, str] = {}
    """Nonce by proposal id."""
    outcomes: Mapping[str, ActionOutcome] = {}
    """By proposal id."""
    recoveries: tuple[Recovery, ...] = ()
    statements: tuple[Statement, ...] = ()
    stopped_by: Person | None = None
    resolution: Resolution | None = None
    postmortem: Postmortem | None = None
    pull_requests: tuple[PullRequest, ...] = ()
    deliveries: Mapping[str, Delivery] = {}
    """By peer and message key, joined with a colon."""
    cost: Cost = Cost()

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions of the plan in force."""
        return self.plan.questions if self.plan else ()

    @property
    def unanswered(self) -> tuple[Question, ...]:
        """The questions still waiting for their answer, expired or not."""
        return tuple(q for q in self.questions if q.id not in self.answers)

    @property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """Every hypothesis that was ever handed over."""
        return tuple(h for answer in self.answers.values() for h in answer.hypotheses)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Every gap that was reported."""
        return tuple(gap for answer in self.answers.values() for gap in answer.gaps)

    @property
    def synthesis(self) -> Synthesis | None:
        """The latest revision of the commander's account."""
        return self.syntheses[-1] if self.syntheses else None

    @property
    def evidence(self) -> Mapping[str, Evidence]:
        """All evidence by id."""
        quoted = [
            item
            for answer in self.answers.values()
            for holder in (*answer.findings, *answer.hypotheses)
            for item in holder.evidence
        ]
        return {item.id: item for item in quoted}

    @property
    def phase(self) -> Phase:
        """Where the incident stands."""
        passed = (
            (self.resolution is not None, Phase.RESOLVED),
            (self.stopped_by is not None, Phase.STOPPED),
            (any(r.recovered for r in self.recoveries), Phase.MITIGATED),
            (self.approved_proposal is not None, Phase.MITIGATING),
            (self.open_proposal is not None, Phase.AWAITING_APPROVAL),
            (self.synthesis is not None, Phase.DIAGNOSED),
            (self.plan is not None, Phase.INVESTIGATING),
        )
        return next((phase for reached, phase in passed if reached), Phase.DECLARED)

    @property
    def open_proposal(self) -> ActionProposal | None:
        """The latest proposal that nobody has decided on."""
        waiting = [p for p in self.proposals.values() if p.id not in self.approvals]
        return waiting[-1] if waiting else None

    @property
    def approved_proposal(self) -> ActionProposal | None:
        """The latest proposal that was approved and was not refused or failed."""
        good = [
            proposal
            for proposal in self.proposals.values()
            if self._is_approved(proposal.id) and not self._went_wrong(proposal.id)
        ]
        return good[-1] if good else None

    def hypothesis(self, hypothesis_id: str) -> Hypothesis | None:
        """Return a hypothesis by id."""
        return next((h for h in self.hypotheses if h.id == hypothesis_id), None)

    def question(self, question_id: str) -> Question | None:
        """Return a question of the plan by id."""
        return next((q for q in self.questions if q.id == question_id), None)

    def verdict(self, claim: Claim, measuring: str = "first") -> Verdict | None:
        """Return what re-measuring a claim said in a given round."""
        return self.verdicts.get(f"{claim.id}:{measuring}")

    def recoveries_of(self, proposal_id: str) -> tuple[Recovery, ...]:
        """Return the recovery checks made after a proposal was executed."""
        return tuple(r for r in self.recoveries if r.proposal_id == proposal_id)

    def _is_approved(self, proposal_id: str) -> bool:
        approval = self.approvals.get(proposal_id)
        return approval is not None and approval.decision is Decision.APPROVE

    def _went_wrong(self, proposal_id: str) -> bool:
        outcome = self.outcomes.get(proposal_id)
        return outcome is not None and outcome.status is not OutcomeStatus.EXECUTED


def fold(
    incident_id: str, events: Iterable[Event], onto: IncidentState | None = None
) -> IncidentState:
    """Return the state that events add up to, from nothing or onto an earlier state."""
    state = onto or IncidentState(incident_id=incident_id)
    for event in events:
        state = apply(state, event)
    return state


def apply(state: IncidentState, event: Event) -> IncidentState:
    """Return the state after one more event."""
    changed = _changes(event.body, state, event)
    return state.model_copy(
        update={**changed, "sequence": event.sequence, "updated_at": event.at},
    )


_Changes = Mapping[str, object]


@singledispatch
def _changes(body: object, state: IncidentState, event: Event) -> _Changes:
    """Return the fields that one kind of event changes; the other kinds change none."""
    del body, state, event
    return {}


@_changes.register
def _(body: e.IncidentDeclared, state: IncidentState, event: Event) -> _Changes:
    del state, event
    return {"incident": body.incident, "alerts": (body.incident.alert,)}


@_changes.register
def _(body: e.AlertReceived, state: IncidentState, event: Event) -> _Changes:
    changed: dict[str, object] = {}
    if body.what == "acknowledged":
        changed["acknowledged_at"] = state.acknowledged_at or event.at
    elif body.what == "resolved":
        changed["alert_resolved_at"] = event.at
    elif body.what in {"triggered", "reopened"}:
        changed["alerts"] = (*state.alerts, body.alert)
        changed["alert_resolved_at"] = None
    return changed


@_changes.register
def _(body: e.RoomOpened, state: IncidentState, event: Event) -> _Changes:
    del state, event
    return {"channel": body.channel, "channel_name": body.name}


@_changes.register
def _(body: e.PlanMade, state: IncidentState, event: Event) -> _Changes:
    del state, event
    return {"plan": body.plan}


@_changes.register
def _(body: e.QuestionStarted, state: IncidentState, event: Event) -> _Changes:
    return {"started": {body.question_id: event.at, **state.started}}


@_changes.register
def _(body: e.QuestionAnswered, state: IncidentState, event: Event) -> _Changes:
    answer = body.answer
    return {
        "answers": {**state.answers, answer.question_id: answer},
        "answered_at": {**state.answered_at, answer.question_id: event.at},
        "cost": state.cost.plus(answer.cost),
    }


@_changes.register
def _(body: e.QuestionExpired, state: IncidentState, event: Event) -> _Changes:
    del event
    return {"expired": state.expired | {body.question_id}}


@_changes.register
def _(body: e.ClaimVerified, state: IncidentState, event: Event) -> _Changes:
    key = f"{body.verdict.claim_id}:{body.verdict.round}"
    return {
        "verdicts": {**state.verdicts, key: body.verdict},
        "verified_at": {**state.verified_at, key: event.at},
        "cost": state.cost.plus(body.verdict.cost),
    }


@_changes.register
def _(body: e.ConflictFound, state: IncidentState, event: Event) -> _Changes:
    del event
    return {"conflicts": {**state.conflicts, body.conflict.id: body.conflict}}


@_changes.register
def _(body: e.DiscriminatorChosen, state: IncidentState, event: Event) -> _Changes:
    del event
    chosen = body.discriminator
    return {"discriminators": {**state.discriminators, chosen.id: chosen}}


@_changes.register
def _(body: e.SynthesisPublished, state: IncidentState, event: Event) -> _Changes:
    del event
    return {"syntheses": (*state.syntheses, body.synthesis)}


@_changes.register
def _(body: e.ActionProposed, state: IncidentState, event: Event) -> _Changes:
    del event
    return {"proposals": {**state.proposals, body.proposal.id: body.proposal}}


@_changes.register
def _(body: e.ActionWithheld, state: IncidentState, event: Event) -> _Changes:
    del event
    return {"withheld": {**state.withheld, body.hypothesis_id: body.reason}}


@_changes.register
def _(body: e.ApprovalRecorded, state: IncidentState, event: Event) -> _Changes:
    del event
    return {"approvals": {**state.approvals, body.approval.proposal_id: body.approval}}


@_changes.register
def _(body: e.ActionStarted, state: IncidentState, event: Event) -> _Changes:
    del event
    return {"actions_started": {**state.actions_started, body.proposal_id: body.nonce}}


@_changes.register
def _(body: e.ActionFinished, state: IncidentState, event: Event) -> _Changes:
    del event
    return {"outcomes": {**state.outcomes, body.outcome.proposal_id: body.outcome}}


@_changes.register
def _(body: e.RecoveryMeasured, state: IncidentState, event: Event) -> _Changes:
    del event
    return {"recoveries": (*state.recoveries, body.recovery)}


@_changes.register
def _(body: e.PersonSpoke, state: IncidentState, event: Event) -> _Changes:
    del event
    return {"statements": (*state.statements, body.statement)}


@_changes.register
def _(body: e.InvestigationStopped, state: IncidentState, event: Event) -> _Changes:
    del state, event
    return {"stopped_by": body.by}


@_changes.register
def _(body: e.IncidentResolved, state: IncidentState, event: Event) -> _Changes:
    del state
    return {"resolution": Resolution(by=body.by, cause=body.cause, at=event.at)}


@_changes.register
def _(body: e.PostmortemDrafted, state: IncidentState, event: Event) -> _Changes:
    del state, event
    return {"postmortem": body.postmortem}


@_changes.register
def _(body: e.PullRequestOpened, state: IncidentState, event: Event) -> _Changes:
    del event
    return {"pull_requests": (*state.pull_requests, body.pull_request)}


def _with_delivery(state: IncidentState, delivery: Delivery) -> _Changes:
    key = f"{delivery.peer}:{delivery.message_key}"
    return {"deliveries": {**state.deliveries, key: delivery}}


@_changes.register
def _(body: e.DeliveryStarted, state: IncidentState, event: Event) -> _Changes:
    return _with_delivery(
        state, Delivery(peer=body.peer, message_key=body.message_key, at=event.at)
    )


@_changes.register
def _(body: e.MessageDelivered, state: IncidentState, event: Event) -> _Changes:
    delivery = Delivery(**body.model_dump(exclude={"kind"}), at=event.at)
    return _with_delivery(state, delivery)


@_changes.register
def _(body: e.DeliveryAbandoned, state: IncidentState, event: Event) -> _Changes:
    delivery = Delivery(
        peer=body.peer, message_key=body.message_key, abandoned=body.reason, at=event.at
    )
    return _with_delivery(state, delivery)


@_changes.register
def _(body: e.ToolsCalled, state: IncidentState, event: Event) -> _Changes:
    del event
    return {"cost": state.cost.plus(Cost(tool_calls=len(body.calls)))}
