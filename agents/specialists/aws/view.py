"""What the AWS specialist looks at: the account's objects, its metrics, its events."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from agents.domain.base import EntityRef, Window
from agents.domain.incidents import Alert
from agents.domain.measures import LogSelector, MetricSelector, ObjectSelector
from agents.domain.readings import LogLine, Resource, Series, Topology
from agents.errors import NoSuchSource, WarroomError
from agents.specialists.framework import Assignment
from agents.telemetry import covers

RECENT = timedelta(minutes=15)
"""Metrics of AWS come every one to five minutes and a few minutes late."""
_NEWEST = 3
_RISEN = 3.0
_UNRELATED = -0.7
_KINDS = {
    "AWS/Lambda": ("function",),
    "AWS/RDS": ("database", "database_cluster"),
    "AWS/DynamoDB": ("table",),
    "AWS/NATGateway": ("nat_gateway",),
    "AWS/EBS": ("volume",),
    "AWS/EC2": ("instance",),
    "AWS/ApplicationELB": ("target_group", "load_balancer"),
    "AWS/NetworkELB": ("target_group", "load_balancer"),
}
"""What a metric must be about where a recording leaves its namespace out."""
_SERVICE_TAGS = ("service", "Service", "app", "App", "application", "Application", "Name")


@dataclass(frozen=True, slots=True)
class Signal:
    """One time series of one thing."""

    entity: EntityRef
    series: Series

    @property
    def last(self) -> float:
        """The newest value."""
        return self.series.values[-1]

    def values(self, window: Window) -> tuple[float, ...]:
        """Return the values in a window, oldest first."""
        start, end = window.start.timestamp(), window.end.timestamp()
        points = zip(self.series.times, self.series.values, strict=True)
        return tuple(value for at, value in points if start <= at <= end)

    def first_beyond(self, limit: float, window: Window) -> datetime | None:
        """Return when the series first reached a limit in a window."""
        start, end = window.start.timestamp(), window.end.timestamp()
        points = zip(self.series.times, self.series.values, strict=True)
        beyond = (at for at, value in points if value >= limit and start <= at <= end)
        found = next(beyond, None)
        return None if found is None else datetime.fromtimestamp(found, UTC)

    @property
    def selector(self) -> MetricSelector:
        """The question that finds this series, and only this one, again."""
        one = self.series
        return MetricSelector(
            name=one.name, entity=one.entity, statistic=one.statistic, labels=one.labels
        )


class AwsView:
    """Typed access to one account's objects and metrics, each read at most once."""

    def __init__(self, assignment: Assignment) -> None:
        """Keep the assignment; nothing is read before it is asked for."""
        self._telemetry = assignment.telemetry
        self._sources = assignment.telemetry.sources()
        self._read: dict[str, tuple[Resource, ...]] = {}
        self._series: dict[str, tuple[Series, ...]] = {}
        self.refused: dict[str, WarroomError] = {}
        self.alert: Alert = assignment.alert
        self.topology: Topology = assignment.topology
        self.now: datetime = assignment.now
        self.window: Window = assignment.question.window
        self.baseline: Window = assignment.question.baseline

    def has(self, source: str) -> bool:
        """Tell whether a source can be read."""
        return covers(self._sources, source)

    def objects(self, kind: str) -> tuple[Resource, ...]:
        """Return every object of a kind; none where the source is not there."""
        if kind not in self._read:
            there = self.has(f"objects:{kind}")
            found = self._telemetry.objects(ObjectSelector(kind=kind)) if there else ()
            self._read[kind] = found
        return self._read[kind]

    def related(self, kind: str) -> tuple[Resource, ...]:
        """Return objects that only add to what was found; none where they cannot be had.

        What was refused is kept in `refused`, and one check tells of it; what is not there at all
        adds nothing and is no gap.
        """
        try:
            return self.objects(kind)
        except WarroomError as error:
            if not isinstance(error, NoSuchSource):
                self.refused[f"objects:{kind}"] = error
            self._read[kind] = ()
            return ()

    @cached_property
    def whole(self) -> Window:
        """The baseline and the window, as one."""
        start = min(self.baseline.start, self.window.start)
        return Window(start=start, end=max(self.window.end, self.now))

    @cached_property
    def recent(self) -> Window:
        """The last minutes: what holds now."""
        return Window(start=max(self.whole.start, self.now - RECENT), end=self.now)

    @cached_property
    def before(self) -> Window:
        """The time before the alert and its lead: what is usual."""
        end = max(self.whole.start, self.alert.started_at - RECENT)
        return Window(start=self.whole.start, end=min(end, self.recent.start))

    def signals(self, namespace: str, name: str, *statistics: str | None) -> tuple[Signal, ...]:
        """Return the series of a metric, one per thing, in the first of these statistics there is.

        Recordings leave the namespace out, or the statistic: both are found.
        """
        order = [*statistics, None]
        best: dict[tuple[str, str], Signal] = {}
        for one in self._named(namespace, name):
            entity = one.entity
            if entity is None or not one.values:
                continue
            key = (entity.key, str(sorted(one.labels.items())))
            known = best.get(key)
            if known is None or _rank(one, order) < _rank(known.series, order):
                best[key] = Signal(entity, one)
        return tuple(best.values())

    def account_signals(
        self, namespace: str, name: str, *statistics: str | None
    ) -> tuple[Signal, ...]:
        """Return the series of a metric that is about the account and no one thing."""
        about = EntityRef(kind="aws_service", name=namespace.rpartition("/")[2].lower())
        order = [*statistics, None]
        found = [s for s in self._named(namespace, name) if s.entity is None and s.values]
        best = min((_rank(one, order) for one in found), default=0)
        return tuple(Signal(about, one) for one in found if _rank(one, order) == best)

    def _named(self, namespace: str, name: str) -> Iterator[Series]:
        found = self._metric(f"{namespace}:{name}")
        kinds = _KINDS.get(namespace, ())
        short = (s for s in self._metric(name) if s.entity is None or s.entity.kind in kinds)
        yield from found or short

    def _metric(self, name: str) -> tuple[Series, ...]:
        if name not in self._series:
            selector = MetricSelector(name=name)
            there = self.has("metrics")
            self._series[name] = self._telemetry.metrics(selector, self.whole) if there else ()
        return self._series[name]

    def usual(self, signal: Signal) -> float:
        """Return the quiet level of a series before the alert, zero where there was none.

        The lowest quarter, because a fault may have begun long before the alert came.
        """
        values = sorted(signal.values(self.before))
        return values[len(values) // 4] if values else 0.0

    def goes_on(self, signal: Signal) -> bool:
        """Tell whether a count is beyond its quiet level in its newest samples, and not only once.

        What was there some minutes ago and has gone is history.
        """
        newest = signal.values(self.recent)[-_NEWEST:]
        return bool(newest) and sum(newest) > _RISEN * len(newest) * self.usual(signal)

    def logs(self, pattern: str, entity: EntityRef | None = None) -> tuple[LogLine, ...]:
        """Return matching lines of the window; none where they cannot be had, as in `related`."""
        if not self.has("logs"):
            return ()
        try:
            return self._telemetry.logs(LogSelector(pattern=pattern, entity=entity), self.window)
        except WarroomError as error:
            self.refused["logs"] = error
            return ()

    def explains(self, *entities: EntityRef) -> tuple[EntityRef, ...]:
        """Return some things and the services that stand on them, directly or through others."""
        owners = [name for entity in entities for name in self._owners(entity)]
        behind = [name for owner in owners for name in self.topology.dependents(owner)]
        services = [EntityRef(kind="service", name=name) for name in [*owners, *behind]]
        return tuple(dict.fromkeys([*entities, *services]))

    def _owners(self, entity: EntityRef) -> Iterator[str]:
        """Yield the services that a thing belongs to: by the topology, else by its tags."""
        named = [s.name for s in self.topology.services if _lists(s.resources, entity)]
        if not named and (one := self.topology.service_of(entity)):
            named = [one]
        yield from named or self._tagged(entity)

    def _tagged(self, entity: EntityRef) -> Iterator[str]:
        known = {service.name for service in self.topology.services}
        for resources in self._read.values():
            for one in resources:
                if one.entity == entity:
                    tags = (one.labels.get(tag, "") for tag in _SERVICE_TAGS)
                    yield from (value for value in tags if value in known)

    def relevance(self, *entities: EntityRef) -> float:
        """Return how much less a fault counts in a thing that belongs to no known service.

        In a large account something is always amiss somewhere.
        """
        is_known = any(entity.kind == "service" for entity in self.explains(*entities))
        return 0.0 if is_known or not self.topology.services else _UNRELATED


def _lists(resources: Iterable[EntityRef], entity: EntityRef) -> bool:
    return any(one.is_same_as(entity) for one in resources)


def _rank(series: Series, order: Sequence[str | None]) -> int:
    return order.index(series.statistic) if series.statistic in order else len(order)
