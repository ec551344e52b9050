"""What may be probed: the installation's own addresses, and nothing that a text names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import ip_address
from typing import Self
from urllib.parse import urlsplit

from agents.errors import CannotMeasure, ScopeViolation

_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[A-Za-z0-9_.:-]+")
_TLS_PORTS = frozenset({443, 6443, 8443})


@dataclass(frozen=True, slots=True)
class Address:
    """A host with the port and the URL that were given for it."""

    host: str
    port: int | None = None
    url: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a host name, `host:port`, `[address]:port` or an http(s) URL.

        Raises:
            CannotMeasure: it is none of these.
        """
        has_scheme = "://" in text
        try:
            parts = urlsplit(text if has_scheme else f"//{text}")
            port = parts.port
        except ValueError as malformed:
            raise CannotMeasure(f"{text!r} is not an address: {malformed}") from malformed
        is_plain = has_scheme or not (parts.path or parts.query or parts.fragment)
        is_host = parts.hostname is not None and _HOST.fullmatch(parts.hostname) is not None
        if not parts.hostname or not is_host or parts.username or not is_plain:
            raise CannotMeasure(
                f"{text!r} is not an address", remedy="give a host, host:port or URL"
            )
        if has_scheme and parts.scheme not in _DEFAULT_PORTS:
            raise CannotMeasure(f"{parts.scheme} addresses are not probed", remedy="use http(s)")
        return cls(parts.hostname, port or _DEFAULT_PORTS.get(parts.scheme), text * has_scheme)

    @property
    def is_number(self) -> bool:
        """Whether the host is an IP address and not a name."""
        try:
            ip_address(self.host)
        except ValueError:
            return False
        return True


class AllowList:
    """Globs over hosts (`*.shop.internal`), over `host:port`, or URLs taken as their host:port."""

    def __init__(self, globs: tuple[str, ...]) -> None:
        """Keep the globs; an entry without a port allows every port of its hosts."""
        self._literal = tuple(glob for glob in globs if not set(glob) & set("*?["))
        self._globs = tuple(_as_host_and_port(glob) for glob in globs)

    def require(self, address: Address) -> None:
        """Pass only what is on the list.

        Raises:
            ScopeViolation: it is not; a name that a log line made up must not make us call it.
        """
        names = [address.host, f"{address.host}:{address.port}"]
        if not any(fnmatchcase(name, glob) for name in names for glob in self._globs):
            raise ScopeViolation(
                f"{names[1] if address.port else names[0]} is not among what may be probed",
                remedy="list it with its service in the topology, or allow it to be probed",
            )

    def require_resolved(self, resolved: str, address: Address) -> None:
        """Pass an allowed name only to an address that a service may have.

        Raises:
            ScopeViolation: it leads to a link-local address, where clouds keep credentials.
        """
        if ip_address(resolved).is_link_local and not address.is_number:
            raise ScopeViolation(
                f"{address.host} leads to {resolved}, a link-local address: not probed",
                remedy="correct the record, or allow the address itself",
            )

    def targets(self) -> Iterator[tuple[str, str]]:
        """Yield what the entries without wildcards can be probed for: (probe, target)."""
        for entry in self._literal:
            address = Address.parse(entry)
            if not address.is_number and "." in address.host:
                yield "dns", address.host
            if address.port:
                yield "tcp", f"{address.host}:{address.port}"
            if address.port in _TLS_PORTS or address.url.startswith("https:"):
                yield "tls", f"{address.host}:{address.port}"
            if address.url:
                yield "http", address.url


def _as_host_and_port(glob: str) -> str:
    if "://" not in glob:
        return glob.lower()
    address = Address.parse(glob)
    return f"{address.host}:{address.port}"
