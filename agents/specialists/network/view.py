"""The network as the checks see it: what is usual, what is recent, who answers where."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cached_property

from agents.domain.base import EntityRef, Window
from agents.domain.readings import Series
from agents.specialists.network.readings import RECENT, NetworkReadings, Probe
from agents.specialists.network.targets import Target, address_of, addresses_of

PROBES_KIND = "network.probes"
"""The kind under which a source lists what it can probe: {probe, target}."""
_LOOKED_AT = 12
"""Services whose every series is read: all of a large system would be too many."""
_ALERT_DELAY = timedelta(minutes=1)
"""How long monitors usually wait before they page."""


class NetworkView(NetworkReadings):
    """What was read, with what the topology makes of it."""

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
    def moved_series(self) -> tuple[Series, ...]:
        """Every series of what is on the alert's path or was changed, as far as that is known."""
        changed = {one.entity.name for one in self.long_changes if one.kind != "commit"}
        writers = {line.entity.name for line in self.complaints if line.entity}
        spoken = {span.service for span in self.spans}
        named = [self.alert.service, *sorted(writers), *sorted(changed), *sorted(spoken)]
        names = [name for name in dict.fromkeys(named) if name][:_LOOKED_AT]
        entities = [EntityRef(kind="service", name=name) for name in names]
        return tuple(one for entity in entities for one in self.series_of(entity))

    @cached_property
    def call_edges(self) -> frozenset[tuple[str, str]]:
        """Who depends on whom, by the topology."""
        return frozenset(
            (service.name, callee)
            for service in self.topology.services
            for callee in service.depends_on
        )

    def recent(self, moments: Iterable[datetime]) -> Window:
        """Return the last minutes of a kind of telemetry: up to now, or to where it ends."""
        end = min(max(moments, default=self.now), self.now)
        return Window(start=max(self.window.start, end - RECENT), end=end)

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
