"""A live incident, written down and investigated again offline."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agents.domain.base import EntityRef, Producer, Window
from agents.domain.document import Document
from agents.domain.events import IncidentDeclared, PlanMade, ToolsCalled
from agents.domain.incidents import Alert, Incident, Severity
from agents.domain.measures import (
    ChangeSelector,
    LogSelector,
    Measure,
    MetricSelector,
    ObjectSelector,
    ProbeSelector,
    Reduction,
    RowSelector,
    TraceSelector,
)
from agents.domain.plans import Member, Plan, Question
from agents.domain.readings import (
    Change,
    LogLine,
    ProbeResult,
    Resource,
    Row,
    Series,
    Service,
    Span,
    Topology,
)
from agents.errors import InvalidCapture, NoSuchSource, UnknownIncident
from agents.gateway.gate import Gate, GatedTelemetry
from agents.gateway.ledger import Ledger
from agents.integrations.capture.reader import Capture, load_capture
from agents.integrations.capture.writer import write_capture
from agents.ports import Telemetry
from agents.testing.journal import InMemoryJournal, InMemoryRecording
from agents.testing.telemetry import InMemoryTelemetry

NOW = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)
AT = NOW - timedelta(minutes=5)
WINDOW = Window(start=NOW - timedelta(minutes=30), end=NOW)
CHECKOUT = EntityRef(kind="service", name="checkout")
POD = EntityRef(kind="pod", namespace="shop", name="checkout-1")
TOPOLOGY = Topology(services=(Service(name="checkout", depends_on=("pay",)), Service(name="pay")))
OBJECTS = {
    "pods": (POD, {"kind": "Pod", "metadata": {"name": "checkout-1", "namespace": "shop"}}),
    "pods.describe": (POD, {"text": "Name: checkout-1"}),
    "rds.db_instances": (
        EntityRef(kind="database", name="orders"),
        {"DBInstanceIdentifier": "orders", "DBInstanceStatus": "available"},
    ),
    "ec2.instances": (EntityRef(kind="instance", name="i-1"), {"InstanceId": "i-1"}),
    "cloudwatch.alarms": (EntityRef(kind="alarm", name="cpu"), {"AlarmName": "cpu"}),
    "monitors": (EntityRef(kind="monitor", name="queue"), {"name": "queue"}),
    "network.tools": (EntityRef(kind="tool", name="ss"), {"tool": "ss", "text": "Recv-Q 9"}),
}


def world() -> InMemoryTelemetry:
    """Return telemetry of every kind."""
    return InMemoryTelemetry(
        series=[
            Series(
                name="latency",
                entity=CHECKOUT,
                statistic="p99",
                unit="ms",
                labels={"az": "a", "unit": "seconds"} if labelled else {},
                times=(AT.timestamp(), AT.timestamp() + 60.5),
                values=(0.1, 2e9),
            )
            for labelled in (True, False)
        ],
        lines=[
            LogLine(timestamp=AT, entity=POD, message="timed out", level="error"),
            LogLine(timestamp=AT, entity=None, message="“quoted”\nsecond", attributes={"a": [1]}),
        ],
        spans=[
            Span(
                trace_id="t",
                span_id="s",
                service="checkout",
                operation="pay",
                start=AT,
                duration_ms=7.5,
            )
        ],
        resources={
            kind: [
                Resource(kind=kind, entity=entity, document=Document.model_validate({"body": body}))
            ]
            for kind, (entity, body) in OBJECTS.items()
        },
        made_changes=[Change(timestamp=AT, kind="deploy", entity=CHECKOUT, ref="v2")],
        probes={
            "dns:pay": ProbeResult(
                probe="dns",
                target="pay",
                at=AT,
                ok=False,
                error_kind="nxdomain",
                latency_ms=2.0,
                fields={"server": "10.0.0.1"},
            )
        },
        tables={"pg_locks": [Row(columns={"pid": 1, "granted": False})]},
    )


LISTING = Resource(
    kind="databases",
    entity=EntityRef(kind="database", name="orders"),
    document=Document(body={"instance": "orders", "views": ["pg_locks"]}),
)
"""What sources that have rows derive from them."""


def read_everything(telemetry: Telemetry, window: Window) -> list[object]:
    """Read one thing of every kind, in a form that compares."""
    return [
        sorted(
            (
                s.model_dump_json(exclude={"labels"})
                for s in telemetry.metrics(MetricSelector(name="latency"), window)
            ),
        ),
        telemetry.logs(LogSelector(), window),
        telemetry.traces(TraceSelector(), window),
        telemetry.changes(ChangeSelector(), window),
        telemetry.probe(ProbeSelector(probe="dns", target="pay")),
        telemetry.rows(RowSelector(instance="orders", view="pg_locks")),
        *(telemetry.objects(ObjectSelector(kind=kind)) for kind in OBJECTS),
    ]


def recorded(tmp_path: Path) -> Capture:
    """Run a small incident through the gateway, write it down, and open what was written."""
    journal, recording, ledger = InMemoryJournal(), InMemoryRecording(), Ledger()
    incident = Incident(
        title="Checkout is slow",
        severity=Severity.SEV1,
        declared_at=NOW,
        alert=Alert(
            source="pagerduty",
            title="Checkout is slow",
            severity=Severity.SEV1,
            started_at=AT,
            service="checkout",
            entities=(POD,),
            labels={"team": "pay"},
            external_id="Q1",
        ),
    )
    question = Question(
        specialist="kubernetes",
        text="what is wrong?",
        window=WINDOW,
        baseline=WINDOW.shifted(-3600),
        asked_at=NOW,
        deadline=NOW,
    )
    plan = Plan(version=1, reason="first", questions=(question,), topology=TOPOLOGY)
    telemetry = world()
    telemetry.resources["databases"] = [LISTING]
    gated = GatedTelemetry(
        telemetry,
        agent=Member(name="kubernetes", title="Kubernetes", sources=("*",)),
        gate=Gate(clock=lambda: NOW, recording=recording),
        ledger=ledger,
    )
    read_everything(gated, WINDOW)
    gated.objects(ObjectSelector(kind="databases"))
    gated.measure(Measure(selector=ObjectSelector(kind="pods"), reduce=Reduction.COUNT), WINDOW)
    with pytest.raises(NoSuchSource):
        gated.objects(ObjectSelector(kind="nodes"))
    journal.append(
        incident.id,
        [
            IncidentDeclared(incident=incident),
            PlanMade(plan=plan),
            ToolsCalled(calls=ledger.drain()),
        ],
        actor=Producer(name="commander"),
        at=NOW,
    )
    folder = tmp_path / "capture"
    write_capture(folder, incident.id, journal=journal, recording=recording)
    return load_capture(folder)


def test_what_was_read_is_read_again_from_the_capture(tmp_path: Path) -> None:
    """An incident of last night becomes a case that anybody can replay tomorrow."""
    capture = recorded(tmp_path)

    assert read_everything(capture.telemetry, capture.window) == read_everything(world(), WINDOW)


def test_labels_survive_even_where_they_are_called_like_a_column(tmp_path: Path) -> None:
    """A label that vanished would merge two series into one wrong one."""
    capture = recorded(tmp_path)

    series = capture.telemetry.metrics(MetricSelector(name="latency"), capture.window)

    assert sorted(dict(one.labels).items() for one in series) == [
        dict[str, str]().items(),
        {"az": "a", "label_unit": "seconds"}.items(),
    ]


def test_the_alert_the_topology_and_the_gaps_come_along(tmp_path: Path) -> None:
    """Without the question the answer cannot be judged."""
    capture = recorded(tmp_path)

    assert (capture.alert.title, capture.alert.severity) == ("Checkout is slow", Severity.SEV1)
    assert (capture.alert.source, capture.alert.external_id) == ("pagerduty", "Q1")
    assert (capture.alert.started_at, capture.alert.service) == (AT, "checkout")
    assert POD in capture.alert.entities
    assert (capture.now, capture.window) == (NOW, WINDOW)
    assert capture.topology == TOPOLOGY
    with pytest.raises(NoSuchSource, match="no such source: objects:nodes"):
        capture.telemetry.objects(ObjectSelector(kind="nodes"))
    assert not [notice for notice in capture.notices if "unknown" in notice]
    assert capture.telemetry.objects(ObjectSelector(kind="databases")) == (LISTING,)


def test_an_unknown_incident_is_named(tmp_path: Path) -> None:
    """A typing error must not write an empty capture."""
    with pytest.raises(UnknownIncident, match="incident_nope"):
        write_capture(
            tmp_path / "capture",
            "incident_nope",
            journal=InMemoryJournal(),
            recording=InMemoryRecording(),
        )

    assert not (tmp_path / "capture").exists()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    """Two incidents in one capture would be neither."""
    recorded(tmp_path)

    with pytest.raises(InvalidCapture, match="is not empty"):
        recorded(tmp_path)
