"""What is said to the room once the evidence has been weighed."""

from enum import StrEnum
from typing import ClassVar

from agents.domain.base import Artifact, EntityRef, Instant, Scalar, Value
from agents.domain.claims import VerdictStatus
from agents.domain.hypotheses import Cause, HypothesisStatus


class Outcome(StrEnum):
    """The commander's verdict on the incident."""

    CAUSE_FOUND = "cause_found"
    HEALTHY = "healthy"
    UNDETERMINED = "undetermined"


class MeasuredClaim(Value):
    """A claim beside what re-measuring it gave."""

    claim_id: str
    text: str
    measure: str
    """The query in one line, as people would type it."""
    window: str
    comparator: str
    expected: Scalar
    observed: Scalar
    verdict: VerdictStatus
    measured_at: Instant | None = None


class RankedHypothesis(Value):
    """A hypothesis with its place in the ranking."""

    hypothesis_id: str
    rank: int
    cause: Cause
    confidence: float
    """Between 0 and 1."""
    log_odds: float
    status: HypothesisStatus
    summary: str
    specialists: tuple[str, ...]
    """Everybody who found this cause."""
    claims: tuple[MeasuredClaim, ...]
    change_ref: str | None = None
    caused_by: int | None = None
    """Rank of the hypothesis whose cause explains this one."""


class RuledOut(Value):
    """An explanation that did not survive its claims."""

    hypothesis_id: str
    cause: Cause
    why: str


class TimelineEntry(Value):
    """One dated fact with the artifact that shows it."""

    at: Instant
    text: str
    evidence_id: str


class Sentence(Value):
    """One sentence of the synthesis; one that cites nothing is not posted."""

    text: str
    cites: tuple[str, ...]


class Synthesis(Artifact):
    """The commander's account of the incident so far; later revisions replace earlier ones."""

    id_prefix: ClassVar[str] = "synthesis"

    revision: int
    outcome: Outcome
    sentences: tuple[Sentence, ...]
    ranked: tuple[RankedHypothesis, ...]
    ruled_out: tuple[RuledOut, ...]
    conflict_ids: tuple[str, ...] = ()
    gap_ids: tuple[str, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    blast_radius: tuple[EntityRef, ...] = ()
    symptoms: tuple[str, ...] = ()
    waiting_for: tuple[str, ...] = ()
    """Specialists that have not answered yet: the synthesis is partial until they do."""
    basis: str
    """Digest of the answers and verdicts this was made from; a new basis makes a new revision."""
