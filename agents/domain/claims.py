"""Checkable statements and what re-measuring them said."""

from enum import StrEnum
from typing import ClassVar, Self

from pydantic import model_validator

from agents.domain.base import Artifact, EntityRef, Scalar, Window, canonical_json
from agents.domain.measures import Comparator, Measure, Reduction

_NEGATIVE_COMPARATORS = frozenset({Comparator.EQUAL, Comparator.AT_MOST})


class Claim(Artifact):
    """One checkable statement: this measurement, over this window, compares so.

    Two claims that would be measured alike are the same claim, whoever made them.
    """

    id_prefix: ClassVar[str] = "claim"

    text: str
    """One plain sentence for people."""
    subject: EntityRef
    measure: Measure
    comparator: Comparator
    expected: Scalar
    window: Window
    control: Measure | None = None
    """Proves that the source had data; required when the claim is a negative."""
    sufficiency: float = 1.0
    """Natural log-odds that the hypothesis gains when the claim holds."""
    necessity: float = 2.0
    """Natural log-odds that the hypothesis loses when the claim fails."""

    @property
    def is_negative(self) -> bool:
        """Whether the claim says that something was not there."""
        counts = self.measure.reduce is Reduction.COUNT
        none_expected = self.comparator in _NEGATIVE_COMPARATORS and self.expected == 0
        below_one = self.comparator is Comparator.LESS and self.expected == 1
        return counts and (none_expected or below_one)

    @model_validator(mode="after")
    def _negatives_need_a_control(self) -> Self:
        if self.is_negative and self.control is None:
            message = f"claim {self.text!r} is a negative: give it a control query"
            raise ValueError(message)
        return self

    def _identity(self) -> str:
        measured = self.model_dump(
            mode="json",
            include={"subject", "measure", "comparator", "expected", "window", "control"},
        )
        return canonical_json(measured)


class VerdictStatus(StrEnum):
    """What re-measuring a claim said."""

    HOLDS = "holds"
    FAILS = "fails"
    UNMEASURABLE = "unmeasurable"


class Verdict(Artifact):
    """The outcome of re-measuring one claim on a fresh read."""

    id_prefix: ClassVar[str] = "verdict"

    claim_id: str
    round: str = "first"
    """Which measuring this was: `first`, `recovery-1`, ...; one verdict per claim and round."""
    status: VerdictStatus
    observed: Scalar = None
    samples: int = 0
    read_path: str = ""
    excerpt: str = ""
    reason: str = ""
    """Why it could not be measured, and what would make it measurable."""
