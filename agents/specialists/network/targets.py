"""Addresses: reading them out of topology, settings and log lines."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self
from urllib.parse import urlsplit

from pydantic import JsonValue

from agents.domain.base import EntityRef
from agents.domain.readings import Topology

_DEFAULT_PORTS = {
    "http": 80,
    "https": 443,
    "postgres": 5432,
    "postgresql": 5432,
    "mysql": 3306,
    "redis": 6379,
    "rediss": 6379,
    "amqp": 5672,
    "amqps": 5671,
    "grpc": 443,
}
_TLS_SCHEMES = frozenset({"https", "rediss", "amqps"})
_TLS_PORTS = frozenset({443, 6443, 8443})
_ADDRESS_KINDS = frozenset({"endpoint", "host", "url", "database", "load_balancer", "external"})
_HOST = r"(?:\d{1,3}(?:\.\d{1,3}){3}|[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)*)"
_HOST_PORT = re.compile(rf"^(?P<host>{_HOST})(?::(?P<port>\d{{1,5}}))?$")
_IN_TEXT = tuple(
    re.compile(pattern.replace("HOST", f"(?P<host>{_HOST})").replace("PORT", r"(?P<port>\d{2,5})"))
    for pattern in (
        r"[a-z][a-z0-9+]*://(?:[^@/\s]*@)?HOST(?::PORT)?",
        r"dial (?:tcp|udp) HOST(?::PORT)",
        r"lookup HOST(?: on \S+)?:",
        r"(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT) HOST(?::PORT)?",
        r"server at \"HOST\"[^,]*, port PORT",
        r"translate host name \"HOST\"",
        r"host='HOST', port=PORT",
        r"connect to host HOST:PORT",
        r"Connect call failed \('HOST', PORT\)",
        r"UnknownHostException: HOST",
        r"(?i:host(?:name)?|upstream|resolv(?:e|ing)|connect(?:ing)? to)[ =:\"'\[]+HOST:PORT",
        r"(?i:resolv(?:e|ing)|host(?:name)?|NXDOMAIN|SERVFAIL)(?: for)?[ =:\"'\[]+(?=\S*\.)HOST",
        r"(?<![\w./:-])(?=[A-Za-z0-9.-]*[A-Za-z.])HOST:PORT(?!\d|:)",
    )
)
_PEER_ATTRIBUTES = (
    "server.address",
    "upstream",
    "upstream_host",
    "peer.address",
    "net.peer.name",
    "host",
    "target",
    "url",
    "http.url",
)


@dataclass(frozen=True, slots=True)
class Target:
    """A host, with a port and a scheme where they are known."""

    host: str
    port: int | None = None
    scheme: str = ""
    url: str = ""

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a URL, `host:port` or a host name; None when it is none of these."""
        if "://" in text:
            return cls._from_url(text)
        match = _HOST_PORT.match(text)
        if match is None:
            return None
        port = match["port"]
        return cls(host=match["host"].lower(), port=int(port) if port else None)

    @classmethod
    def _from_url(cls, text: str) -> Self | None:
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            return None
        if not parts.hostname:
            return None
        port = port or _DEFAULT_PORTS.get(parts.scheme)
        return cls(host=parts.hostname, port=port, scheme=parts.scheme, url=text)

    @property
    def is_name(self) -> bool:
        """Whether the host is a name that a resolver must know."""
        try:
            ip_address(self.host)
        except ValueError:
            return True
        return False

    @property
    def text(self) -> str:
        """`host:port`, or the host alone."""
        return f"{self.host}:{self.port}" if self.port else self.host

    def is_at(self, host: str, port: int | None) -> bool:
        """Tell whether this names the host, and not another port of it."""
        return self.host == host.lower() and (port is None or self.port in (None, port))

    def for_probe(self, probe: str) -> str:
        """Return what to hand to a probe, or nothing where it makes no sense."""
        match probe:
            case "dns":
                return self.host if self.is_name and "." in self.host else ""
            case "tcp":
                return self.text if self.port else ""
            case "tls":
                speaks_tls = self.scheme in _TLS_SCHEMES or self.port in _TLS_PORTS
                return self.text if speaks_tls else ""
            case "http":
                return self.url if self.scheme in {"http", "https"} else ""
            case _:
                return ""


def address_of(entity: EntityRef) -> str:
    """Return an entity's name as an address; `url/https://host/` was split at its slashes."""
    is_split = entity.namespace is not None and entity.namespace.endswith(":")
    return f"{entity.namespace}/{entity.name}" if is_split else entity.name


def addresses_of(topology: Topology) -> tuple[str, ...]:
    """Return the addresses that the services of a topology list as their own.

    These are what may be probed: the composition root hands them to the probes as allowed.
    """
    owned = (ref for service in topology.services for ref in service.resources)
    addresses = (address_of(ref) for ref in owned if ref.kind in _ADDRESS_KINDS)
    return tuple(dict.fromkeys(one for one in addresses if Target.parse(one)))


def target_in(message: str, attributes: Mapping[str, JsonValue]) -> Target | None:
    """Return the address that a log line is about, if it names one."""
    for pattern in _IN_TEXT:
        found = pattern.search(message)
        if found:
            port = found.groupdict().get("port")
            return Target(host=found["host"].lower(), port=int(port) if port else None)
    for name in _PEER_ATTRIBUTES:
        value = attributes.get(name)
        if isinstance(value, str) and (target := Target.parse(value)):
            return target
    return None
