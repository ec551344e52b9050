"""Asking the AWS specialist, and weighing what it says as the commander would."""

from datetime import datetime, timedelta

from agents.domain.base import EntityRef, Window
from agents.domain.claims import VerdictStatus
from agents.domain.document import Document
from agents.domain.hypotheses import Answer, Hypothesis
from agents.domain.incidents import Alert
from agents.domain.plans import Question
from agents.domain.readings import Resource, Topology
from agents.ports import Telemetry
from agents.specialists.aws import aws_specialist
from agents.specialists.framework import Assignment
from agents.verification.verifier import Verifier


def ask(
    telemetry: Telemetry,
    now: datetime,
    *,
    window: Window | None = None,
    alert: Alert | None = None,
    topology: Topology | None = None,
) -> Answer:
    """Put one question to the specialist, about the half hour before now unless said otherwise."""
    window = window or Window(start=now - timedelta(minutes=30), end=now)
    question = Question(
        specialist="aws",
        text="What is wrong in the account?",
        window=window,
        baseline=window.shifted(-window.seconds),
        asked_at=now,
        deadline=now + timedelta(minutes=1),
    )
    started = now - timedelta(minutes=5)
    assignment = Assignment(
        telemetry=telemetry,
        question=question,
        alert=alert or Alert(source="generic", title="Checkout is slow", started_at=started),
        topology=topology or Topology(),
        now=now,
    )
    return aws_specialist().investigate(assignment)


def supported(telemetry: Telemetry, answer: Answer) -> dict[str, Hypothesis]:
    """Return, by failure mode, the hypotheses of which every claim holds when re-measured."""
    verifier = Verifier(telemetry)
    return {
        hypothesis.cause.failure_mode: hypothesis
        for hypothesis in answer.hypotheses
        if all(verifier.verify(c).status is VerdictStatus.HOLDS for c in hypothesis.claims)
    }


def alarm(name: str, **fields: str) -> Resource:
    """Make a CloudWatch alarm as the API describes it."""
    return Resource(
        kind="cloudwatch.alarms",
        entity=EntityRef(kind="alarm", name=name),
        document=Document(body={"AlarmName": name, **fields}),
    )
