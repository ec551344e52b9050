"""A telemetry double that answers from what a test put in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agents.domain.base import Window
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
from agents.selection import (
    select_changes,
    select_lines,
    select_resources,
    select_series,
    select_spans,
)
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
        return tuple(select_series(self.series, selector, window))

    def logs(self, selector: LogSelector, window: Window) -> tuple[LogLine, ...]:
        """Return the matching lines."""
        if self.lines is None:
            return super().logs(selector, window)
        return tuple(select_lines(self.lines, selector, window))

    def traces(self, selector: TraceSelector, window: Window) -> tuple[Span, ...]:
        """Return the matching spans."""
        if self.spans is None:
            return super().traces(selector, window)
        return tuple(select_spans(self.spans, selector, window))

    def objects(self, selector: ObjectSelector) -> tuple[Resource, ...]:
        """Return the matching objects."""
        if selector.kind not in self.resources:
            return super().objects(selector)
        return tuple(select_resources(self.resources[selector.kind], selector))

    def topology(self) -> Topology:
        """Return the topology that was put in."""
        return self.services if self.services is not None else super().topology()

    def changes(self, selector: ChangeSelector, window: Window) -> tuple[Change, ...]:
        """Return the matching changes."""
        if self.made_changes is None:
            return super().changes(selector, window)
        return tuple(select_changes(self.made_changes, selector, window))

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
