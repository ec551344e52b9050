"""Telemetry as one agent may see it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeVar

from pydantic import TypeAdapter
from typing_extensions import override

from agents.domain.base import Value, Window
from agents.domain.measures import (
    ChangeSelector,
    LogSelector,
    Measure,
    Measurement,
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
    Span,
    Topology,
)
from agents.errors import ScopeViolation
from agents.gateway.cache import ReadCache
from agents.gateway.calls import Call, Passed, Query
from agents.gateway.capping import Caps, clean, count
from agents.gateway.ledger import Ledger
from agents.gateway.limiting import SourceLimiter
from agents.ports import Clock, Recording, Telemetry
from agents.telemetry import covers

_Reading = TypeVar("_Reading")

_SERIES: Final = TypeAdapter(tuple[Series, ...])
_LINES: Final = TypeAdapter(tuple[LogLine, ...])
_SPANS: Final = TypeAdapter(tuple[Span, ...])
_RESOURCES: Final = TypeAdapter(tuple[Resource, ...])
_CHANGES: Final = TypeAdapter(tuple[Change, ...])
_ROWS: Final = TypeAdapter(tuple[Row, ...])
_PROBE: Final = TypeAdapter(ProbeResult)
_TOPOLOGY: Final = TypeAdapter(Topology)
_MEASUREMENT: Final = TypeAdapter(Measurement)


@dataclass(frozen=True, slots=True)
class Gate:
    """What all agents of a process pass: its limits, and where its readings are kept."""

    clock: Clock
    caps: Caps = field(default_factory=Caps)
    limiter: SourceLimiter | None = None
    cache: ReadCache | None = None
    cache_seconds: float = 15.0
    recording: Recording | None = None
    """Keeps what was returned, for the audit, for replay and for captures."""


class _Kept(Value):
    """A reading in the cache, with what the ledger says of it."""

    passed: Passed
    text: str


class GatedTelemetry(Telemetry):
    """Lets one agent read what is in its scope, politely, without secrets, and on the record."""

    def __init__(self, inner: Telemetry, *, agent: Member, gate: Gate, ledger: Ledger) -> None:
        """Stand before `inner` for one member of the roster."""
        self._inner = inner
        self._agent = agent
        self._gate = gate
        self._ledger = ledger

    @override
    def sources(self) -> frozenset[str]:
        """Name what there is within the agent's scope."""
        found = self._inner.sources()
        return frozenset(source for source in found if covers(self._agent.sources, source))

    @override
    def metrics(self, selector: MetricSelector, window: Window) -> tuple[Series, ...]:
        """Return the matching time series."""
        query = Query(selector=selector, window=window)
        return self._read(query, _SERIES, lambda: self._inner.metrics(selector, window))

    @override
    def logs(self, selector: LogSelector, window: Window) -> tuple[LogLine, ...]:
        """Return the matching log lines."""
        query = Query(selector=selector, window=window)
        return self._read(query, _LINES, lambda: self._inner.logs(selector, window))

    @override
    def traces(self, selector: TraceSelector, window: Window) -> tuple[Span, ...]:
        """Return the matching spans."""
        query = Query(selector=selector, window=window)
        return self._read(query, _SPANS, lambda: self._inner.traces(selector, window))

    @override
    def objects(self, selector: ObjectSelector) -> tuple[Resource, ...]:
        """Return the matching objects."""
        query = Query(selector=selector)
        return self._read(query, _RESOURCES, lambda: self._inner.objects(selector))

    @override
    def topology(self) -> Topology:
        """Return who depends on whom."""
        return self._read(Query(), _TOPOLOGY, self._inner.topology)

    @override
    def changes(self, selector: ChangeSelector, window: Window) -> tuple[Change, ...]:
        """Return the matching changes."""
        query = Query(selector=selector, window=window)
        return self._read(query, _CHANGES, lambda: self._inner.changes(selector, window))

    @override
    def probe(self, selector: ProbeSelector) -> ProbeResult:
        """Probe a target, or return what was seen a moment ago."""
        return self._read(Query(selector=selector), _PROBE, lambda: self._inner.probe(selector))

    @override
    def rows(self, selector: RowSelector) -> tuple[Row, ...]:
        """Return the matching rows."""
        return self._read(Query(selector=selector), _ROWS, lambda: self._inner.rows(selector))

    @override
    def measure(self, measure: Measure, window: Window) -> Measurement:
        """Evaluate a measure afresh; the cache is never asked and never filled."""
        query = Query(measure=measure, window=window)
        with self._call(query) as call:
            for part in _parts(measure):
                self._check_scope(part.selector.source)
                self._limit(part.selector.source)
            measured, call.passed, _ = self._pass(
                self._inner.measure(measure, window), _MEASUREMENT
            )
            return measured

    def _call(self, query: Query) -> Call:
        return Call(self._agent.name, query, self._gate.clock, self._ledger)

    def _read(
        self, query: Query, adapter: TypeAdapter[_Reading], fetch: Callable[[], _Reading]
    ) -> _Reading:
        cache = self._gate.cache
        with self._call(query) as call:
            self._check_scope(query.source)
            if cache is not None and (text := cache.get(query.key)) is not None:
                kept = _Kept.model_validate_json(text)
                call.passed = kept.passed.model_copy(update={"cached": True})
                return adapter.validate_json(kept.text)
            self._limit(query.source)
            reading, call.passed, text = self._pass(fetch(), adapter)
            if cache is not None:
                entry = _Kept(passed=call.passed, text=text).model_dump_json()
                cache.put(query.key, entry, seconds=self._gate.cache_seconds)
            return reading

    def _pass(
        self, reading: _Reading, adapter: TypeAdapter[_Reading]
    ) -> tuple[_Reading, Passed, str]:
        """Clean a reading and keep it; the text is empty when nobody keeps it."""
        gate = self._gate
        cleaned, notices = clean(reading, gate.caps)
        is_kept = gate.recording is not None or gate.cache is not None
        text = adapter.dump_json(cleaned).decode() if is_kept else ""
        digest = gate.recording.keep(text) if gate.recording is not None else ""
        return cleaned, Passed(items=count(cleaned), digest=digest, notices=notices), text

    def _check_scope(self, source: str) -> None:
        if not covers(self._agent.sources, source):
            raise ScopeViolation(
                f"{self._agent.name} may not read {source}",
                remedy=f"ask a specialist whose scope has it, or add {source} to its sources",
            )

    def _limit(self, source: str) -> None:
        if self._gate.limiter is not None:
            self._gate.limiter.admit(source)


def _parts(measure: Measure) -> Iterator[Measure]:
    """Yield a measure and what it is divided by."""
    part: Measure | None = measure
    while part is not None:
        yield part
        part = part.divided_by
