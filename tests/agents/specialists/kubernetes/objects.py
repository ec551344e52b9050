"""Small Kubernetes objects for tests that need no whole capture."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from agents.domain.base import Window
from agents.domain.hypotheses import Answer
from agents.domain.incidents import Alert
from agents.domain.plans import Question
from agents.domain.readings import Resource, Topology
from agents.integrations.kubernetes.shapes import resource_from_object
from agents.ports import Telemetry
from agents.specialists.framework import Assignment
from agents.specialists.kubernetes import kubernetes_specialist
from agents.specialists.kubernetes.view import ClusterView
from agents.testing.telemetry import InMemoryTelemetry

NOW = datetime(2026, 11, 20, 14, 10, tzinfo=UTC)
WINDOW = Window(start=NOW - timedelta(minutes=30), end=NOW)
Body = dict[str, JsonValue]


def at(minute: int) -> str:
    """Return a time of the hour of the incident as the API writes it."""
    return f"2026-11-20T14:{minute:02d}:00Z"


def a_pod(
    name: str, status: Body, spec: Body | None = None, metadata: Body | None = None
) -> Resource:
    """Return a pod of one container that belongs to nobody."""
    labels: JsonValue = {"app": "cart"}
    about: Body = {"name": name, "namespace": "store", "labels": labels, **(metadata or {})}
    container: JsonValue = {"name": "cart", "image": "registry.example/cart:1"}
    whole: Body = {"containers": [container], "nodeName": "node-a", **(spec or {})}
    body: Body = {"kind": "Pod", "metadata": about, "spec": whole, "status": status}
    return resource_from_object("pods", body)


def with_container(state: Body, **fields: JsonValue) -> Body:
    """Return the status of a running pod with one container in a state."""
    container: Body = {"name": "cart", "ready": False, "restartCount": 0, "state": state, **fields}
    return {"phase": "Running", "containerStatuses": [container]}


def an_event(about: Resource, reason: str, message: str, last: str) -> Resource:
    """Return a warning about an object."""
    involved: Body = {
        "kind": about.entity.kind.capitalize(),
        "name": about.entity.name,
        "namespace": about.entity.namespace,
    }
    body: Body = {
        "kind": "Event",
        "metadata": {"name": f"{about.entity.name}.{reason}", "namespace": "store"},
        "involvedObject": involved,
        "reason": reason,
        "message": message,
        "firstTimestamp": last,
        "lastTimestamp": last,
    }
    return resource_from_object("events", body)


def assignment_over(telemetry: Telemetry) -> Assignment:
    """Return the task of looking through everything."""
    question = Question(
        specialist="kubernetes",
        text="What is wrong?",
        window=WINDOW,
        baseline=WINDOW.shifted(-3600),
        asked_at=NOW,
        deadline=NOW + timedelta(minutes=1),
    )
    alert = Alert(source="generic", title="cart fails", started_at=NOW, service="cart")
    return Assignment(telemetry, question, alert, Topology(), NOW)


def a_cluster(resources: Iterable[Resource], also: Iterable[str] = ("events",)) -> Telemetry:
    """Return telemetry over objects; the kinds in `also` are there even when empty."""
    by_kind: dict[str, list[Resource]] = {kind: [] for kind in ("pods", *also)}
    for resource in resources:
        by_kind.setdefault(resource.kind, []).append(resource)
    return InMemoryTelemetry(resources=by_kind)


def a_view(*resources: Resource) -> ClusterView:
    """Return the view that checks get of these objects."""
    return ClusterView(assignment_over(a_cluster(resources)))


def answer_about(telemetry: Telemetry) -> Answer:
    """Let the specialist look through a cluster."""
    return kubernetes_specialist().investigate(assignment_over(telemetry))


def modes_in(answer: Answer) -> Mapping[str, str]:
    """Return the failure modes that an answer names, each with what it blames."""
    return {h.cause.failure_mode: h.cause.entity.key for h in answer.hypotheses}
