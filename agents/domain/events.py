"""The events of an incident: the only way its state changes."""

from typing import Annotated, Literal

from pydantic import Field

from agents.domain.actions import ActionOutcome, ActionProposal, Approval, Recovery
from agents.domain.base import Instant, Producer, Value
from agents.domain.claims import Verdict
from agents.domain.hypotheses import Answer, Conflict, Discriminator
from agents.domain.incidents import Alert, Incident, Person, Statement
from agents.domain.learning import Postmortem, PullRequest, ToolCall
from agents.domain.plans import Plan
from agents.domain.synthesis import Synthesis


class IncidentDeclared(Value):
    """An incident began."""

    kind: Literal["incident_declared"] = "incident_declared"
    incident: Incident

    @property
    def key(self) -> str:
        """At most one event with this key is kept per incident."""
        return "incident_declared"


class AlertReceived(Value):
    """A further alert, or a change of one, joined the incident."""

    kind: Literal["alert_received"] = "alert_received"
    alert: Alert
    what: Literal["triggered", "acknowledged", "resolved", "reopened", "annotated"] = "triggered"

    @property
    def key(self) -> str:
        """At most one event with this key is kept per incident."""
        return f"alert:{self.what}:{self.alert.id}"


class RoomOpened(Value):
    """The incident has a channel and the bot is in it."""

    kind: Literal["room_opened"] = "room_opened"
    channel: str
    name: str

    @property
    def key(self) -> str:
        """At most one event with this key is kept per incident."""
        return "room_opened"


class PlanMade(Value):
    """The commander decided whom to ask what."""

    kind: Literal["plan_made"] = "plan_made"
    plan: Plan

    @property
    def key(self) -> str:
        """At most one event with this key is kept per incident."""
        return f"plan:{self.plan.version}"


class QuestionStarted(Value):
    """A worker took a question up."""

    kind: Literal["question_started"] = "question_started"
    question_id: str
    worker: str

    @property
    def key(self) -> str:
        """At most one event with this key is kept per incident."""
        return f"question_started:{self.question_id}:{self.worker}"


class QuestionAnswered(Value):
    """A specialist answered; the first answer stands."""

    kind: Literal["question_answered"] = "question_answered"
    answer: Answer

    @property
    def key(self) -> str:
        """At most one event with this key is kept per incident."""
        return f"answer:{self.answer.question_id}"


class QuestionExpired(Value):
    """A question's deadline passed; an answer that still comes is taken and revises."""

    kind: Literal["question_expired"] = "question_expired"
    question_id: str

    @property
    def key(self) -> str:
        """At most one event with this key is kept per incident."""
        return f"question_expired:{self.question_id}"


class ClaimVerified(Value):
    """A claim was re-measured."""

    kind: Literal["claim_verified"] = "claim_verified"
    verdict: Verdict

    @property
    def key(self) -> str:
        """At most one event with this key is kept per incident."""
        return f"verdict:{self.verdict.claim_id}:{self.verdict.round}"


class ConflictFound(Value):
    """Two hypotheses contradict each other."""

    kind: Literal["conflict_found"] = "conflict_found"
    conflict: Conflict

    @property
    def key(self) -> str:
        """At most one event with this key is kept per incident."""
        return f"conflict:{self.conflict.id}"


class DiscriminatorChosen(Value):
    """A measurement was chosen to settle a conflict."""

    kind: Literal["discriminator_chosen"] = "discriminator_chosen"
    discriminator: Discriminator

    @property
    def key(self) -> str:
        """At most one event with this key is kept per incident."""
        return f"discriminator:{self.discriminator.id}"


class SynthesisPublished(Value):
    """The commander gave its account."""

    kind: Literal["synthesis_published"] = "synthesis_published"
    synthesis: Synthesis

    @property
    def key(self) -> str:
        """At most one event with this key is kept per incident."""
        return f"synthesis:{self.synthesis.basis}"


class ActionProposed(Value):
    """A fix was offered for approval."""

    kind: Literal["action_proposed"] = "action_proposed"
    proposal: ActionProposal

    @property
    def key(self) -> str:
        """At most one event with this key is kept per incident."""
        return f"proposal:{self.proposal.digest}"


class ApprovalRecorded(Value):
    """A person approved or rejected; the first decision on a proposal stands."""

    kind: Literal["approval_recorded"] = "approval_recorded"
    approval: Approval

    @property
    def key(self) -> str:
        """At most one event with this key is kept per incident."""
        return f"approval:{self.approval.proposal_id}"


class ActionStarted(Value):
    """An executor is about to make the call; written first, so that it is never made twice."""

    kind: Literal["action_started"] = "action_started"
    proposal_id: str
    nonce: str

    @property
    def key(self) -> str:
        """At most one event with this key is kept per incident."""
        return f"action_started:{self.nonce}"


class ActionFinished(Value):
    """The call was made, refused or failed."""

    kind: Literal["action_finished"] = "action_finished"
    outcome: ActionOutcome

    @property
    def key(self) -> str:
        """At most one event with this key is kept per incident."""
        return f"outcome:{self.outcome.proposal_id}"


class RecoveryMeasured(Value):
    """The claims that must hold after the action were measured."""

    kind: Literal["recovery_measured"] = "recovery_measured"
    recovery: Recovery

    @property
    def key(self) -> str:
        """At most one event with this key is kept per incident."""
        return f"recovery:{self.recovery.proposal_id}:{self.recovery.attempt}"


class PersonSpoke(Value):
    """A person told the bot something."""

    kind: Literal["person_spoke"] = "person_spoke"
    statement: Statement

    @property
    def key(self) -> str:
        """At most one event with this key is kept per incident."""
        return f"statement:{self.statement.id}"


class InvestigationStopped(Value):
    """A person told the agents to stop."""

    kind: Literal["investigation_stopped"] = "investigation_stopped"
    by: Person
    reason: str = ""

    @property
    def key(self) -> str:
        """At most one event with this key is kept per incident."""
        return "investigation_stopped"


class IncidentResolved(Value):
    """A person resolved the incident and stated its cause."""

    kind: Literal["incident_resolved"] = "incident_resolved"
    by: Person
    cause: str

    @property
    def key(self) -> str:
        """At most one event with this key is kept per incident."""
        return "incident_resolved"


class PostmortemDrafted(Value):
    """The postmortem was written from the journal."""

    kind: Literal["postmortem_drafted"] = "postmortem_drafted"
    postmortem: Postmortem

    @property
    def key(self) -> str:
        """At most one event with this key is kept per incident."""
        return f"postmortem:{self.postmortem.id}"


class PullRequestOpened(Value):
    """A document was offered to people on their code host."""

    kind: Literal["pull_request_opened"] = "pull_request_opened"
    pull_request: PullRequest

    @property
    def key(self) -> str:
        """At most one event with this key is kept per incident."""
        return f"pull_request:{self.pull_request.branch}"


class DeliveryStarted(Value):
    """The outbox is about to say something for the first time; a crash after this is looked into
    before it is said again."""

    kind: Literal["delivery_started"] = "delivery_started"
    peer: str
    message_key: str

    @property
    def key(self) -> str:
        """At most one event with this key is kept per incident."""
        return f"delivery_started:{self.peer}:{self.message_key}"


class MessageDelivered(Value):
    """A peer took a message, new or edited."""

    kind: Literal["message_delivered"] = "message_delivered"
    peer: str
    message_key: str
    reference: str
    """What the peer calls it: a Slack timestamp, a note id."""
    digest: str
    """SHA-256 of what was said; another digest for the same message is an edit."""

    @property
    def key(self) -> str | None:
        """Every edit is kept."""
        return None


class DeliveryAbandoned(Value):
    """A peer will never take this message; people are told why on the board."""

    kind: Literal["delivery_abandoned"] = "delivery_abandoned"
    peer: str
    message_key: str
    reason: str

    @property
    def key(self) -> str:
        """At most one event with this key is kept per incident."""
        return f"delivery_abandoned:{self.peer}:{self.message_key}"


class ToolsCalled(Value):
    """A batch of calls through the gateway."""

    kind: Literal["tools_called"] = "tools_called"
    calls: tuple[ToolCall, ...]

    @property
    def key(self) -> str | None:
        """Every batch is kept."""
        return None


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
