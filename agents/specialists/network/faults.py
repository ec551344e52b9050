"""What log lines say about failing connections: which kind of failure, to which address."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from agents.domain.base import EntityRef
from agents.domain.readings import LogLine
from agents.specialists.network.targets import Target, target_in
from agents.specialists.network.view import NetworkView, host_entity

PATTERNS: dict[str, str] = {
    "dns_nxdomain": r"NXDOMAIN|no such host|Name or service not known|ENOTFOUND"
    r"|UnknownHostException|nodename nor servname|host not found|Non-existent domain",
    "dns_servfail": r"SERVFAIL|server misbehaving|server failure",
    "dns_timeout": r"lookup \S+.{0,60}(i/o timeout|timed out)|EAI_AGAIN"
    r"|Temporary failure in name resolution"
    r"|(dns|resolver|name resolution)\b.{0,40}\b(timeout|timed out)",
    "tls_not_yet_valid": r"not yet valid: current time \S+ is before|CERT_NOT_YET_VALID"
    r"|certificate is not yet valid|CertificateNotYetValid",
    "tls_expired": r"certificate has expired($|[^ ]| [^o])|not yet valid: current time \S+ is after"
    r"|CERT_HAS_EXPIRED|certificate (is |was )?expired|CertificateExpired",
    "tls_name_mismatch": r"certificate is (only )?valid for .{1,200}, not|hostname mismatch"
    r"|ERR_TLS_CERT_ALTNAME_INVALID|No subject alternative|cannot validate certificate for"
    r"|certificate.{0,60}(doesn't|does not) match|not valid for ['\"]?[\w.-]+['\"]?$",
    "tls_untrusted_chain": r"unknown authority|self[- ]signed certificate|unknown ca\b"
    r"|unable to get (local )?issuer|UNABLE_TO_VERIFY_LEAF|PKIX path building failed"
    r"|certificate signed by unknown",
    "tcp_refused": r"connection refused|ECONNREFUSED|actively refused|Connect call failed",
    "tcp_reset": r"connection reset|ECONNRESET|reset by peer|connection termination"
    r"|unexpected EOF|server closed the connection unexpectedly",
    "tcp_timed_out": r"connect(ion)? (attempt )?timed out|connect(ion)? timeout|ETIMEDOUT"
    r"|ConnectTimeout|dial tcp \S+ i/o timeout|no route to host|EHOSTUNREACH"
    r"|timeout (while )?(establishing|opening) connection",
    "upstream_timeouts": r"upstream (request )?time(d out|out)|deadline exceeded|ReadTimeout"
    r"|read(ing)? (operation )?time(d out|out)|SocketTimeout|gateway time-?out|\b504\b"
    r"|context deadline|request timed out|call timed out",
    "http_upstream_errors": r"\b(upstream|backend|dependency|answered|returned|responded|status)"
    r"\b.{0,60}\b50[0-35-9]\b|bad gateway|service unavailable|internal server error",
}
"""Tried in this order: a name that does not resolve is not also a refused connection. The texts are
those of libc, Go, Java, Node, Python, curl, nginx and Envoy."""

_COMPILED = {mode: re.compile(pattern, re.IGNORECASE) for mode, pattern in PATTERNS.items()}
_ANY = "|".join(f"({pattern})" for pattern in PATTERNS.values())
_TOO_FEW = 2


@dataclass(frozen=True, slots=True)
class Fault:
    """One log line that tells of a failing connection."""

    mode: str
    target: Target | None
    line: LogLine


@dataclass(frozen=True, slots=True)
class FaultGroup:
    """The log lines that tell the same of the same address."""

    mode: str
    target: Target | None
    callee: EntityRef
    faults: tuple[Fault, ...]
    """Those of the last minutes."""
    before: int
    """How many there were in the baseline."""
    onset: datetime
    """When the first of the window was written."""

    @property
    def callers(self) -> tuple[EntityRef, ...]:
        """Whoever wrote the lines."""
        return tuple(dict.fromkeys(f.line.entity for f in self.faults if f.line.entity))

    @property
    def pattern(self) -> str:
        """A regular expression that finds these lines again."""
        told = f"({PATTERNS[self.mode]})"
        if self.target is None:
            return told
        host = re.escape(self.target.host)
        about_it = f"{host}.*{told}|{told}.*{host}"
        finds = re.compile(about_it, re.IGNORECASE)
        return about_it if all(finds.search(f.line.message) for f in self.faults) else told


def told_by(line: LogLine) -> str | None:
    """Return the failure mode that a log line tells of, if any."""
    message = line.message
    told = next((mode for mode, one in _COMPILED.items() if one.search(message)), None)
    # nginx words a late answer as a connection that timed out, and says when at the end.
    is_late_answer = told == "tcp_timed_out" and "while reading" in message
    return "upstream_timeouts" if is_late_answer else told


def faults_in(lines: Iterable[LogLine]) -> Iterator[Fault]:
    """Yield what log lines tell of failing connections."""
    for line in lines:
        mode = told_by(line)
        if mode is not None:
            yield Fault(mode, target_in(line.message, line.attributes), line)


def groups_of(view: NetworkView) -> tuple[FaultGroup, ...]:
    """Return what the last minutes of the logs tell, and no longer what they told before.

    A line that is as frequent in the baseline is how the system always was.
    """
    return view.once("groups", lambda: _grouped(view))


def _grouped(view: NetworkView) -> tuple[FaultGroup, ...]:
    grouped: dict[tuple[str, EntityRef], list[Fault]] = defaultdict(list)
    for fault in faults_in(view.lines_like(_ANY)):
        grouped[fault.mode, callee_of(fault, view)].append(fault)
    found = (_group(mode, callee, faults, view) for (mode, callee), faults in grouped.items())
    return tuple(group for group in found if group is not None)


def _group(
    mode: str, callee: EntityRef, faults: list[Fault], view: NetworkView
) -> FaultGroup | None:
    recent = view.recent_lines
    now = tuple(f for f in faults if recent.contains(f.line.timestamp))
    before = sum(view.baseline.contains(f.line.timestamp) for f in faults)
    usual = before * recent.seconds / view.baseline.seconds if view.baseline.seconds else 0.0
    if len(now) < _TOO_FEW or len(now) < 3 * usual:
        return None
    in_window = [f.line.timestamp for f in faults if view.window.contains(f.line.timestamp)]
    target = next((f.target for f in now if f.target), None)
    return FaultGroup(mode, target, callee, now, before, min(in_window))


def callee_of(fault: Fault, view: NetworkView) -> EntityRef:
    """Return whom the connection was to.

    The service at the address; one named in the text; for a bare IP address, the only service
    that the writer calls; else the address itself, or the writer where no address is given.
    """
    target, writer = fault.target, view.service_of(fault.line.entity)
    at_address = view.service_at(target.host, target.port) if target else None
    known = view.topology.service(writer.name) if writer else None
    calls = known.depends_on if known else ()
    if at_address is None and (target is None or not target.is_name):
        at_address = _named_in(fault.line.message, calls, writer, view)
        if at_address is None and target is not None and len(calls) == 1:
            at_address = calls[0]
    if at_address is not None:
        return EntityRef(kind="service", name=at_address)
    if target is not None:
        return host_entity(target.host, target.port)
    return writer or EntityRef(kind="service", name=view.alert.service or "unknown")


def _named_in(
    message: str, calls: tuple[str, ...], writer: EntityRef | None, view: NetworkView
) -> str | None:
    others = sorted(view.names - {writer.name} if writer else view.names, key=len, reverse=True)
    for name in [*calls, *others]:
        if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", message, re.IGNORECASE):
            return name
    return None
