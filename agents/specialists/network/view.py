"""The network as the checks see it: targets and what probing them says, logs, spans, metrics."""

from collections.abc import Callable, Iterable
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
from agents.specialists.framework import Assignment
from agents.specialists.network.targets import Target, address_of, addresses_of
from agents.telemetry import covers

MadeT = TypeVar("MadeT")
Probe = Literal["dns", "tcp", "tls", "http"]

PROBES_KIND = "network.probes"
"""The kind under which a source lists what it can probe: {probe, target}."""
_RECENT = timedelta(minutes=5)
_ALERT_DELAY = timedelta(minutes=1)
"""How long monitors usually wait before they page."""


class NetworkView:
    """Typed access to what is known of the network; each source is read once.

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
        self.focus: tuple[EntityRef, ...] = assignment.question.focus

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

    @cached_property
    def early(self) -> Window:
        """The window before the alert: all there is to compare with on a young system."""
        end = max(self.window.start, self.alert.started_at - _ALERT_DELAY)
        return Window(start=self.window.start, end=min(end, self.window.end))

    @cached_property
    def usual_spans(self) -> Window:
        """Where the spans show what is usual."""
        has_baseline = any(self.baseline.contains(span.start) for span in self.spans)
        return self.baseline if has_baseline else self.early

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of everything that speaks: services, and whoever logs or traces."""
        known = {service.name for service in self.topology.services}
        writers = {line.entity.name for line in self.latest_lines if line.entity}
        return frozenset(known | writers | {span.service for span in self.spans})

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
        last = Window(start=max(self.window.start, self.now - _RECENT), end=self.now)
        return self._telemetry.logs(LogSelector(), last) or self._telemetry.logs(
            LogSelector(), self.window
        )

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

    def recent(self, moments: Iterable[datetime]) -> Window:
        """Return the last minutes of a kind of telemetry: up to now, or to where it ends."""
        end = min(max(moments, default=self.now), self.now)
        return Window(start=max(self.window.start, end - _RECENT), end=end)

    @cached_property
    def recent_lines(self) -> Window:
        """The last minutes of the logs."""
        return self.recent(line.timestamp for line in self.latest_lines)

    @cached_property
    def recent_spans(self) -> Window:
        """The last minutes of the traces."""
        return self.recent(span.start for span in self.spans)

    def targets(self, probe: Probe) -> tuple[str, ...]:
        """Return what is worth probing: what the sources list, then the topology's addresses."""
        listed = [
            target
            for resource in self.objects(PROBES_KIND)
            if resource.document.text("probe") == probe
            and (target := resource.document.text("target"))
        ]
        known = [Target.parse(address) for address in addresses_of(self.topology)]
        every = dict.fromkeys([*listed, *(t.for_probe(probe) for t in known if t)])
        return tuple(target for target in every if target and self._is_near(target))

    def _is_near(self, target: str) -> bool:
        """Tell whether a target may lie on the alert's path: others are not worth the packets."""
        service = self.alert.service
        if service is None or self.topology.service(service) is None:
            return True
        parsed = Target.parse(target)
        owner = self.service_at(parsed.host, parsed.port) if parsed else None
        return owner is None or owner in {service, *self.topology.dependencies(service)}

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

    def service_at(self, host: str, port: int | None = None) -> str | None:
        """Return the service that answers at a host, if anything tells."""
        for service in self.topology.services:
            for ref in service.resources:
                known = Target.parse(address_of(ref))
                if known and known.is_at(host, port):
                    return service.name
        first_label = host.partition(".")[0]
        if self.topology.service(first_label):
            return first_label
        return self._cluster_service_at(host, port)

    def _cluster_service_at(self, host: str, port: int | None) -> str | None:
        for resource in self.objects("services"):
            name, space = resource.entity.name, resource.entity.namespace or ""
            short = {name, f"{name}.{space}", f"{name}.{space}.svc"}
            if host in short or host.startswith(f"{name}.{space}.svc."):
                return name
            ports = [item.number("port") for item in resource.document.items("spec.ports")]
            if host == resource.document.text("spec.clusterIP") and (port is None or port in ports):
                return name
        return None

    def entity_at(self, host: str, port: int | None = None) -> EntityRef:
        """Return the service at a host, or the host itself where nobody knows it."""
        service = self.service_at(host, port)
        return EntityRef(kind="service", name=service) if service else host_entity(host, port)

    def service_of(self, entity: EntityRef | None) -> EntityRef | None:
        """Return the service that an entity belongs to, or the entity where nobody knows."""
        if entity is None:
            return None
        name = self.topology.service_of(entity)
        return EntityRef(kind="service", name=name) if name else entity

    def callers_of(self, service: str) -> tuple[str, ...]:
        """Return the services that call this one directly."""
        return tuple(s.name for s in self.topology.services if service in s.depends_on)


def host_entity(host: str, port: int | None) -> EntityRef:
    """Return a host (with its port, where one is known) as an entity."""
    return EntityRef(kind="endpoint" if port else "host", name=f"{host}:{port}" if port else host)
