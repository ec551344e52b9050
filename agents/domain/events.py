"""The events of an incident: the only way its state changes."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import override

from agents.domain.actions import ActionOutcome, ActionProposal, Approval, Recovery
from agents.domain.base import Instant, Producer, Value
from agents.domain.claims import Verdict
from agents.domain.hypotheses import Answer, Conflict, Discriminator
from agents.domain.incidents import Alert, Incident, Person, Statement
from agents.domain.learning import Postmortem, PullRequest, ToolCall
from agents.domain.plans import Plan
from agents.domain.synthesis import Synthesis


class Body(Value):
    """What happened; the journal adds when, by whom and in which order."""

    @property
    def key(self) -> str | None:
        """At most one event with the same key is kept per incident; None keeps them all."""
        return None


class IncidentDeclared(Body):
    """An incident began."""

    kind: Literal["incident_declared"] = "incident_declared"
    incident: Incident

    @property
    @override
    def key(self) -> str:
        return "incident_declared"


class AlertReceived(Body):
    """A further alert, or a change of one, joined the incident."""

    kind: Literal["alert_received"] = "alert_received"
    alert: Alert
    what: Literal["triggered", "acknowledged", "resolved", "reopened", "annotated"] = "triggered"

    @property
    @override
    def key(self) -> str:
        return f"alert:{self.what}:{self.alert.id}"


class RoomOpened(Body):
    """The incident has a channel and the bot is in it."""

    kind: Literal["room_opened"] = "room_opened"
    channel: str
    name: str

    @property
    @override
    def key(self) -> str:
        return "room_opened"


class PlanMade(Body):
    """The commander decided whom to ask what."""

    kind: Literal["plan_made"] = "plan_made"
    plan: Plan

    @property
    @override
    def key(self) -> str:
        return f"plan:{self.plan.version}"


class QuestionStarted(Body):
    """A worker took a question up."""

    kind: Literal["question_started"] = "question_started"
    question_id: str
    worker: str

    @property
    @override
    def key(self) -> str:
        return f"question_started:{self.question_id}:{self.worker}"


class QuestionAnswered(Body):
    """A specialist answered; the first answer stands."""

    kind: Literal["question_answered"] = "question_answered"
    answer: Answer

    @property
    @override
    def key(self) -> str:
        return f"answer:{self.answer.question_id}"


class QuestionExpired(Body):
    """A question's deadline passed; an answer that still comes is taken and revises."""

    kind: Literal["question_expired"] = "question_expired"
    question_id: str

    @property
    @override
    def key(self) -> str:
        return f"question_expired:{self.question_id}"


class ClaimVerified(Body):
    """A claim was re-measured."""

    kind: Literal["claim_verified"] = "claim_verified"
    verdict: Verdict

    @property
    @override
    def key(self) -> str:
        return f"verdict:{self.verdict.claim_id}:{self.verdict.round}"


class ConflictFound(Body):
    """Two hypotheses contradict each other."""

    kind: Literal["conflict_found"] = "conflict_found"
    conflict: Conflict

    @property
    @override
    def key(self) -> str:
        return f"conflict:{self.conflict.id}"


class DiscriminatorChosen(Body):
    """A measurement was chosen to settle a conflict."""

    kind: Literal["discriminator_chosen"] = "discriminator_chosen"
    discriminator: Discriminator

    @property
    @override
    def key(self) -> str:
        return f"discriminator:{self.discriminator.id}"


class SynthesisPublished(Body):
    """The commander gave its account."""

    kind: Literal["synthesis_published"] = "synthesis_published"
    synthesis: Synthesis

    @property
    @override
    def key(self) -> str:
        return f"synthesis:{self.synthesis.basis}"


class ActionProposed(Body):
    """A fix was offered for approval."""

    kind: Literal["action_proposed"] = "action_proposed"
    proposal: ActionProposal

    @property
    @override
    def key(self) -> str:
        return f"proposal:{self.proposal.digest}"


class ActionWithheld(Body):
    """There is no action to offer for a hypothesis, and why."""

    kind: Literal["action_withheld"] = "action_withheld"
    hypothesis_id: str
    reason: str

    @property
    @override
    def key(self) -> str:
        return f"withheld:{self.hypothesis_id}"


class ApprovalRecorded(Body):
    """A person approved or rejected; the first decision on a proposal stands."""

    kind: Literal["approval_recorded"] = "approval_recorded"
    approval: Approval

    @property
    @override
    def key(self) -> str:
        return f"approval:{self.approval.proposal_id}"


class ActionStarted(Body):
    """An executor is about to make the call; written first, so that it is never made twice."""

    kind: Literal["action_started"] = "action_started"
    proposal_id: str
    nonce: str

    @property
    @override
    def key(self) -> str:
        return f"action_started:{self.nonce}"


class ActionFinished(Body):
    """The call was made, refused or failed."""

    kind: Literal["action_finished"] = "action_finished"
    outcome: ActionOutcome

    @property
    @override
    def key(self) -> str:
        return f"outcome:{self.outcome.proposal_id}"


class RecoveryMeasured(Body):
    """The claims that must hold after the action were measured."""

    kind: Literal["recovery_measured"] = "recovery_measured"
    recovery: Recovery

    @property
    @override
    def key(self) -> str:
        return f"recovery:{self.recovery.proposal_id}:{self.recovery.attempt}"


class PersonSpoke(Body):
    """A person told the bot something."""

    kind: Literal["person_spoke"] = "person_spoke"
    statement: Statement

    @property
    @override
    def key(self) -> str:
        return f"statement:{self.statement.id}"


class InvestigationStopped(Body):
    """A person told the agents to stop."""

    kind: Literal["investigation_stopped"] = "investigation_stopped"
    by: Person
    reason: str = ""

    @property
    @override
    def key(self) -> str:
        return "investigation_stopped"


class IncidentResolved(Body):
    """A person resolved the incident and stated its cause."""

    kind: Literal["incident_resolved"] = "incident_resolved"
    by: Person
    cause: str

    @property
    @override
    def key(self) -> str:
        return "incident_resolved"


class PostmortemDrafted(Body):
    """The postmortem was written from the journal."""

    kind: Literal["postmortem_drafted"] = "postmortem_drafted"
    postmortem: Postmortem

    @property
    @override
    def key(self) -> str:
        return f"postmortem:{self.postmortem.id}"


class PullRequestOpened(Body):
    """A document was offered to people on their code host."""

    kind: Literal["pull_request_opened"] = "pull_request_opened"
    pull_request: PullRequest

    @property
    @override
    def key(self) -> str:
        return f"pull_request:{self.pull_request.branch}"


class DeliveryStarted(Body):
    """The outbox is about to say something for the first time.

    After a crash it looks whether it was said before it says it again.
    """

    kind: Literal["delivery_started"] = "delivery_started"
    peer: str
    message_key: str

    @property
    @override
    def key(self) -> str:
        return f"delivery_started:{self.peer}:{self.message_key}"


class MessageDelivered(Body):
    """A peer took a message, new or edited."""

    kind: Literal["message_delivered"] = "message_delivered"
    peer: str
    message_key: str
    reference: str
    """What the peer calls it: a Slack timestamp, a note id."""
    digest: str
    """SHA-256 of what was said; another digest for the same message is an edit."""


class DeliveryAbandoned(Body):
    """A peer will never take this message; people are told why on the board."""

    kind: Literal["delivery_abandoned"] = "delivery_abandoned"
    peer: str
    message_key: str
    reason: str

    @property
    @override
    def key(self) -> str:
        return f"delivery_abandoned:{self.peer}:{self.message_key}"


class ToolsCalled(Body):
    """A batch of calls through the gateway."""

    kind: Literal["tools_called"] = "tools_called"
    calls: tuple[ToolCall, ...]


EventBody = Annotated[
    IncidentDeclared
    | AlertReceived
    | RoomOpened
    | PlanMade
    | QuestionStarted
    | QuestionAnswered
    | QuestionExpired
    | ClaimVerified
    | ConflictFound
    | DiscriminatorChosen
    | SynthesisPublished
    | ActionProposed
    | ActionWithheld
    | ApprovalRecorded
    | ActionStarted
    | ActionFinished
    | RecoveryMeasured
    | PersonSpoke
    | InvestigationStopped
    | IncidentResolved
    | PostmortemDrafted
    | PullRequestOpened
    | DeliveryStarted
    | MessageDelivered
    | DeliveryAbandoned
    | ToolsCalled,
    Field(discriminator="kind"),
]


class Event(Value):
    """One entry of an incident's journal, chained to the one before it by hash."""

    incident_id: str
    sequence: int
    """1 for the first event of an incident."""
    at: Instant
    actor: Producer
    body: EventBody
    previous_hash: str
    """Hash of the event before; 64 zeros for the first."""
    hash: str
