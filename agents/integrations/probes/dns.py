"""Resolving a name, with the kind of failure told."""

import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.resolver
from pydantic import JsonValue

from agents.errors import CannotMeasure, SourceUnavailable
from agents.integrations.probes.seen import Seen

_Error = tuple[object, bool, int, object, dns.message.Message | None]
"""How dnspython notes one failed try: server, whether over TCP, port, error, response."""


@dataclass(frozen=True, slots=True)
class Nameservers:
    """Whom to ask; empty means: the machine's own resolvers, and its hosts file."""

    addresses: tuple[str, ...] = ()
    port: int = 53


def resolve(host: str, nameservers: Nameservers, timeout_seconds: float) -> Seen:
    """Ask for the addresses of a name.

    Error kinds: `nxdomain`, `servfail`, `refused` (by the resolver), `timeout`, `no_answer`.

    Raises:
        CannotMeasure: it is not a domain name.
        SourceUnavailable: this machine knows no resolver.
    """
    resolver = _resolver(nameservers, timeout_seconds)
    asked = ", ".join(str(server) for server in resolver.nameservers)
    began = time.perf_counter()
    try:
        name = dns.name.from_text(host)
        addresses = _addresses(resolver, name)
        kind, rcode = ("", "NOERROR") if addresses else ("no_answer", "NOERROR")
    except dns.resolver.NXDOMAIN:
        addresses = [] if nameservers.addresses else _in_hosts_file(host)
        kind, rcode = ("", "NOERROR") if addresses else ("nxdomain", "NXDOMAIN")
    except dns.resolver.NoNameservers as failed:
        addresses, (kind, rcode) = [], _why(failed)
    except dns.resolver.LifetimeTimeout:
        addresses, kind, rcode = [], "timeout", ""
    except dns.exception.DNSException as malformed:
        raise CannotMeasure(f"{host!r} is not a domain name: {malformed}") from malformed
    elapsed = 1000 * (time.perf_counter() - began)
    fields: Mapping[str, JsonValue] = {
        "addresses": list[JsonValue](addresses),
        "address": addresses[0] if addresses else None,
        "rcode": rcode,
        "resolver": asked,
    }
    return Seen(kind, elapsed, fields)


def _resolver(nameservers: Nameservers, timeout_seconds: float) -> dns.resolver.Resolver:
    try:
        resolver = dns.resolver.Resolver(configure=not nameservers.addresses)
    except dns.resolver.NoResolverConfiguration as missing:
        raise SourceUnavailable("this machine knows no resolver") from missing
    if nameservers.addresses:
        resolver.nameservers = list(nameservers.addresses)
        resolver.port = nameservers.port
    resolver.lifetime = timeout_seconds
    resolver.timeout = timeout_seconds
    return resolver


def _addresses(resolver: dns.resolver.Resolver, name: dns.name.Name) -> list[str]:
    """Return the name's addresses: IPv4, or else IPv6."""
    for kind in ("A", "AAAA"):
        answer = resolver.resolve(name, kind, raise_on_no_answer=False)
        found = [record.to_text() for record in answer]
        if found:
            return sorted(found)
    return []


def _why(failed: dns.resolver.NoNameservers) -> tuple[str, str]:
    """Return the kind of failure and the code that the last resolver answered with."""
    errors = cast("Mapping[str, Sequence[_Error]]", vars(failed)["kwargs"]).get("errors", [])
    answers = [response for *_, response in errors if response is not None]
    code = answers[-1].rcode() if answers else dns.rcode.SERVFAIL
    kind = "refused" if code == dns.rcode.REFUSED else "servfail"
    return kind, dns.rcode.to_text(code)


def _in_hosts_file(host: str) -> list[str]:
    """Return what the machine itself makes of a name that the resolvers do not know."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return sorted({str(address[4][0]) for address in found})
