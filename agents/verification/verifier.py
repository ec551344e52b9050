"""Re-measuring claims, by value, on a read path other than the one that produced them."""

from agents.domain.base import Producer, Scalar
from agents.domain.claims import Claim, Verdict, VerdictStatus
from agents.domain.measures import Measurement
from agents.domain.reduction import compares
from agents.errors import WarroomError
from agents.ports import Telemetry

VERIFIER = Producer(name="verifier", version="1")


class Verifier:
    """Measures claims through `Telemetry.measure`, never through the specialists' readers."""

    def __init__(self, telemetry: Telemetry) -> None:
        """Keep the telemetry to measure with."""
        self._telemetry = telemetry

    def verify(self, claim: Claim, measuring: str = "first") -> Verdict:
        """Return what re-measuring a claim says; a source that fails makes it unmeasurable."""
        try:
            observed = self._telemetry.measure(claim.measure, claim.window)
            problem = self._why_not_proven(claim, observed)
        except WarroomError as refused:
            return _verdict(claim, measuring, VerdictStatus.UNMEASURABLE, reason=_reason(refused))
        if problem:
            return _verdict(claim, measuring, VerdictStatus.UNMEASURABLE, observed, problem)
        holds = compares(observed.value, claim.comparator, claim.expected)
        status = VerdictStatus.HOLDS if holds else VerdictStatus.FAILS
        return _verdict(claim, measuring, status, observed)

    def _why_not_proven(self, claim: Claim, observed: Measurement) -> str:
        """Say why a reading proves nothing; empty when it does.

        Nothing read is no proof of nothing there: a control query must show that the source had
        data for the window.
        """
        if claim.control is not None:
            control = self._telemetry.measure(claim.control, claim.window)
            if not _shows_data(control):
                return "the control query shows no data for this window: absence proves nothing"
        elif observed.value is None:
            return "nothing matched, and there is no control query to tell absence from no data"
        return ""


def _shows_data(control: Measurement) -> bool:
    value: Scalar = control.value
    is_zero = isinstance(value, int | float) and value == 0
    return control.samples > 0 and value is not None and not is_zero


def _reason(refused: WarroomError) -> str:
    return f"{refused} ({refused.remedy})" if refused.remedy else str(refused)


def _verdict(
    claim: Claim,
    measuring: str,
    status: VerdictStatus,
    observed: Measurement | None = None,
    reason: str = "",
) -> Verdict:
    return Verdict(
        claim_id=claim.id,
        round=measuring,
        status=status,
        observed=observed.value if observed else None,
        samples=observed.samples if observed else 0,
        read_path=observed.read_path if observed else "",
        excerpt=observed.excerpt if observed else "",
        reason=reason,
        produced_by=VERIFIER,
        inputs=(claim.id,),
    )
