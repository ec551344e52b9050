"""What the readers return."""

from collections.abc import Mapping

from pydantic import Field, JsonValue

from agents.domain.base import EntityRef, Instant, Labels, Scalar, Value
from agents.domain.document import Document


class Series(Value):
    """One time series, oldest first; missing values are left out, never filled."""

    name: str
    entity: EntityRef | None = None
    statistic: str | None = None
    unit: str = ""
    labels: Labels = Field(default_factory=dict[str, str])
    times: tuple[float, ...]
    """Seconds since the epoch, UTC."""
    values: tuple[float, ...]


class LogLine(Value):
    """One log record."""

    timestamp: Instant
    entity: EntityRef | None
    message: str
    level: str = ""
    trace_id: str = ""
    attributes: Mapping[str, JsonValue] = Field(default_factory=dict[str, JsonValue])


class Span(Value):
    """One operation of one service within a trace."""

    trace_id: str
    span_id: str
    parent_id: str = ""
    service: str
    operation: str
    start: Instant
    duration_ms: float
    status: str = "ok"
    attributes: Mapping[str, JsonValue] = Field(default_factory=dict[str, JsonValue])


class Resource(Value):
    """One API object in its vendor's own shape."""

    kind: str
    """As in `ObjectSelector.kind`."""
    entity: EntityRef
    labels: Labels = Field(default_factory=dict[str, str])
    document: Document


class Change(Value):
    """Something that people or automation altered."""

    timestamp: Instant
    kind: str
    """`deploy`, `commit`, `config`, `flag`, `schema` or `infra`."""
    entity: EntityRef
    ref: str
    author: str = ""
    summary: str = ""
    diff: str = ""


class Service(Value):
    """One service of the topology."""

    name: str
    depends_on: tuple[str, ...] = ()
    owner: str = ""
    resources: tuple[EntityRef, ...] = ()


class Topology(Value):
    """Who depends on whom."""

    services: tuple[Service, ...] = ()

    def service(self, name: str) -> Service | None:
        """Return the service of that name, if known."""
        return next((service for service in self.services if service.name == name), None)

    def service_of(self, entity: EntityRef) -> str | None:
        """Return the name of the service that an entity belongs to, if known."""
        if entity.kind == "service" and self.service(entity.name):
            return entity.name
        owners = (s.name for s in self.services if entity in s.resources)
        by_name = (s.name for s in self.services if _belongs_by_name(entity, s))
        return next(owners, next(by_name, None))

    def dependencies(self, name: str) -> tuple[str, ...]:
        """Return every service that this one depends on, nearest first."""
        seen: list[str] = []
        queue = [name]
        while queue:
            service = self.service(queue.pop(0))
            fresh = [d for d in (service.depends_on if service else ()) if d not in seen]
            seen.extend(fresh)
            queue.extend(fresh)
        return tuple(d for d in dict.fromkeys(seen) if d != name)

    def dependents(self, name: str) -> tuple[str, ...]:
        """Return every service that depends on this one, however far."""
        return tuple(s.name for s in self.services if name in self.dependencies(s.name))


def _belongs_by_name(entity: EntityRef, service: Service) -> bool:
    """A workload of a service usually bears its name: `checkout-7d9f-x2` belongs to `checkout`."""
    return entity.name == service.name or entity.name.startswith(f"{service.name}-")


class ProbeResult(Value):
    """What an active probe saw."""

    probe: str
    target: str
    at: Instant
    ok: bool
    error_kind: str = ""
    """`nxdomain`, `servfail`, `refused`, `timed_out`, `reset`, `expired`, `name_mismatch`, ..."""
    latency_ms: float | None = None
    fields: Mapping[str, JsonValue] = Field(default_factory=dict[str, JsonValue])
    """What else the probe learned: addresses, status, not_after, issuer, ..."""

    def value(self, field: str) -> Scalar:
        """Return one field of the result by name."""
        own: Mapping[str, Scalar] = {
            "ok": self.ok,
            "error_kind": self.error_kind,
            "latency_ms": self.latency_ms,
        }
        if field in own:
            return own[field]
        found = self.fields.get(field)
        return None if isinstance(found, list | dict) else found


class Row(Value):
    """One row of a database view, by column."""

    columns: Mapping[str, JsonValue]

    def value(self, column: str) -> Scalar:
        """Return one column; absent, list and object columns give None."""
        found = self.columns.get(column)
        return None if isinstance(found, list | dict) else found

    def text(self, column: str) -> str:
        """Return one column as text, empty when absent."""
        found = self.value(column)
        return "" if found is None else str(found)

    def number(self, column: str) -> float | None:
        """Return one column as a number; numeric text (as databases send decimals) counts."""
        found = self.value(column)
        if isinstance(found, bool) or found is None:
            return None
        try:
            return float(found)
        except ValueError:
            return None

    def numbers(self, column: str) -> tuple[float, ...]:
        """Return an array column of numbers."""
        found = self.columns.get(column)
        if not isinstance(found, list):
            return ()
        return tuple(
            float(item)
            for item in found
            if isinstance(item, int | float) and not isinstance(item, bool)
        )
