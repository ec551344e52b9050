"""The same half hour of metrics, put into each kind of source."""

import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agents.correlation.entities import entities_from_labels
from agents.domain.readings import Series
from agents.testing.telemetry import InMemoryTelemetry
from jobs.gameday.metrics.samples import Sample, SampleStore, labels_of

BEGINNING = 1_750_000_000
END = BEGINNING + 1800
STEP = 15
ODD_ROUTE = 'a "quoted" \\ route'
SCALE = (("0.1", 60), ("0.5", 90), ("+Inf", 100))
"""Buckets of the histogram, with how much each grows per sample."""


@dataclass(frozen=True)
class Recorded:
    """One series."""

    name: str
    labels: Mapping[str, str]
    points: tuple[tuple[int, float], ...]


def everything() -> Iterator[Recorded]:
    """Yield requests, failures that begin half way, a gauge, a histogram and an odd label."""
    times = range(BEGINNING, END + 1, STEP)
    service = {"service": "checkout", "namespace": "shop"}
    answered = tuple((at, 10.0 * i) for i, at in enumerate(times))
    failed = tuple((at, 5.0 * max(0, i - 60)) for i, at in enumerate(times))
    depth = tuple((at, float(i % 10)) for i, at in enumerate(times))
    yield Recorded("http_requests_total", {**service, "code": "200"}, answered)
    yield Recorded("http_requests_total", {**service, "code": "503"}, failed)
    yield Recorded("http_requests_total", {**service, "code": "504"}, failed)
    yield Recorded("queue_depth", {"pod": "checkout-1", "namespace": "shop"}, depth)
    yield Recorded("queue_depth", {"pod": "checkout-2", "namespace": "shop"}, depth)
    yield Recorded("routed_total", {"service": "gateway", "route": ODD_ROUTE}, answered)
    for bound, grows in SCALE:
        counted = tuple((at, float(grows * i)) for i, at in enumerate(times))
        yield Recorded("answer_seconds_bucket", {**service, "le": bound}, counted)


def in_memory() -> InMemoryTelemetry:
    """Put it into the double."""
    return InMemoryTelemetry(series=[_series(one) for one in everything()])


def _series(one: Recorded) -> Series:
    return Series(
        name=one.name,
        entity=next(iter(entities_from_labels(one.labels)), None),
        labels=one.labels,
        times=tuple(float(at) for at, _ in one.points),
        values=tuple(value for _, value in one.points),
    )


def in_a_store() -> SampleStore:
    """Put it into the store of the game day's recorder."""
    store = SampleStore()
    for one in everything():
        for at, value in one.points:
            store.append(labels_of(one.labels, one.name), Sample(float(at), value))
    return store


def into_blocks(promtool: str, directory: Path) -> None:
    """Write it as blocks that a Prometheus serves from its data directory."""
    text = directory / "recorded.txt"
    text.write_text(_openmetrics())
    made = subprocess.run(
        [promtool, "tsdb", "create-blocks-from", "openmetrics", str(text), str(directory / "data")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr


def _openmetrics() -> str:
    lines: list[str] = []
    for one in everything():
        labels = ",".join(f'{key}="{_escaped(value)}"' for key, value in one.labels.items())
        lines.extend(f"{one.name}{{{labels}}} {value} {at}" for at, value in one.points)
    return "\n".join([*lines, "# EOF", ""])


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
