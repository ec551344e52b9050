"""What was measured around a snapshot: recorded columns, or what the alerts quote of them."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from agents.domain.document import Document
from agents.integrations.benchmarks.cloudopsbench.snapshot import Snapshot

Row = tuple[str, str, str, str, str, str]
"""Timestamp, entity, metric, statistic, unit, value."""

_UNITS = {"cpu": "cores", "mem": "bytes", "success_rate": "ratio", "rps": "per_second"}
_CALLED = {"cpu_cfs": "cpu_throttled_seconds", "tcp_retans": "tcp_retransmits"}
"""Columns that are called otherwise elsewhere."""
_QUOTED = tuple(
    (metric, re.compile(pattern))
    for metric, pattern in (
        ("{0}", r"(p\d+latency): Normal=(?P<before>[\d.]+)ms -> Current=(?P<now>[\d.]+)ms"),
        ("rps", r"\[RPS\]() \| Normal=(?P<before>[\d.]+)req/s -> Current=(?P<now>[\d.]+)"),
        (
            "tcp_retransmits",
            r"Retransmission\]() \| Normal=(?P<before>[\d.]+)retrans -> Current=(?P<now>[\d.]+)",
        ),
        ("cpu", r"\[cpu core\]() \| Normal=(?P<before>[\d.]+) cores -> Current=(?P<now>[\d.]+)"),
        ("cpu_throttled_seconds", r"\[cpu_cfs\]() \| Val: (?P<before>)(?P<now>[\d.]+)s"),
    )
)
_BEFORE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class QuotedAlert:
    """One alert of the monitoring, with what it quotes of the measurements."""

    kind: str
    """`Service` or `Node`."""
    name: str
    time_range: str
    evidence: tuple[str, ...]


def alerts_in(snapshot: Snapshot) -> Iterator[QuotedAlert]:
    """Yield the alerts of the monitoring."""
    for one in snapshot.of("GetAlerts"):
        answer = Document(body=json.loads(one.text or "{}"))
        for alert in answer.items("alerts"):
            yield QuotedAlert(
                kind=alert.text("type") or "",
                name=alert.text("name") or "",
                time_range=alert.text("time_range") or "",
                evidence=alert.texts("evidence"),
            )


def alerting_since(snapshot: Snapshot) -> datetime:
    """Return when the first alert began; the snapshot's own time where there is none."""
    spans = (_span(one, snapshot) for one in alerts_in(snapshot))
    starts = [span[0] for span in spans if span]
    return min([*starts, snapshot.taken_at])


def _span(alert: QuotedAlert, snapshot: Snapshot) -> tuple[datetime, datetime] | None:
    start, _, end = alert.time_range.partition(" ~ ")
    zone = snapshot.taken_at.tzinfo
    try:
        return (
            datetime.fromisoformat(start).replace(tzinfo=zone),
            datetime.fromisoformat(end).replace(tzinfo=zone),
        )
    except ValueError:
        return None


def samples(snapshot: Snapshot) -> Iterator[Row]:
    """Yield what was measured, in tidy rows."""
    recorded = snapshot.raw("metrics.csv")
    if recorded:
        yield from _recorded(recorded, snapshot)
    else:
        for alert in alerts_in(snapshot):
            yield from _quoted(alert, snapshot)


def _recorded(text: str, snapshot: Snapshot) -> Iterator[Row]:
    """Yield the columns `<service or node>-<metric>` of a recording."""
    zone = snapshot.taken_at.strftime("%z")
    for row in csv.DictReader(io.StringIO(text)):
        at = str(row.get("time") or "").replace(" ", "T")
        for column, value in row.items():
            name, dash, metric = column.rpartition("-")
            if dash and at:
                called, unit = _CALLED.get(metric, metric), _UNITS.get(metric, "")
                yield f"{at}{zone}", _entity(name, snapshot), called, "avg", unit, value


def _entity(name: str, snapshot: Snapshot) -> str:
    if name in snapshot.nodes:
        return f"node/{name}"
    return f"service/{snapshot.namespace}/{name}"


def _quoted(alert: QuotedAlert, snapshot: Snapshot) -> Iterator[Row]:
    """Yield what an alert quotes: the normal value before its span, the current one within."""
    span = _span(alert, snapshot)
    if span is None:
        return
    for quote in alert.evidence:
        for metric, pattern in _QUOTED:
            for found in pattern.finditer(quote):
                name, entity = metric.format(found[1]), _entity(alert.name, snapshot)
                before = found["before"] or "0"
                yield (span[0] - _BEFORE).isoformat(), entity, name, "avg", "", before
                yield from ((at.isoformat(), entity, name, "avg", "", found["now"]) for at in span)
