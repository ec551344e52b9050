"""What is known beside the objects of a cluster: the alert, topology, logs, metrics, changes."""

from datetime import datetime

from agents.domain.base import EntityRef, Window
from agents.domain.measures import ChangeSelector, LogSelector, MetricSelector
from agents.domain.readings import Change, LogLine, Series
from agents.errors import NoSuchSource, PermissionMissing, ScopeViolation, WarroomError
from agents.specialists.framework import Assignment
from agents.specialists.kubernetes.objects import Pod
from agents.telemetry import covers


class Surroundings:
    """Typed access to what was said and measured around the objects."""

    def __init__(self, assignment: Assignment) -> None:
        """Keep where to ask; nothing is read yet."""
        self._assignment = assignment
        self._telemetry = assignment.telemetry
        self._sources = assignment.telemetry.sources()
        self._lines: dict[str, tuple[LogLine, ...]] = {}
        self.now: datetime = assignment.now
        self.window: Window = assignment.question.window
        self.alert_at: datetime = min(assignment.alert.started_at, assignment.now)

    def is_known_service(self, name: str) -> bool:
        """Tell whether the alert or the topology speaks of a service of that name."""
        alert = self._assignment.alert
        named = {alert.service, *(entity.name for entity in alert.entities)}
        named |= {entity.name for entity in self._assignment.question.focus}
        return name in named or self._assignment.topology.service(name) is not None

    def deploy_near(self, entity: EntityRef, moment: datetime) -> Change | None:
        """Return the recorded deploy or configuration change closest to a moment, if any."""
        if not covers(self._sources, "changes"):
            return None
        around = Window(start=moment, end=moment).widened(before_seconds=900, after_seconds=300)
        bare = EntityRef(kind="service", name=entity.name)
        changes = self._telemetry.changes(ChangeSelector(entity=bare), around)
        return min(changes, key=lambda one: abs(one.timestamp - moment), default=None)

    def lines(self, pattern: str) -> tuple[LogLine, ...]:
        """Return the log lines of the whole scope that match; none where logs cannot be read."""
        if pattern not in self._lines:
            self._lines[pattern] = self._matching(pattern)
        return self._lines[pattern]

    def _matching(self, pattern: str) -> tuple[LogLine, ...]:
        if not covers(self._sources, "logs"):
            return ()
        try:
            return self._telemetry.logs(LogSelector(pattern=pattern), self.window)
        except (NoSuchSource, PermissionMissing, ScopeViolation):
            return ()

    def series(self, name: str) -> tuple[Series, ...]:
        """Return the time series with names like that; none where metrics cannot be read."""
        if not covers(self._sources, "metrics"):
            return ()
        try:
            return self._telemetry.metrics(MetricSelector(name=name), self.window)
        except (NoSuchSource, PermissionMissing, ScopeViolation):
            return ()

    def calls_of(self, service: str) -> tuple[str, ...]:
        """Return what a service calls, directly or not, as far as the topology knows."""
        return tuple(self._assignment.topology.dependencies(service))

    def last_lines(self, pod: Pod, pattern: str, count: int = 3) -> tuple[LogLine, ...] | str:
        """Return the last log lines of a pod that match, or why they could not be read."""
        if not covers(self._sources, "logs"):
            return ()
        selector = LogSelector(entity=pod.entity, pattern=pattern)
        try:
            return self._telemetry.logs(selector, self.window)[-count:]
        except WarroomError as refused:
            return f"{refused} {refused.remedy}".strip()
