"""Active probes as a source: harmless, bounded in time, and only of what is ours."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from agents.domain.base import EntityRef
from agents.domain.document import Document
from agents.domain.measures import ObjectSelector, ProbeSelector
from agents.domain.readings import ProbeResult, Resource
from agents.errors import NoSuchSource
from agents.integrations.probes.allowing import Address, AllowList
from agents.integrations.probes.dns import Nameservers, resolve
from agents.integrations.probes.http import ask
from agents.integrations.probes.seen import Seen
from agents.integrations.probes.tcp import connect
from agents.integrations.probes.tls import shake_hands
from agents.selection import select_resources
from agents.telemetry import AbsentTelemetry

PROBES = "network.probes"
"""The kind under which it is listed what can be probed, as captures list it."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class ProbeTelemetry(AbsentTelemetry):
    """Probes names, ports, certificates and pages from where it runs.

    Only what `allow` covers is probed: globs over hosts or `host:port`, and URLs. A log line may
    name any address; without the list it could make us call the inside of a network for it.
    """

    def __init__(
        self,
        allow: tuple[str, ...],
        *,
        timeout_seconds: float = 3.0,
        ca_file: Path | None = None,
        nameservers: Nameservers | None = None,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        """Keep what may be probed and how long one step may take; nothing is probed yet."""
        self._allowed = AllowList(allow)
        self._timeout_seconds = timeout_seconds
        self._ca_file = ca_file
        self._nameservers = nameservers or Nameservers()
        self._clock = clock

    def sources(self) -> frozenset[str]:
        """Name the probes, and the list of what they may be pointed at."""
        return frozenset({"probe:dns", "probe:tcp", "probe:tls", "probe:http", f"objects:{PROBES}"})

    def objects(self, selector: ObjectSelector) -> tuple[Resource, ...]:
        """Return what can be probed: the entries of the list that have no wildcard."""
        if selector.kind != PROBES:
            return super().objects(selector)
        listed = (
            Resource(
                kind=PROBES,
                entity=EntityRef(kind="target", name=f"{probe}:{target}"),
                document=Document(body={"probe": probe, "target": target}),
            )
            for probe, target in dict.fromkeys(self._allowed.targets())
        )
        return tuple(select_resources(listed, selector))

    def probe(self, selector: ProbeSelector) -> ProbeResult:
        """Probe a target now.

        Raises:
            ScopeViolation: the target is not among what may be probed.
            CannotMeasure: the target does not suit the probe.
        """
        address = Address.parse(selector.target)
        self._allowed.require(address)
        seen = self._seen(selector, address)
        return ProbeResult(
            probe=selector.probe,
            target=selector.target,
            at=self._clock(),
            ok=not seen.error_kind,
            error_kind=seen.error_kind,
            latency_ms=round(seen.latency_ms, 2) if seen.latency_ms is not None else None,
            fields=seen.fields,
        )

    def _seen(self, selector: ProbeSelector, address: Address) -> Seen:
        seconds = self._timeout_seconds
        match selector.probe:
            case "dns":
                return resolve(address.host, self._nameservers, seconds)
            case "tcp":
                return connect(address, self._allowed, seconds)
            case "tls":
                return shake_hands(address, self._allowed, seconds, self._ca_file, self._clock())
            case "http":
                return ask(address, self._allowed, seconds, self._ca_file)
            case _:
                raise NoSuchSource(f"no such probe here: {selector.probe}")
