"""The verifier decides by value, on a fresh read, and never takes silence for proof."""

from datetime import timedelta

import pytest

from agents.domain.claims import Claim, VerdictStatus
from agents.domain.measures import Comparator, LogSelector, Measure, MetricSelector, Reduction
from agents.domain.readings import LogLine, Series
from agents.testing.telemetry import InMemoryTelemetry
from agents.verification.verifier import Verifier
from tests.agents.builders import NOW, WINDOW, a_claim

_AT = NOW - timedelta(minutes=1)
_BLOCKED = Series(name="blocked_sessions", times=(_AT.timestamp(),), values=(3.0,))


def _no_errors(control: Measure) -> Claim:
    lines = LogSelector(pattern="error")
    return Claim(
        text="there are no errors",
        subject=a_claim().subject,
        measure=Measure(selector=lines, reduce=Reduction.COUNT),
        comparator=Comparator.EQUAL,
        expected=0,
        window=WINDOW,
        control=control,
    )


_ANY_LINE = Measure(selector=LogSelector(), reduce=Reduction.COUNT)


def test_a_claim_that_measures_as_stated_holds() -> None:
    """What the room is told is what the source said just now."""
    verdict = Verifier(InMemoryTelemetry(series=[_BLOCKED])).verify(a_claim(expected=3))

    assert (verdict.status, verdict.observed, verdict.samples) == (VerdictStatus.HOLDS, 3.0, 1)


def test_a_claim_with_an_invented_value_fails() -> None:
    """A specialist may be wrong or lie about the figure; the measurement decides."""
    verdict = Verifier(InMemoryTelemetry(series=[_BLOCKED])).verify(a_claim(expected=500))

    assert verdict.status is VerdictStatus.FAILS


def test_a_claim_on_an_invented_metric_is_not_supported() -> None:
    """A metric that does not exist proves nothing in either direction."""
    verdict = Verifier(InMemoryTelemetry(series=[_BLOCKED])).verify(a_claim("made_up"))

    assert verdict.status is VerdictStatus.UNMEASURABLE
    assert "no control query" in verdict.reason


def test_a_missing_source_is_unmeasurable_and_says_what_would_help() -> None:
    """The responder learns what to connect instead of reading a false negative."""
    verdict = Verifier(InMemoryTelemetry()).verify(a_claim())

    assert verdict.status is VerdictStatus.UNMEASURABLE
    assert "connect a source for metrics" in verdict.reason


def test_a_negative_holds_only_when_the_control_shows_data() -> None:
    """'No errors' from a log pipeline that is down is the classic false comfort."""
    line = LogLine(timestamp=_AT, entity=None, message="all good")
    with_data = Verifier(InMemoryTelemetry(lines=[line])).verify(_no_errors(_ANY_LINE))
    without = Verifier(InMemoryTelemetry(lines=[])).verify(_no_errors(_ANY_LINE))

    assert with_data.status is VerdictStatus.HOLDS
    assert without.status is VerdictStatus.UNMEASURABLE
    assert "absence proves nothing" in without.reason


@pytest.mark.parametrize(
    ("values", "status"),
    [((0.0,), VerdictStatus.UNMEASURABLE), ((2.0,), VerdictStatus.HOLDS)],
)
def test_a_control_that_reads_zero_shows_no_data(
    values: tuple[float, ...], status: VerdictStatus
) -> None:
    """A request counter at zero means nobody asked, not that nothing failed."""
    line = LogLine(timestamp=_AT, entity=None, message="all good")
    requests = Series(name="requests", times=(_AT.timestamp(),), values=values)
    control = Measure(selector=MetricSelector(name="requests"), reduce=Reduction.LAST)

    telemetry = InMemoryTelemetry(lines=[line], series=[requests])

    assert Verifier(telemetry).verify(_no_errors(control)).status is status


def test_a_refusal_without_a_remedy_is_still_explained() -> None:
    """Whatever went wrong, the reason reaches the gap list."""
    claim = _no_errors(Measure(selector=LogSelector(), reduce=Reduction.COUNT))

    verdict = Verifier(InMemoryTelemetry()).verify(claim, "recovery-1")

    assert verdict.round == "recovery-1"
    assert verdict.reason
