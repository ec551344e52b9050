"""Reading what there is to know of the network: each source once, none that is not there."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal, TypeVar, cast

from agents.domain.base import EntityRef, Window
from agents.domain.incidents import Alert
from agents.domain.measures import (
    ChangeSelector,
    LogSelector,
    MetricSelector,
    ObjectSelector,
    ProbeSelector,
    TraceSelector,
)
from agents.domain.readings import Change, LogLine, ProbeResult, Resource, Series, Span, Topology
from agents.errors import NoSuchSource
from agents.selection import names_entity
from agents.specialists.changes.symptoms import COMPLAINING_LEVELS
from agents.specialists.framework import Assignment
from agents.telemetry import covers

MadeT = TypeVar("MadeT")
Probe = Literal["dns", "tcp", "tls", "http"]

_CHANGES_BEFORE = timedelta(hours=6)
STATUS_PAGE = "status_page"
"""The kind of entity under which what a status page says is recorded as log lines."""
_NOTICES = (
    r"degrad|outage|disrupt|operational|incident|impair|elevated|unavailab|identified|"
    r"investigating|monitoring|resolved|maintenance"
)
RECENT = timedelta(minutes=5)
"""What counts as now, in telemetry that is a history."""


class NetworkReadings:
    """The sources of an assignment, typed.

    A source that is not there reads as nothing; a check whose finding rests on a source names it
    in its `needs`, or asks `has` before it takes nothing for an answer.
    """

    def __init__(self, assignment: Assignment) -> None:
        self._telemetry = assignment.telemetry
        self._sources = assignment.telemetry.sources()
        self._objects: dict[str, tuple[Resource, ...]] = {}
        self._series: dict[tuple[str, Window], tuple[Series, ...]] = {}
        self._made: dict[str, object] = {}
        self._probed: dict[tuple[Probe, str], ProbeResult | None] = {}
        self.alert: Alert = assignment.alert
        self.topology: Topology = assignment.topology
        self.now: datetime = assignment.now
        self.window: Window = assignment.question.window
        self.baseline: Window = assignment.question.baseline

    def once(self, key: str, make: Callable[[], MadeT]) -> MadeT:
        """Return what several checks need, made the first time that one asks."""
        if key not in self._made:
            self._made[key] = make()
        return cast("MadeT", self._made[key])

    def has(self, source: str) -> bool:
        """Tell whether a source can be read."""
        return covers(self._sources, source)

    def objects(self, kind: str) -> tuple[Resource, ...]:
        """Return every object of a kind."""
        if kind not in self._objects:
            readable = self.has(f"objects:{kind}")
            self._objects[kind] = (
                self._telemetry.objects(ObjectSelector(kind=kind)) if readable else ()
            )
        return self._objects[kind]

    def series(self, name: str, window: Window) -> tuple[Series, ...]:
        """Return the series of a name, `*` standing for any characters."""
        key = (name, window)
        if key not in self._series:
            selector = MetricSelector(name=name)
            readable = self.has("metrics")
            self._series[key] = self._telemetry.metrics(selector, window) if readable else ()
        return self._series[key]

    def series_of(self, entity: EntityRef) -> tuple[Series, ...]:
        """Return every series of one entity, over the baseline and the window."""
        if not self.has("metrics"):
            return ()
        return self._telemetry.metrics(MetricSelector(name="*", entity=entity), self.whole)

    @cached_property
    def whole(self) -> Window:
        """The baseline and the window, as one."""
        start = min(self.baseline.start, self.window.start)
        return Window(start=start, end=max(self.window.end, self.now))

    def series_about(self, selector: MetricSelector) -> tuple[Series, ...]:
        """Return the whole series of one name and entity, for reading them piece by piece."""
        key = f"series:{selector.name}:{selector.entity and selector.entity.key}"
        known = self.series(selector.name, self.whole)
        return self.once(
            key, lambda: tuple(one for one in known if names_entity(selector.entity, one.entity))
        )

    @cached_property
    def latest_lines(self) -> tuple[LogLine, ...]:
        """The log lines of the last minutes, or of the window where they end earlier."""
        if not self.has("logs"):
            return ()
        last = Window(start=max(self.window.start, self.now - RECENT), end=self.now)
        latest = _of_programs(self._telemetry.logs(LogSelector(), last))
        return latest or _of_programs(self._telemetry.logs(LogSelector(), self.window))

    @cached_property
    def notices(self) -> tuple[LogLine, ...]:
        """What status pages said in the baseline and the window."""
        if not self.has("logs"):
            return ()
        lines = self._telemetry.logs(LogSelector(pattern=_NOTICES), self.whole)
        return tuple(line for line in lines if line.entity and line.entity.kind == STATUS_PAGE)

    def lines_like(self, pattern: str) -> tuple[LogLine, ...]:
        """Return the log lines of the baseline and the window that match a pattern.

        They are asked for by pattern, because a busy service writes more than anybody may read,
        and in two parts, because what is left out of a large answer is its oldest lines.
        """
        if not self.has("logs"):
            return ()
        selector = LogSelector(pattern=pattern)
        before = self._telemetry.logs(selector, self.baseline)
        return (*before, *self._telemetry.logs(selector, self.window))

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """The spans of the baseline and the window, read in two parts for the same reason."""
        if not self.has("traces"):
            return ()
        before = self._telemetry.traces(TraceSelector(), self.baseline)
        return (*before, *self._telemetry.traces(TraceSelector(), self.window))

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Every change of the baseline and the window, oldest first."""
        if not self.has("changes"):
            return ()
        return self._telemetry.changes(ChangeSelector(), self.whole)

    @cached_property
    def long_changes(self) -> tuple[Change, ...]:
        """Every change since long before the baseline: some causes take hours to show."""
        if not self.has("changes"):
            return ()
        span = self.whole.widened(before_seconds=_CHANGES_BEFORE.total_seconds())
        return self._telemetry.changes(ChangeSelector(), span)

    @cached_property
    def complaints(self) -> tuple[LogLine, ...]:
        """The log lines of the baseline and the window whose level says that something is wrong."""
        if not self.has("logs"):
            return ()
        found = [
            line
            for level in COMPLAINING_LEVELS
            for line in self._telemetry.logs(LogSelector(level=level), self.whole)
        ]
        return tuple(sorted(found, key=lambda line: line.timestamp))

    @cached_property
    def told(self) -> Window:
        """From where anything was recorded up to now; captures may begin late in the baseline."""
        start = self.window.start if self.baseline_is_empty else self.whole.start
        return Window(start=start, end=self.whole.end)

    @cached_property
    def baseline_is_empty(self) -> bool:
        """Whether neither logs nor metrics reach back into the baseline."""
        return not any(self.baseline.contains(line.timestamp) for line in self.complaints) and (
            not self.has("logs") or not self._telemetry.logs(LogSelector(), self.baseline)
        )

    def logged_by(self, moment: datetime) -> bool:
        """Tell whether logs reach back before a moment, so that their silence means something."""
        if not self.has("logs") or moment <= self.told.start:
            return False
        return bool(self._telemetry.logs(LogSelector(), Window(start=self.told.start, end=moment)))

    def probe(self, probe: Probe, target: str) -> ProbeResult | None:
        """Probe a target once; None where nobody can. A refusal is raised, to become a gap."""
        key = (probe, target)
        if key not in self._probed:
            self._probed[key] = self._probe_now(probe, target)
        return self._probed[key]

    def _probe_now(self, probe: Probe, target: str) -> ProbeResult | None:
        if not self.has(f"probe:{probe}"):
            return None
        try:
            result = self._telemetry.probe(ProbeSelector(probe=probe, target=target))
        except NoSuchSource:
            return None
        return result if result.at >= self.window.start else None


def _of_programs(lines: tuple[LogLine, ...]) -> tuple[LogLine, ...]:
    """Leave out what status pages say: people write them, and long after the fact."""
    return tuple(one for one in lines if one.entity is None or one.entity.kind != STATUS_PAGE)
