"""A telemetry double that answers from what a test put in."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from agents.domain.base import EntityRef, Window
from agents.domain.measures import (
    ChangeSelector,
    LogSelector,
    MetricSelector,
    ObjectSelector,
    ProbeSelector,
    RowSelector,
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
from agents.domain.reduction import row_matches
from agents.errors import NoSuchSource
from agents.telemetry import AbsentTelemetry


@dataclass
class InMemoryTelemetry(AbsentTelemetry):
    """Answers from lists; a list that is None is a source that is not there."""

    series: list[Series] | None = None
    lines: list[LogLine] | None = None
    spans: list[Span] | None = None
    resources: dict[str, list[Resource]] = field(default_factory=dict[str, list[Resource]])
    services: Topology | None = None
    made_changes: list[Change] | None = None
    probes: dict[str, ProbeResult] = field(default_factory=dict[str, ProbeResult])
    """By `<probe>:<target>`."""
    tables: dict[str, list[Row]] = field(default_factory=dict[str, list[Row]])
    """By view."""

    def sources(self) -> frozenset[str]:
        """Name what was put in."""
        lists: Mapping[str, object] = {
            "metrics": self.series,
            "logs": self.lines,
            "traces": self.spans,
            "topology": self.services,
            "changes": self.made_changes,
        }
        present = {name for name, content in lists.items() if content is not None}
        kinds = {f"objects:{kind}" for kind in self.resources}
        probes = {f"probe:{name.split(':', 1)[0]}" for name in self.probes}
        return frozenset(present | kinds | probes | {f"rows:{view}" for view in self.tables})

    def metrics(self, selector: MetricSelector, window: Window) -> tuple[Series, ...]:
        """Return the matching series, cut to the window."""
        if self.series is None:
            return super().metrics(selector, window)
        matching = (one for one in self.series if _series_matches(one, selector))
        return tuple(_cut(one, window) for one in matching)

    def logs(self, selector: LogSelector, window: Window) -> tuple[LogLine, ...]:
        """Return the matching lines."""
        if self.lines is None:
            return super().logs(selector, window)
        return tuple(
            line
            for line in self.lines
            if window.contains(line.timestamp)
            and _entity_matches(selector.entity, line.entity)
            and re.search(selector.pattern, line.message, re.IGNORECASE)
            and selector.level in (None, line.level)
        )

    def traces(self, selector: TraceSelector, window: Window) -> tuple[Span, ...]:
        """Return the matching spans."""
        if self.spans is None:
            return super().traces(selector, window)
        return tuple(
            span
            for span in self.spans
            if window.contains(span.start)
            and selector.service in (None, span.service)
            and selector.operation in (None, span.operation)
            and selector.status in (None, span.status)
        )

    def objects(self, selector: ObjectSelector) -> tuple[Resource, ...]:
        """Return the matching objects."""
        if selector.kind not in self.resources:
            return super().objects(selector)
        return tuple(filter_resources(self.resources[selector.kind], selector))

    def topology(self) -> Topology:
        """Return the topology that was put in."""
        return self.services if self.services is not None else super().topology()

    def changes(self, selector: ChangeSelector, window: Window) -> tuple[Change, ...]:
        """Return the matching changes."""
        if self.made_changes is None:
            return super().changes(selector, window)
        return tuple(
            change
            for change in self.made_changes
            if window.contains(change.timestamp)
            and _entity_matches(selector.entity, change.entity)
            and selector.kind in (None, change.kind)
            and selector.ref in (None, change.ref)
        )

    def probe(self, selector: ProbeSelector) -> ProbeResult:
        """Return the result that was put in for the target."""
        result = self.probes.get(f"{selector.probe}:{selector.target}")
        if result is None:
            raise NoSuchSource(f"{selector.target} was not probed for {selector.probe}")
        return result

    def rows(self, selector: RowSelector) -> tuple[Row, ...]:
        """Return the matching rows."""
        if selector.view not in self.tables:
            return super().rows(selector)
        return tuple(row for row in self.tables[selector.view] if row_matches(row, selector.where))


def filter_resources(resources: Iterable[Resource], selector: ObjectSelector) -> Iterable[Resource]:
    """Yield the resources that a selector means."""
    for resource in resources:
        entity = resource.entity
        labels_match = all(resource.labels.get(k) == v for k, v in selector.labels.items())
        if selector.namespace not in (None, entity.namespace) or not labels_match:
            continue
        if selector.name not in (None, entity.name):
            continue
        if selector.where is None or resource.document.at(selector.where) is True:
            yield resource


def _series_matches(one: Series, selector: MetricSelector) -> bool:
    return (
        one.name == selector.name
        and selector.statistic in (None, one.statistic)
        and _entity_matches(selector.entity, one.entity)
        and all(one.labels.get(k) == v for k, v in selector.labels.items())
    )


def _entity_matches(wanted: EntityRef | None, found: EntityRef | None) -> bool:
    return wanted is None or (found is not None and wanted.is_same_as(found))


def _cut(one: Series, window: Window) -> Series:
    start, end = window.start.timestamp(), window.end.timestamp()
    inside = [(t, v) for t, v in zip(one.times, one.values, strict=True) if start <= t <= end]
    return one.model_copy(
        update={"times": tuple(t for t, _ in inside), "values": tuple(v for _, v in inside)}
    )
