"""What the database specialist sees: instances, their statistics views, metrics, logs, events."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property

from agents.domain.base import EntityRef, Value, Window
from agents.domain.measures import (
    ChangeSelector,
    LogSelector,
    MetricSelector,
    ObjectSelector,
    RowSelector,
)
from agents.domain.readings import Change, LogLine, Resource, Row, Series
from agents.errors import WarroomError
from agents.specialists.database.records import Session, sessions_of
from agents.specialists.framework import Assignment
from agents.telemetry import covers

_KINDS_OF_DATABASES = frozenset({"database", "database_cluster"})
_ANY_STATISTIC = ("Average", "Maximum", "Sum", "Minimum", None)
"""Which statistic of a series is read where several were recorded; the first that is there."""
_RECENT = timedelta(minutes=15)
_CHANGES_BEFORE = timedelta(hours=1)


class Limits(Value):
    """From which figures on something counts as wrong; made for busy services."""

    lock_wait_seconds: float = 5.0
    blocking_transaction_seconds: float = 30.0
    """A transaction this old is a cause even where those behind it give up and try again."""
    crowding_transaction_seconds: float = 1.0
    """A transaction this old that a crowd waits for holds it up, however short each wait is."""
    idle_transaction_seconds: float = 120.0
    long_transaction_seconds: float = 1800.0
    prepared_transaction_seconds: float = 300.0
    slow_statement_seconds: float = 30.0
    crowd_statement_seconds: float = 2.0
    """Several calls of one statement count as slow together from this age on."""
    crowd_sessions: int = 4
    full_connections_ratio: float = 0.95
    replica_lag_seconds: float = 30.0
    replica_lag_bytes: float = 256 * 1024**2
    slot_retained_bytes: float = 1024**3
    free_storage_ratio: float = 0.10
    free_storage_bytes: float = 2 * 1024**3
    storage_horizon_seconds: float = 3600.0
    """Storage that will be full within this time at the present rate counts as full."""
    frozen_xid_age: float = 1_500_000_000.0
    cpu_percent: float = 90.0
    deadlocks: int = 2
    sequential_scan_rows: float = 100_000.0
    """Rows per scan of a table that make its sequential scans expensive."""


@dataclass(frozen=True)
class Refusal:
    """A view of an instance that could not be read."""

    instance: str
    view: str
    error: WarroomError


@dataclass(frozen=True)
class Signal:
    """One time series of a database."""

    instance: str
    series: Series

    @property
    def last(self) -> float:
        """The newest value."""
        return self.series.values[-1]

    def began_at(self, samples_ago: int) -> datetime:
        """Return the time of one of the newest samples, or of the oldest there is."""
        times = self.series.times
        return datetime.fromtimestamp(times[-min(samples_ago, len(times))], UTC)

    def newest(self, count: int) -> tuple[float, ...]:
        """Return the newest values, oldest first."""
        return self.series.values[-count:]

    @property
    def selector(self) -> MetricSelector:
        """The question that finds this series, and only this one, again."""
        one = self.series
        return MetricSelector(
            name=one.name, entity=one.entity, statistic=one.statistic, labels=one.labels
        )


@dataclass
class DatabaseView:
    """Reads each source at most once per question; what is not there is empty.

    `refusals` says what could not be read, and one check turns that into gaps.
    """

    assignment: Assignment
    limits: Limits = field(default_factory=Limits)
    refusals: list[Refusal] = field(default_factory=list[Refusal])
    _read: dict[tuple[str, str], tuple[Row, ...]] = field(
        default_factory=dict[tuple[str, str], tuple[Row, ...]]
    )
    _measured: dict[str, tuple[Signal, ...]] = field(default_factory=dict[str, tuple[Signal, ...]])

    @property
    def window(self) -> Window:
        """The time that the question is about."""
        return self.assignment.question.window

    @cached_property
    def _sources(self) -> frozenset[str]:
        return self.assignment.telemetry.sources()

    def has(self, source: str) -> bool:
        """Tell whether a source is there."""
        return covers(self._sources, source)

    @cached_property
    def instances(self) -> tuple[str, ...]:
        """The databases whose statistics views can be read."""
        return tuple(resource.entity.name for resource in self.objects("databases"))

    @cached_property
    def known_names(self) -> frozenset[str]:
        """Every name that is known to be a database's, from whichever source."""
        resources = (r for s in self.assignment.topology.services for r in s.resources)
        in_topology = {r.name for r in resources if r.kind in _KINDS_OF_DATABASES}
        alerted = {e.name for e in self.assignment.alert.entities if e.kind in _KINDS_OF_DATABASES}
        described = {r.entity.name for r in self.objects("rds.db_instances")}
        return frozenset(in_topology | alerted | described | set(self.instances))

    @property
    def only_name(self) -> str | None:
        """The one database there is, for sources that do not name theirs."""
        return next(iter(self.known_names)) if len(self.known_names) == 1 else None

    def rows(self, instance: str, view: str) -> tuple[Row, ...]:
        """Return a view of an instance; one that cannot be read is empty and noted once."""
        key = (instance, view)
        if key not in self._read:
            self._read[key] = self._rows(instance, view)
        return self._read[key]

    def _rows(self, instance: str, view: str) -> tuple[Row, ...]:
        if not self.has(f"rows:{view}"):
            return ()
        try:
            return self.assignment.telemetry.rows(RowSelector(instance=instance, view=view))
        except WarroomError as error:
            self.refusals.append(Refusal(instance, view, error))
            return ()

    def sessions(self, instance: str) -> tuple[Session, ...]:
        """Return the sessions and server processes of an instance."""
        return sessions_of(self.rows(instance, "pg_stat_activity"), self.assignment.now)

    def setting(self, instance: str, name: str) -> float | None:
        """Return a numeric setting of an instance."""
        rows = (row for row in self.rows(instance, "settings") if row.text("name") == name)
        return next((row.number("setting") for row in rows), None)

    def objects(self, kind: str) -> tuple[Resource, ...]:
        """Return API objects of a kind; none where there is no such source."""
        if not self.has(f"objects:{kind}"):
            return ()
        try:
            return self.assignment.telemetry.objects(ObjectSelector(kind=kind))
        except WarroomError as error:
            self.refusals.append(Refusal("", f"objects:{kind}", error))
            return ()

    def signals(self, *names: str) -> tuple[Signal, ...]:
        """Return the series that go by one of these names, one per database and labels."""
        found: dict[tuple[str, str, str], Signal] = {}
        for name in names:
            if name not in self._measured:
                self._measured[name] = tuple(self._signals(name))
            for signal in self._measured[name]:
                labels = str(sorted(signal.series.labels.items()))
                key = (signal.instance, signal.series.name, labels)
                known = found.get(key)
                if known is None or _rank(signal) < _rank(known):
                    found[key] = signal
        return tuple(found.values())

    def _signals(self, name: str) -> Iterator[Signal]:
        if not self.has("metrics"):
            return
        selector = MetricSelector(name=name)
        for one in self.assignment.telemetry.metrics(selector, self.window):
            instance = self._database_of(one)
            if one.values and instance:
                yield Signal(instance, one)

    def _database_of(self, series: Series) -> str | None:
        """Name the database that a series is about; other things have CPUs too."""
        entity = series.entity
        if entity is None:
            return series.labels.get("DBInstanceIdentifier") or self.only_name
        is_database = entity.kind in _KINDS_OF_DATABASES or entity.name in self.known_names
        return entity.name if is_database or series.name.startswith("AWS/RDS:") else None

    def logs(self, pattern: str) -> tuple[tuple[str, LogLine], ...]:
        """Return the matching lines with the database that each one is about, oldest first."""
        if not self.has("logs"):
            return ()
        lines = self.assignment.telemetry.logs(LogSelector(pattern=pattern), self.window)
        named = ((self._database_of_line(line), line) for line in lines)
        return tuple((name, line) for name, line in named if name)

    def log_selector(self, pattern: str, found: Sequence[LogLine]) -> LogSelector:
        """Return the question that finds such lines again, of their database where they name it."""
        entities = [line.entity for line in found]
        is_one = entities.count(entities[0]) == len(entities)
        return LogSelector(pattern=pattern, entity=entities[0] if is_one else None)

    def is_recent(self, moment: datetime) -> bool:
        """Tell whether something happened so late in the window that it speaks of its end."""
        return self.window.end - moment <= _RECENT

    def _database_of_line(self, line: LogLine) -> str | None:
        """A database's own line is about it; a client's line about the only one there is."""
        entity = line.entity
        if entity and (entity.kind in _KINDS_OF_DATABASES or entity.name in self.known_names):
            return entity.name
        return self.only_name

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What was changed in the window and shortly before it."""
        if not self.has("changes"):
            return ()
        before = _CHANGES_BEFORE.total_seconds()
        window = self.window.widened(before_seconds=before)
        return self.assignment.telemetry.changes(ChangeSelector(), window)

    def entity(self, instance: str) -> EntityRef:
        """Return an instance as the entity that a cause names."""
        return EntityRef(kind="database", name=instance)

    def explains(self, instance: str) -> tuple[EntityRef, ...]:
        """Return the database and the services that stand on it, directly or through others."""
        topology = self.assignment.topology
        owners = [
            service.name
            for service in topology.services
            if service.name == instance
            or any(r.name == instance and r.kind in _KINDS_OF_DATABASES for r in service.resources)
        ]
        behind = [name for owner in owners for name in topology.dependents(owner)]
        names = dict.fromkeys([*owners, *behind])
        return (
            self.entity(instance),
            *(EntityRef(kind="service", name=name) for name in names if name != instance),
        )


def _rank(signal: Signal) -> int:
    statistic = signal.series.statistic
    return _ANY_STATISTIC.index(statistic) if statistic in _ANY_STATISTIC else len(_ANY_STATISTIC)
