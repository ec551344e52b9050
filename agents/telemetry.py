"""Ground for telemetry adapters: absence by default, federation, measuring by reading."""

from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from typing import TypeVar

from agents.domain.base import Scalar, Window
from agents.domain.measures import (
    ChangeSelector,
    LogSelector,
    Measure,
    Measurement,
    MetricSelector,
    ObjectSelector,
    ProbeSelector,
    RowSelector,
    Selector,
    TraceSelector,
)
from agents.domain.readings import (
    Change,
    LogLine,
    ProbeResult,
    Resource,
    Row,
    Series,
    Span,
    Topology,
)
from agents.domain.reduction import ratio, reduce_scalars, reduce_series
from agents.errors import CannotMeasure, NoSuchSource, WarroomError
from agents.ports import Telemetry

_EXCERPT_ITEMS = 3
ItemT = TypeVar("ItemT")
_EXCERPT_CHARACTERS = 400


class AbsentTelemetry:
    """A source that has nothing; adapters extend it with what they do have."""

    def sources(self) -> frozenset[str]:
        """Name what can be read."""
        return frozenset()

    def metrics(self, selector: MetricSelector, window: Window) -> tuple[Series, ...]:
        """Refuse: there are no metrics."""
        del window
        raise _absent(selector)

    def logs(self, selector: LogSelector, window: Window) -> tuple[LogLine, ...]:
        """Refuse: there are no logs."""
        del window
        raise _absent(selector)

    def traces(self, selector: TraceSelector, window: Window) -> tuple[Span, ...]:
        """Refuse: there are no traces."""
        del window
        raise _absent(selector)

    def objects(self, selector: ObjectSelector) -> tuple[Resource, ...]:
        """Refuse: there are no such objects."""
        raise _absent(selector)

    def topology(self) -> Topology:
        """Refuse: there is no topology."""
        raise NoSuchSource("there is no topology here", remedy="describe services in topology.yaml")

    def changes(self, selector: ChangeSelector, window: Window) -> tuple[Change, ...]:
        """Refuse: there is no record of changes."""
        del window
        raise _absent(selector)

    def probe(self, selector: ProbeSelector) -> ProbeResult:
        """Refuse: nothing can be probed."""
        raise _absent(selector)

    def rows(self, selector: RowSelector) -> tuple[Row, ...]:
        """Refuse: there is no database."""
        raise _absent(selector)

    def measure(self, measure: Measure, window: Window) -> Measurement:
        """Measure by reading afresh."""
        return measure_by_reading(self, measure, window, type(self).__name__)


def _absent(selector: Selector) -> NoSuchSource:
    return NoSuchSource(
        f"no such source: {selector.source}",
        remedy=f"connect a source for {selector.source}",
    )


def covers(sources: Iterable[str], wanted: str) -> bool:
    """Tell whether some sources (names or globs) include the wanted one."""
    return any(fnmatchcase(wanted, source) for source in sources)


class FederatedTelemetry(AbsentTelemetry):
    """Many sources behind one door: each question goes to every source that can answer it."""

    def __init__(self, members: Sequence[Telemetry]) -> None:
        """Keep the members in order; the first one that covers a measure evaluates it."""
        self._members = tuple(members)

    def sources(self) -> frozenset[str]:
        """Name what any member can read."""
        return frozenset(name for member in self._members for name in member.sources())

    def _each(
        self, selector: Selector, read: Callable[[Telemetry], tuple[ItemT, ...]]
    ) -> list[ItemT]:
        """Read from every member that can; one that cannot tell this does not silence the others.

        Raises:
            WarroomError: no member could, or one that should have known did not answer.
        """
        found: list[ItemT] = []
        refusals: list[WarroomError] = []
        able = self._able(selector)
        for member in able:
            try:
                found.extend(read(member))
            except (NoSuchSource, CannotMeasure) as refusal:
                refusals.append(refusal)
        if len(refusals) == len(able):
            raise refusals[0]
        return found

    def _able(self, selector: Selector) -> tuple[Telemetry, ...]:
        able = tuple(m for m in self._members if covers(m.sources(), selector.source))
        if not able:
            raise _absent(selector)
        return able

    def metrics(self, selector: MetricSelector, window: Window) -> tuple[Series, ...]:
        """Return the series of every member."""
        return tuple(self._each(selector, lambda member: member.metrics(selector, window)))

    def logs(self, selector: LogSelector, window: Window) -> tuple[LogLine, ...]:
        """Return the lines of every member, oldest first."""
        lines = self._each(selector, lambda member: member.logs(selector, window))
        return tuple(sorted(lines, key=lambda line: line.timestamp))

    def traces(self, selector: TraceSelector, window: Window) -> tuple[Span, ...]:
        """Return the spans of every member, oldest first."""
        spans = self._each(selector, lambda member: member.traces(selector, window))
        return tuple(sorted(spans, key=lambda span: span.start))

    def objects(self, selector: ObjectSelector) -> tuple[Resource, ...]:
        """Return the objects of every member."""
        return tuple(self._each(selector, lambda member: member.objects(selector)))

    def topology(self) -> Topology:
        """Return the services of every member."""
        able = [m for m in self._members if covers(m.sources(), "topology")]
        if not able:
            return super().topology()
        return Topology(services=tuple(s for m in able for s in m.topology().services))

    def changes(self, selector: ChangeSelector, window: Window) -> tuple[Change, ...]:
        """Return the changes of every member, oldest first."""
        found = self._each(selector, lambda member: member.changes(selector, window))
        return tuple(sorted(found, key=lambda change: change.timestamp))

    def probe(self, selector: ProbeSelector) -> ProbeResult:
        """Probe from the first member that can."""
        return self._able(selector)[0].probe(selector)

    def rows(self, selector: RowSelector) -> tuple[Row, ...]:
        """Return the rows of the members that know the instance."""
        return tuple(self._each(selector, lambda member: member.rows(selector)))

    def measure(self, measure: Measure, window: Window) -> Measurement:
        """Evaluate at the first member that covers the measure and has samples."""
        empty: list[Measurement] = []
        refusals: list[WarroomError] = []
        for member in self._able(measure.selector):
            try:
                measured = member.measure(measure, window)
            except (NoSuchSource, CannotMeasure) as refusal:
                refusals.append(refusal)
                continue
            if measured.samples:
                return measured
            empty.append(measured)
        if not empty:
            raise refusals[0]
        return empty[0]


def measure_by_reading(
    telemetry: Telemetry, measure: Measure, window: Window, read_path: str
) -> Measurement:
    """Evaluate a measure with the readers and plain arithmetic.

    For sources that cannot evaluate it themselves. `read_path` names the source in the result.

    Raises:
        NoSuchSource: the selector's source is not there.
    """
    shifted = window.shifted(-measure.shifted_back_seconds)
    value, samples, excerpt = _reduced(telemetry, measure, shifted)
    measurement = Measurement(
        value=value,
        samples=samples,
        read_path=f"{read_path}:{measure.selector.source}",
        excerpt=excerpt[:_EXCERPT_CHARACTERS],
    )
    if measure.divided_by is None:
        return measurement
    below = telemetry.measure(measure.divided_by, window)
    return ratio(measurement, below)


def _reduced(telemetry: Telemetry, measure: Measure, window: Window) -> tuple[Scalar, int, str]:
    selector = measure.selector
    if isinstance(selector, MetricSelector):
        series = telemetry.metrics(selector, window)
        samples = sum(len(one.values) for one in series)
        return reduce_series(series, measure.reduce), samples, _series_excerpt(series)
    values, excerpts = _values(telemetry, selector, window)
    return reduce_scalars(values, measure.reduce), len(values), "\n".join(excerpts[:_EXCERPT_ITEMS])


def _values(
    telemetry: Telemetry, selector: Selector, window: Window
) -> tuple[list[Scalar], list[str]]:
    match selector:
        case LogSelector():
            lines = telemetry.logs(selector, window)
            return [line.message for line in lines], [line.message for line in lines]
        case TraceSelector():
            spans = telemetry.traces(selector, window)
            by_field = [getattr(span, selector.field) for span in spans]
            return by_field, [f"{s.service} {s.operation} {s.duration_ms} ms" for s in spans]
        case ObjectSelector():
            found = telemetry.objects(selector)
            values = [resource.document.scalar(selector.path) for resource in found]
            names = [resource.entity.key for resource in found]
            return values, [f"{name}: {value}" for name, value in zip(names, values, strict=True)]
        case ChangeSelector():
            changes = telemetry.changes(selector, window)
            return [c.ref for c in changes], [f"{c.kind} {c.ref} {c.summary}" for c in changes]
        case ProbeSelector():
            result = telemetry.probe(selector)
            return [result.value(selector.field)], [f"{result.target}: {result.error_kind or 'ok'}"]
        case RowSelector():
            rows = telemetry.rows(selector)
            if selector.column == "*":
                return [True for _ in rows], [str(dict(row.columns)) for row in rows]
            values = [row.value(selector.column) for row in rows]
            return values, [str(dict(row.columns)) for row in rows]
        case MetricSelector():
            message = "metrics are reduced as series"
            raise AssertionError(message)


def _series_excerpt(series: Sequence[Series]) -> str:
    shown = [
        f"{one.name}{dict(one.labels) or ''}: last {one.values[-1]:g}"
        for one in series[:_EXCERPT_ITEMS]
        if one.values
    ]
    return "\n".join(shown)
