"""Complaints of a new kind are told as symptoms."""

from datetime import timedelta

from agents.domain.readings import LogLine
from agents.testing.telemetry import InMemoryTelemetry
from tests.agents.specialists.network.looking import BASELINE, answer, lines


def earlier(message: str, count: int) -> list[LogLine]:
    """Return a complaint that has been there all along."""
    (one, *_) = lines(message, count=1)
    moments = [BASELINE.start + timedelta(minutes=n) for n in range(count)]
    return [one.model_copy(update={"timestamp": at}) for at in moments]


def told(*written: list[LogLine]) -> list[str]:
    """Return what is told of kinds of lines."""
    every = sorted((line for each in written for line in each), key=lambda one: one.timestamp)
    found = answer(InMemoryTelemetry(lines=every))
    return [one.text for one in found.findings if "baseline" in one.text or "often" in one.text]


def test_a_complaint_that_nobody_made_before_is_told() -> None:
    """The first of its kind is where people start to read."""
    told_of = told(earlier("warn: cart 7 is large", 30), lines("error: ledger 12 is out of step"))

    assert len(told_of) == 1
    assert "ledger" in told_of[0]
    assert told_of[0].startswith("New since the baseline, 6 times")


def test_a_complaint_that_was_always_made_is_not_told() -> None:
    """Services complain all day; that is no symptom."""
    assert told(earlier("warn: cart 7 is large", 30), lines("warn: cart 9 is large", count=3)) == []
