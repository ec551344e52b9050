"""Lets the specialist look at what a test put before it."""

from datetime import timedelta

from agents.domain.base import EntityRef, Window
from agents.domain.hypotheses import Answer
from agents.domain.plans import Question
from agents.domain.readings import LogLine, Service, Topology
from agents.ports import Telemetry
from agents.specialists.framework import Assignment
from agents.specialists.network import network_specialist
from tests.agents.builders import NOW, WINDOW, an_alert

PAYMENTS = "payments.shop.internal"
ADDRESSED = Topology(
    services=(
        Service(name="checkout", depends_on=("payments",)),
        Service(name="payments", resources=(EntityRef(kind="endpoint", name=f"{PAYMENTS}:8443"),)),
    )
)
BASELINE = Window(start=WINDOW.start - timedelta(hours=1), end=WINDOW.start)


def answer(telemetry: Telemetry, topology: Topology = ADDRESSED) -> Answer:
    """Let the specialist look."""
    question = Question(
        specialist="network",
        text="What is wrong?",
        window=WINDOW,
        baseline=BASELINE,
        asked_at=NOW,
        deadline=NOW + timedelta(minutes=1),
    )
    alert = an_alert("checkout")
    assignment = Assignment(telemetry, question, alert, topology, NOW)
    return network_specialist().investigate(assignment)


def causes(found: Answer) -> list[str]:
    """Return what was blamed."""
    return sorted(hypothesis.cause.key for hypothesis in found.hypotheses)


def lines(message: str, service: str = "checkout", count: int = 6) -> list[LogLine]:
    """Return the same complaint, again and again, until now."""
    writer = EntityRef(kind="service", name=service)
    moments = [NOW - timedelta(seconds=10 * n) for n in range(count)]
    return [LogLine(timestamp=at, entity=writer, message=message) for at in reversed(moments)]
