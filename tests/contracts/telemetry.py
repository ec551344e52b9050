"""What every source of telemetry promises, whatever is behind it.

An adapter's tests take one `Case` and run each function of this module on it; `test_telemetry.py`
does so for the sources that need nothing but this process.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from agents.domain.base import EntityRef, Window
from agents.domain.measures import (
    ChangeSelector,
    LogSelector,
    Measure,
    MetricSelector,
    ObjectSelector,
    ProbeSelector,
    Reduction,
    RowSelector,
    Selector,
    TraceSelector,
)
from agents.errors import NoSuchSource
from agents.ports import Telemetry
from agents.telemetry import covers

NOW = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)
WINDOW = Window(start=NOW - timedelta(minutes=30), end=NOW)
LONG_AGO = WINDOW.shifted(-86_400)

POD = EntityRef(kind="pod", namespace="shop", name="checkout-1")


@dataclass(frozen=True, slots=True)
class Case:
    """A source of telemetry, and one question to it of every kind that it answers."""

    telemetry: Telemetry
    metrics: MetricSelector | None = None
    """Has samples in `WINDOW` and none a day before."""
    logs: LogSelector | None = None
    """Has lines in `WINDOW` and none a day before."""
    traces: TraceSelector | None = None
    """Has spans in `WINDOW` and none a day before."""
    objects: ObjectSelector | None = None
    """Finds objects."""
    changes: ChangeSelector | None = None
    """Has changes in `WINDOW` and none a day before."""
    probe: ProbeSelector | None = None
    rows: RowSelector | None = None
    """Finds rows."""
    has_topology: bool = False


def names_every_source_that_it_answers(case: Case) -> None:
    """A check that needs a source runs only where the source is named."""
    selectors = (
        *(case.metrics, case.logs, case.traces, case.objects, case.changes),
        *(case.probe, case.rows),
    )
    sources = case.telemetry.sources()

    for selector in selectors:
        assert selector is None or covers(sources, selector.source)
    assert covers(sources, "topology") is case.has_topology


def refuses_what_is_not_there(case: Case) -> None:
    """An empty answer from a source that is not there would pass for health."""
    telemetry, sources = case.telemetry, case.telemetry.sources()
    readings: dict[str, Callable[[], object]] = {
        "metrics": lambda: telemetry.metrics(MetricSelector(name="no_such"), WINDOW),
        "logs": lambda: telemetry.logs(LogSelector(), WINDOW),
        "traces": lambda: telemetry.traces(TraceSelector(), WINDOW),
        "objects:no_such": lambda: telemetry.objects(ObjectSelector(kind="no_such")),
        "changes": lambda: telemetry.changes(ChangeSelector(), WINDOW),
        "rows:no_such": lambda: telemetry.rows(RowSelector(instance="no", view="no_such")),
        "topology": telemetry.topology,
    }

    for source, read in readings.items():
        if not covers(sources, source):
            with pytest.raises(NoSuchSource):
                read()


def keeps_to_the_window(case: Case) -> None:
    """What happened yesterday is history, not cause."""
    telemetry = case.telemetry

    if case.metrics:
        assert any(one.values for one in telemetry.metrics(case.metrics, WINDOW))
        assert not any(one.values for one in telemetry.metrics(case.metrics, LONG_AGO))
    if case.logs:
        assert telemetry.logs(case.logs, WINDOW)
        assert telemetry.logs(case.logs, LONG_AGO) == ()
    if case.traces:
        assert telemetry.traces(case.traces, WINDOW)
        assert telemetry.traces(case.traces, LONG_AGO) == ()
    if case.changes:
        assert telemetry.changes(case.changes, WINDOW)
        assert telemetry.changes(case.changes, LONG_AGO) == ()


def gives_the_oldest_first(case: Case) -> None:
    """The first error after the deploy is found by looking at the first."""
    telemetry = case.telemetry

    if case.metrics:
        for one in telemetry.metrics(case.metrics, WINDOW):
            assert list(one.times) == sorted(one.times)
    if case.logs:
        stamps = [line.timestamp for line in telemetry.logs(case.logs, WINDOW)]
        assert stamps == sorted(stamps)


def measures_what_it_reads(case: Case) -> None:
    """The verifier's path and the specialists' must agree on what is there."""
    telemetry = case.telemetry

    if case.logs:
        _counts(case, case.logs, len(telemetry.logs(case.logs, WINDOW)))
    if case.objects:
        _counts(case, case.objects, len(telemetry.objects(case.objects)))
    if case.rows:
        _counts(case, case.rows, len(telemetry.rows(case.rows)))


def _counts(case: Case, selector: Selector, expected: int) -> None:
    measure = Measure(selector=selector, reduce=Reduction.COUNT)
    measured = case.telemetry.measure(measure, WINDOW)

    assert measured.value == expected
    assert measured.read_path


def measures_absence_as_no_samples(case: Case) -> None:
    """Nothing read must look like nothing read, so that a control query can tell why."""
    if case.objects:
        gone = case.objects.model_copy(update={"name": "no-such-object", "path": "status"})
        measured = case.telemetry.measure(Measure(selector=gone, reduce=Reduction.FIRST), WINDOW)

        assert (measured.value, measured.samples) == (None, 0)


PROMISES: tuple[Callable[[Case], None], ...] = (
    names_every_source_that_it_answers,
    refuses_what_is_not_there,
    keeps_to_the_window,
    gives_the_oldest_first,
    measures_what_it_reads,
    measures_absence_as_no_samples,
)
