"""Doing something about it: proposals, approvals, outcomes, recovery."""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from agents.domain.base import Artifact, EntityRef, Instant, Scalar, Value, canonical_json
from agents.domain.base import sha256_hex as _sha256_hex
from agents.domain.claims import Claim
from agents.domain.incidents import Person


class ActionCall(Value):
    """The exact call: an action of the catalogue with its exact arguments."""

    action: str
    target: EntityRef
    arguments: Mapping[str, Scalar]


class ActionProposal(Artifact):
    """A call that a person may approve, with all they need to judge it."""

    id_prefix: ClassVar[str] = "proposal"

    hypothesis_id: str
    call: ActionCall
    title: str
    """One plain sentence: "Terminate session 4711 (schema-migration) on shop-db"."""
    why: str
    preconditions: tuple[Claim, ...]
    """Must hold when it is executed."""
    recovery: tuple[Claim, ...]
    """Must hold afterwards for the incident to count as mitigated."""
    blast_radius: str
    dry_run: str
    """What the executor says it would do."""
    rollback: str
    """How it is undone, or plainly that it cannot be."""
    reversible: bool
    target_state: str
    """Digest of the target's state when this was proposed."""
    expires_at: Instant

    @property
    def digest(self) -> str:
        """What an approval is bound to: this call on this state of its target."""
        call = self.call.model_dump(mode="json")
        return _sha256_hex(canonical_json({"call": call, "target_state": self.target_state}))


class Decision(StrEnum):
    """A person's answer to a proposal."""

    APPROVE = "approve"
    REJECT = "reject"


class Approval(Artifact):
    """A durable record of one person's answer, bound to one exact call."""

    id_prefix: ClassVar[str] = "approval"

    proposal_id: str
    digest: str
    decision: Decision
    approver: Person
    nonce: str
    """Used once: a second execution under the same approval is refused."""
    decided_at: Instant
    expires_at: Instant
    reason: str = ""


class OutcomeStatus(StrEnum):
    """How an execution ended."""

    EXECUTED = "executed"
    REFUSED = "refused"
    FAILED = "failed"


class ActionOutcome(Artifact):
    """What happened when the call was to be made."""

    id_prefix: ClassVar[str] = "outcome"

    proposal_id: str
    approval_id: str
    status: OutcomeStatus
    detail: str
    started_at: Instant
    finished_at: Instant


class Recovery(Artifact):
    """Whether the claims that must hold after an action do hold."""

    id_prefix: ClassVar[str] = "recovery"

    proposal_id: str
    attempt: int
    recovered: bool
    verdict_ids: tuple[str, ...]
    text: str
    measured_at: Instant
