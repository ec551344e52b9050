"""A small specialist to serve: one check over pods, behind a gateway with a narrow scope."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from agents.domain.base import EntityRef, Window
from agents.domain.claims import Claim
from agents.domain.document import Document
from agents.domain.hypotheses import Cause, Hypothesis
from agents.domain.incidents import Alert
from agents.domain.measures import Comparator, Measure, ObjectSelector, Reduction
from agents.domain.plans import Member, Question
from agents.domain.readings import Resource, Row, Topology
from agents.gateway.gate import Gate, GatedTelemetry
from agents.gateway.ledger import Ledger
from agents.integrations.mcp.server import serve_stdio, specialist_server
from agents.specialists.framework import Assignment, RuleSpecialist, check
from agents.testing.telemetry import InMemoryTelemetry

NOW = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)
WINDOW = Window(start=NOW - timedelta(minutes=30), end=NOW)
KILLED = "status.containerStatuses[0].lastState.terminated.reason"


@check(needs=("objects:pods",), modes=("oom_killed",))
def killed_pods(view: Assignment) -> Iterator[Hypothesis]:
    """Name pods whose container was killed for memory."""
    for pod in view.telemetry.objects(ObjectSelector(kind="pods", path=KILLED)):
        selector = ObjectSelector(kind="pods", name=pod.entity.name, path=KILLED)
        if pod.document.text(KILLED) == "OOMKilled":
            yield Hypothesis(
                cause=Cause(entity=pod.entity, failure_mode="oom_killed"),
                summary=f"{pod.entity.name} was killed for memory",
                claims=(
                    Claim(
                        text="its container was killed for memory",
                        subject=pod.entity,
                        measure=Measure(selector=selector, reduce=Reduction.FIRST),
                        comparator=Comparator.EQUAL,
                        expected="OOMKilled",
                        window=view.question.window,
                    ),
                ),
            )


def question() -> Question:
    """Ask what is wrong."""
    return Question(
        specialist="pods",
        text="what is wrong?",
        window=WINDOW,
        baseline=WINDOW.shifted(-3600),
        asked_at=NOW,
        deadline=NOW + timedelta(minutes=1),
    )


def world() -> InMemoryTelemetry:
    """Hold a killed pod, whose environment has a secret, and a database out of scope."""
    pod: dict[str, JsonValue] = {
        "metadata": {"name": "checkout-1", "namespace": "shop"},
        "spec": {"containers": [{"env": [{"name": "DB_PASSWORD", "value": "hunter2"}]}]},
        "status": {"containerStatuses": [{"lastState": {"terminated": {"reason": "OOMKilled"}}}]},
    }
    entity = EntityRef(kind="pod", namespace="shop", name="checkout-1")
    return InMemoryTelemetry(
        resources={"pods": [Resource(kind="pods", entity=entity, document=Document(body=pod))]},
        tables={"pg_locks": [Row(columns={"pid": 1})]},
    )


def specialist() -> RuleSpecialist[Assignment]:
    """Return a specialist that may read pods and one kind of rows that is not there."""
    member = Member(name="pods", title="Pods", sources=("objects:pods", "rows:pg_stat_activity"))
    return RuleSpecialist(member, (killed_pods,), view=lambda assignment: assignment)


def assignment(asked: Question | None, ledger: Ledger | None = None) -> Assignment:
    """Return the work, with telemetry behind the gateway."""
    gated = GatedTelemetry(
        world(),
        agent=specialist().member,
        gate=Gate(clock=lambda: NOW),
        ledger=ledger or Ledger(),
    )
    alert = Alert(source="generic", title="checkout is down", started_at=NOW)
    return Assignment(
        telemetry=gated, question=asked or question(), alert=alert, topology=Topology(), now=NOW
    )


if __name__ == "__main__":
    serve_stdio(specialist_server(specialist(), assignment))
