"""What specialists hand over, and what the commander makes of their disagreements."""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from agents.domain.base import Artifact, EntityRef, Instant, Scalar, Value
from agents.domain.claims import Claim
from agents.domain.failure_modes import FAILURE_MODES, FailureMode, FailureModeName


class Evidence(Artifact):
    """A quoted observation."""

    id_prefix: ClassVar[str] = "evidence"

    source: str
    """The reader it came from: `objects:pods`, `logs`, ..., or `person` for what people say."""
    entity: EntityRef | None = None
    at: Instant | None = None
    text: str
    """The observation itself, quoted, at most a few lines."""
    link: str = ""


class Finding(Artifact):
    """One specialist's conclusion about its domain, whether or not anything is wrong."""

    id_prefix: ClassVar[str] = "finding"

    text: str
    is_anomalous: bool
    evidence: tuple[Evidence, ...] = ()


class Gap(Artifact):
    """Something that could not be known, and what would make it known."""

    id_prefix: ClassVar[str] = "gap"

    source: str
    """The reader that was missing or refused."""
    text: str
    remedy: str
    """The permission, source or setting that would close it."""


class Cause(Value):
    """What failed, and how."""

    entity: EntityRef
    failure_mode: FailureModeName

    @property
    def key(self) -> str:
        """The same cause found twice has the same key."""
        return f"{self.failure_mode}@{self.entity.key}"

    @property
    def mode(self) -> FailureMode:
        """The failure mode's entry on the closed list."""
        return FAILURE_MODES[self.failure_mode]


class Hypothesis(Artifact):
    """An explanation, to be weighed against all evidence."""

    id_prefix: ClassVar[str] = "hypothesis"

    cause: Cause
    summary: str
    """One or two plain sentences that name the entity, the mechanism and the figures."""
    claims: tuple[Claim, ...]
    """What must be measurable if this is true."""
    forbids: tuple[Claim, ...] = ()
    """What must not hold if this is true."""
    explains: tuple[EntityRef, ...] = ()
    """The entities whose symptoms this accounts for; empty means: its own entity's service."""
    onset: Instant | None = None
    """When the cause began, as far as the specialist can tell."""
    change_ref: str | None = None
    evidence: tuple[Evidence, ...] = ()
    details: Mapping[str, Scalar] = Field(default_factory=dict[str, Scalar])
    """Exact values an action needs: a session's pid and start, a revision to go back to."""
    recovery: tuple[Claim, ...] = ()
    """What must hold once it is fixed; empty means: what is claimed of the present ceases."""
    prior_shift: float = 0.0
    """Log-odds added to the mode's base rate for what the check saw beyond its claims."""


class HypothesisStatus(StrEnum):
    """Where a hypothesis stands."""

    PROPOSED = "proposed"
    SUPPORTED = "supported"
    REFUTED = "refuted"
    UNDETERMINED = "undetermined"


class ConflictKind(StrEnum):
    """Why two hypotheses cannot both be left standing."""

    NO_COMMON_CHAIN = "no_common_chain"
    NEGATED_CLAIM = "negated_claim"


class Conflict(Artifact):
    """Two hypotheses that contradict each other, found by code."""

    id_prefix: ClassVar[str] = "conflict"

    left_id: str
    right_id: str
    kind: ConflictKind
    symptom: EntityRef | None = None
    text: str


class Discriminator(Artifact):
    """The measurement chosen to settle a conflict."""

    id_prefix: ClassVar[str] = "discriminator"

    conflict_id: str
    claim: Claim
    favours_if_holds: str
    """Id of the hypothesis that gains when the claim holds; the other one loses."""
    reason: str
    """One plain sentence: why this measurement separates the two."""
    expected_information: float = 0.0
    """Bits expected from the outcome, given the present weights."""


class Answer(Artifact):
    """All that a specialist has to say to one question."""

    id_prefix: ClassVar[str] = "answer"

    question_id: str
    findings: tuple[Finding, ...] = ()
    hypotheses: tuple[Hypothesis, ...] = ()
    gaps: tuple[Gap, ...] = ()
    checks_run: tuple[str, ...] = ()
