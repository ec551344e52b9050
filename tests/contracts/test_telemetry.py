"""The telemetry contract, on the double, on captures, on files, and through the gateway."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from agents.domain.document import Document
from agents.domain.measures import (
    ChangeSelector,
    LogSelector,
    MetricSelector,
    ObjectSelector,
    ProbeSelector,
    RowSelector,
    TraceSelector,
)
from agents.domain.plans import Member
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
from agents.gateway.cache import MemoryReadCache
from agents.gateway.gate import Gate, GatedTelemetry
from agents.gateway.ledger import Ledger
from agents.integrations.capture.reader import load_capture
from agents.integrations.files.telemetry import FileTelemetry, WatchedFiles
from agents.ports import Telemetry
from agents.telemetry import FederatedTelemetry
from agents.testing.telemetry import InMemoryTelemetry
from tests.agents.integrations.capture.folders import capture
from tests.contracts.telemetry import NOW, POD, PROMISES, Case

AT = NOW - timedelta(minutes=5)
EARLIER = AT - timedelta(minutes=5)
STAMP, EARLIER_STAMP = AT.isoformat(), EARLIER.isoformat()
LOG = '{{"timestamp": "{}", "entity": "pod/shop/checkout-1", "message": "{}"}}\n'
LOGS = LOG.format(STAMP, "late") + LOG.format(EARLIER_STAMP, "early")
SPANS = (
    '{"trace_id": "t", "span_id": "s", "service": "checkout", "operation": "pay",'
    f' "start": "{STAMP}", "duration_ms": 5}}\n'
)
CHANGES = f'{{"timestamp": "{STAMP}", "kind": "deploy", "entity": "checkout", "ref": "v2"}}\n'
TOPOLOGY = "services: {checkout: {}}\n"


def answering(telemetry: Telemetry) -> Case:
    """Return a case that asks everything."""
    return Case(
        telemetry=telemetry,
        metrics=MetricSelector(name="latency"),
        logs=LogSelector(entity=POD),
        traces=TraceSelector(service="checkout"),
        objects=ObjectSelector(kind="pods", namespace="shop"),
        changes=ChangeSelector(kind="deploy"),
        probe=ProbeSelector(probe="dns", target="pay"),
        rows=RowSelector(instance="orders", view="pg_locks"),
        has_topology=True,
    )


def in_memory() -> InMemoryTelemetry:
    """Return the double with one thing of every kind."""
    body = {"metadata": {"name": "checkout-1", "namespace": "shop"}}
    pod = Resource(kind="pods", entity=POD, document=Document.model_validate({"body": body}))
    return InMemoryTelemetry(
        series=[
            Series(name="latency", times=(EARLIER.timestamp(), AT.timestamp()), values=(1.0, 2.0))
        ],
        lines=[
            LogLine(timestamp=EARLIER, entity=POD, message="early"),
            LogLine(timestamp=AT, entity=POD, message="late"),
        ],
        spans=[
            Span(
                trace_id="t",
                span_id="s",
                service="checkout",
                operation="pay",
                start=AT,
                duration_ms=5.0,
            )
        ],
        resources={"pods": [pod]},
        services=Topology(services=(Service(name="checkout"),)),
        made_changes=[Change(timestamp=AT, kind="deploy", entity=POD, ref="v2")],
        probes={"dns:pay": ProbeResult(probe="dns", target="pay", at=AT, ok=True)},
        tables={"pg_locks": [Row(columns={"pid": 1})]},
    )


def the_double(folder: Path) -> Case:
    """Ask the double."""
    return answering(in_memory())


def nothing_at_all(folder: Path) -> Case:
    """Ask a double that has nothing."""
    return Case(telemetry=InMemoryTelemetry())


def a_federation(folder: Path) -> Case:
    """Ask two sources as one."""
    return answering(FederatedTelemetry([InMemoryTelemetry(), in_memory()]))


def a_capture(folder: Path) -> Case:
    """Ask recorded files."""
    files: dict[str, object] = {
        "metrics/shop.csv": (
            "timestamp,entity,metric,statistic,unit,value\n"
            f"{STAMP},checkout,latency,,s,2\n{EARLIER_STAMP},checkout,latency,,s,1\n"
        ),
        "logs/app.jsonl": LOGS,
        "traces/t.jsonl": SPANS,
        "changes.jsonl": CHANGES,
        "topology.yaml": TOPOLOGY,
        "kubernetes/pods.json": [
            {"kind": "Pod", "metadata": {"name": "checkout-1", "namespace": "shop"}}
        ],
        "network/dns.json": [{"probe": "dns", "target": "pay", "at": STAMP, "ok": True}],
        "database/orders/pg_locks.json": [{"pid": 1}],
    }
    return answering(load_capture(capture(folder, files)).telemetry)


def an_empty_capture(folder: Path) -> Case:
    """Ask a capture in which nothing was recorded."""
    return Case(telemetry=load_capture(capture(folder)).telemetry)


def files(folder: Path) -> Case:
    """Ask files that grow."""
    for name, text in (("app.jsonl", LOGS), ("spans.ndjson", SPANS), ("changes.log", CHANGES)):
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "topology.yaml").write_text(TOPOLOGY, encoding="utf-8")
    watched = WatchedFiles(
        logs=(str(folder / "*.jsonl"),),
        traces=(str(folder / "*.ndjson"),),
        changes=folder / "changes.log",
        topology=folder / "topology.yaml",
    )
    return Case(
        telemetry=FileTelemetry(watched),
        logs=LogSelector(entity=POD),
        traces=TraceSelector(service="checkout"),
        changes=ChangeSelector(kind="deploy"),
        has_topology=True,
    )


def the_gateway(folder: Path) -> Case:
    """Ask through the gateway, with a cache."""
    gate = Gate(clock=lambda: NOW, cache=MemoryReadCache(lambda: NOW))
    member = Member(name="all", title="All", sources=("*",))
    gated = GatedTelemetry(in_memory(), agent=member, gate=gate, ledger=Ledger())
    return answering(gated)


@pytest.mark.contract
@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
@pytest.mark.parametrize(
    "case_in",
    [the_double, nothing_at_all, a_federation, a_capture, an_empty_capture, files, the_gateway],
    ids=lambda case_in: case_in.__name__,
)
def test_every_source_keeps_the_promise(
    case_in: Callable[[Path], Case], promise: Callable[[Case], None], tmp_path: Path
) -> None:
    """Specialists are written once, for every source that there will ever be."""
    promise(case_in(tmp_path))
