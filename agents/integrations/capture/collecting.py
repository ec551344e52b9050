"""Gathering what the tools of an incident returned, from its audit trail and its recording."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from agents.domain.base import Value
from agents.domain.learning import ToolCall
from agents.domain.measures import (
    ChangeSelector,
    LogSelector,
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
from agents.gateway.calls import Query
from agents.ports import Recording

_SERIES = TypeAdapter(tuple[Series, ...])
_LINES = TypeAdapter(tuple[LogLine, ...])
_SPANS = TypeAdapter(tuple[Span, ...])
_RESOURCES = TypeAdapter(tuple[Resource, ...])
_CHANGES = TypeAdapter(tuple[Change, ...])
_ROWS = TypeAdapter(tuple[Row, ...])


@dataclass
class Samples:
    """One time series, put together from several readings."""

    about: Series
    by_time: dict[float, float] = field(default_factory=dict[float, float])


@dataclass
class Collected:
    """The distinct readings of an incident, each under what identifies it.

    Of an object, a probe or a row's view the latest reading counts: they are read as they are now.
    """

    samples: dict[str, Samples] = field(default_factory=dict[str, Samples])
    lines: dict[str, LogLine] = field(default_factory=dict[str, LogLine])
    spans: dict[str, Span] = field(default_factory=dict[str, Span])
    changes: dict[str, Change] = field(default_factory=dict[str, Change])
    resources: dict[str, dict[str, Resource]] = field(
        default_factory=dict[str, dict[str, Resource]]
    )
    """By kind, then by entity."""
    rows: dict[tuple[str, str], dict[str, Row]] = field(
        default_factory=dict[tuple[str, str], dict[str, Row]]
    )
    """By instance and view."""
    probes: dict[str, ProbeResult] = field(default_factory=dict[str, ProbeResult])
    topology: Topology = field(default_factory=Topology)
    answered: set[str] = field(default_factory=set[str])
    refused: dict[str, str] = field(default_factory=dict[str, str])
    """Why a source that never answered did not."""


def collect(calls: Iterable[ToolCall], recording: Recording) -> Collected:
    """Gather the recorded results of calls, the oldest first.

    Measurements are left out: they follow from the readings, which a capture measures anew.
    """
    collected = Collected()
    for call in sorted(calls, key=lambda each: each.started_at):
        query = Query.model_validate_json(call.query)
        text = recording.recall(call.result_digest) if call.result_digest else None
        if call.refused:
            collected.refused[call.source] = call.refused
        elif text is not None and query.measure is None:
            collected.answered.add(call.source)
            _add(collected, query.selector, text)
    return collected


def _add(collected: Collected, selector: Selector | None, text: str) -> None:
    """Add one recorded result."""
    match selector:
        case MetricSelector():
            _add_series(collected, _SERIES.validate_json(text))
        case LogSelector():
            collected.lines |= {_identity(line): line for line in _LINES.validate_json(text)}
        case TraceSelector():
            collected.spans |= {_identity(span): span for span in _SPANS.validate_json(text)}
        case ObjectSelector(kind=kind):
            of_kind = collected.resources.setdefault(kind, {})
            of_kind |= {one.entity.key: one for one in _RESOURCES.validate_json(text)}
        case ChangeSelector():
            found = _CHANGES.validate_json(text)
            collected.changes |= {_identity(change): change for change in found}
        case ProbeSelector():
            result = ProbeResult.model_validate_json(text)
            collected.probes[f"{result.probe}:{result.target}"] = result
        case RowSelector(instance=instance, view=view):
            of_view = collected.rows.setdefault((instance, view), {})
            of_view |= {_identity(row): row for row in _ROWS.validate_json(text)}
        case None:
            collected.topology = Topology.model_validate_json(text)


def _add_series(collected: Collected, read: Iterable[Series]) -> None:
    for one in read:
        about = one.model_copy(update={"times": (), "values": ()})
        samples = collected.samples.setdefault(_identity(about), Samples(about))
        samples.by_time.update(zip(one.times, one.values, strict=True))


def _identity(value: Value) -> str:
    return value.model_dump_json()
