"""Asking the database specialist, and weighing what it says as the commander would."""

from datetime import datetime, timedelta

from agents.domain.base import Window
from agents.domain.claims import Verdict, VerdictStatus
from agents.domain.hypotheses import Answer, Hypothesis
from agents.domain.incidents import Alert
from agents.domain.plans import Question
from agents.domain.readings import Topology
from agents.ports import Telemetry
from agents.specialists.database import Limits, database_specialist
from agents.specialists.framework import Assignment
from agents.verification.verifier import Verifier


def assignment(
    telemetry: Telemetry,
    now: datetime,
    *,
    window: Window | None = None,
    alert: Alert | None = None,
    topology: Topology | None = None,
) -> Assignment:
    """Make an assignment about the half hour before now."""
    window = window or Window(start=now - timedelta(minutes=30), end=now)
    question = Question(
        specialist="database",
        text="What is wrong with the databases?",
        window=window,
        baseline=window.shifted(-window.seconds),
        asked_at=now,
        deadline=now + timedelta(minutes=1),
    )
    return Assignment(
        telemetry=telemetry,
        question=question,
        alert=alert or Alert(source="generic", title="Checkout is slow", started_at=now),
        topology=topology or Topology(),
        now=now,
    )


def ask(
    telemetry: Telemetry,
    now: datetime,
    *,
    window: Window | None = None,
    alert: Alert | None = None,
    topology: Topology | None = None,
    limits: Limits | None = None,
) -> Answer:
    """Put one question to the specialist."""
    given = assignment(telemetry, now, window=window, alert=alert, topology=topology)
    return database_specialist(limits).investigate(given)


def verdicts(telemetry: Telemetry, hypothesis: Hypothesis) -> tuple[Verdict, ...]:
    """Measure every claim of a hypothesis afresh."""
    verifier = Verifier(telemetry)
    return tuple(verifier.verify(claim) for claim in hypothesis.claims)


def supported(telemetry: Telemetry, answer: Answer) -> dict[str, Hypothesis]:
    """Return, by failure mode, the hypotheses of which every claim holds when re-measured."""
    return {
        hypothesis.cause.failure_mode: hypothesis
        for hypothesis in answer.hypotheses
        if all(v.status is VerdictStatus.HOLDS for v in verdicts(telemetry, hypothesis))
    }
