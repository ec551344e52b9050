"""What the tools of a shell show: ss, netstat, ip, ethtool, tc, mpstat, ping, sysctl, dig, openssl.

Each sign is one line of a tool's output, found whatever the file is called, and the claim is that
the line is still there.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agents.domain.base import EntityRef
from agents.domain.claims import Claim
from agents.domain.failure_modes import FAILURE_MODES
from agents.domain.hypotheses import Cause, Evidence, Hypothesis
from agents.domain.measures import Comparator, Measure, ObjectSelector, Reduction
from agents.domain.readings import Resource
from agents.specialists.framework import Check, Found, check
from agents.specialists.network.view import NetworkView

_KIND = "network.tools"
_MANY_DROPS = 1000
_MANY_OVERFLOWS = 100
_SOFT_PERCENT = 60.0
_STEAL_PERCENT = 15.0
_NEARLY_FULL = 0.97
_PORTS_HELD = 0.9
_USUAL_PORTS = 28_232
_LOSS_PERCENT = 5.0
_BIG_PACKET = 1000
_QUEUED_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Sign:
    """One line of a tool's output that tells of a failure mode."""

    mode: str
    line: str
    text: str
    """What it says, for people."""


Reader = Callable[[str], Iterator[Sign]]


def listen_queues(text: str) -> Iterator[Sign]:
    """Read accept queues that are full (`ss -ltn`) or overflowed (`netstat -s`, `nstat`)."""
    for line in text.splitlines():
        socket = re.match(r"\s*(?:tcp\s+)?LISTEN\s+(\d+)\s+(\d+)\s+(\S+)", line)
        if socket and int(socket[1]) > int(socket[2]) > 0:
            said = f"the accept queue of {socket[3]} holds {socket[1]} of {socket[2]}"
            yield Sign("listen_queue_overflow", line, said)
        counted = re.search(
            r"(\d+) times the listen queue of a socket overflowed|ListenOverflows\s+(\d+)", line
        )
        if counted and int(counted[1] or counted[2]) >= _MANY_OVERFLOWS:
            yield Sign("listen_queue_overflow", line, line.strip())


def ports_and_connections(text: str) -> Iterator[Sign]:
    """Read ports that run out (`ss -s`) and a full connection table (`sysctl`, `dmesg`)."""
    held = re.search(r"^TCP:\s.*timewait (\d+).*$", text, re.MULTILINE)
    usable = re.search(r"ip_local_port_range\s*=?\s*(\d+)\s+(\d+)", text)
    ports = int(usable[2]) - int(usable[1]) + 1 if usable else _USUAL_PORTS
    if held and int(held[1]) >= _PORTS_HELD * ports:
        said = f"{held[1]} sockets wait to be closed, of {ports} ports"
        yield Sign("ephemeral_ports_exhausted", held[0], said)
    full = re.search(r"^.*nf_conntrack: (?:nf_conntrack: )?table full.*$", text, re.MULTILINE)
    count = re.search(r"^.*nf_conntrack_count\s*=?\s*(\d+).*$", text, re.MULTILINE)
    most = re.search(r"nf_conntrack_max\s*=?\s*(\d+)", text)
    if full:
        yield Sign("conntrack_full", full[0], "the kernel says that the connection table is full")
    elif count and most and int(count[1]) >= _NEARLY_FULL * int(most[1]):
        yield Sign("conntrack_full", count[0], f"{count[1]} of {most[1]} connections are tracked")


def interfaces(text: str) -> Iterator[Sign]:
    """Read packets that the card dropped for want of room (`ethtool -S`, `ip -s link`)."""
    for line in text.splitlines():
        found = re.match(
            r"\s*(rx_(?:missed_errors|no_buffer_count|no_dma_resources|fifo_errors|out_of_buffer|"
            r"discards_phy|dropped_ring_full|alloc_fail\w*)):\s*(\d+)",
            line,
        )
        if found and int(found[2]) >= _MANY_DROPS:
            yield Sign("nic_ring_drops", line, f"{found[1]} is {found[2]}")


def processors(text: str) -> Iterator[Sign]:
    """Read processors busy with soft interrupts, or taken by others (`mpstat -P ALL`)."""
    columns: list[str] = []
    for line in text.splitlines():
        fields = line.split()
        if "%soft" in fields:
            columns = fields
        elif columns and len(fields) == len(columns) and "CPU" in columns:
            yield from _of_processor(dict(zip(columns, fields, strict=True)), line)


def _of_processor(row: dict[str, str], line: str) -> Iterator[Sign]:
    soft, steal = _number(row.get("%soft", "0")), _number(row.get("%steal", "0"))
    if row["CPU"] != "all" and soft >= _SOFT_PERCENT:
        said = f"processor {row['CPU']} spends {soft:.0f}% on soft interrupts"
        yield Sign("soft_interrupt_saturation", line, said)
    if row["CPU"] == "all" and steal >= _STEAL_PERCENT:
        yield Sign("noisy_neighbour", line, f"{steal:.0f}% of the processors' time is stolen")


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return 0.0


def round_trips(text: str) -> Iterator[Sign]:
    """Read loss and packets too large for the path (`ping`, with and without `-M do`)."""
    size = re.search(r"^PING .*?\b(\d+)(?:\(\d+\))? (?:data )?bytes", text, re.MULTILINE)
    is_big = size is not None and int(size[1]) >= _BIG_PACKET
    refused = re.search(
        r"^.*(?:Frag needed|Message too long|Packet too big|mtu ?= ?\d+).*$", text, re.MULTILINE
    )
    lost = re.search(r"^.*?([\d.]+)% packet loss.*$", text, re.MULTILINE)
    if refused:
        yield Sign("mtu_black_hole", refused[0], refused[0].strip())
    elif lost and _number(lost[1]) >= _LOSS_PERCENT:
        all_big_ones = is_big and _number(lost[1]) == 100.0  # noqa: PLR2004 - all of them
        mode = "mtu_black_hole" if all_big_ones else "packet_loss"
        yield Sign(mode, lost[0], f"ping says: {lost[0].strip()}")


def queues(text: str) -> Iterator[Sign]:
    """Read queues that stand and drop (`tc -s qdisc`)."""
    for found in re.finditer(r"^\s*backlog (\d+)([KM]?)b (\d+)p.*$", text, re.MULTILINE):
        size = int(found[1]) * {"": 1, "K": 1000, "M": 1_000_000}[found[2]]
        before = text[: found.start()]
        dropped = re.findall(r"dropped (\d+)", before)
        if size >= _QUEUED_BYTES and dropped and int(dropped[-1]) >= _MANY_DROPS:
            said = f"{size} bytes wait in the queue, and {dropped[-1]} packets were dropped"
            yield Sign("bandwidth_saturated", found[0], said)


_STATED = (
    ("dns_servfail", r"^.*->>HEADER<<-.*status: SERVFAIL.*$"),
    ("dns_nxdomain", r"^.*->>HEADER<<-.*status: NXDOMAIN.*$"),
    ("dns_timeout", r"^;;.*(?:no servers could be reached|connection timed out).*$"),
    ("tls_expired", r"^.*(?:Verify return code: 10\b|certificate has expired).*$"),
    ("tls_not_yet_valid", r"^.*(?:Verify return code: 9\b|certificate is not yet valid).*$"),
    ("tls_untrusted_chain", r"^.*Verify return code: (?:18|19|20|21)\b.*$"),
    ("tls_name_mismatch", r"^.*Verify return code: 62\b.*$"),
)


def answers(text: str) -> Iterator[Sign]:
    """Read what `dig` and `openssl s_client` conclude themselves."""
    for mode, pattern in _STATED:
        found = re.search(pattern, text, re.MULTILINE)
        if found:
            yield Sign(mode, found[0], found[0].strip(" ;"))


_READERS: tuple[Reader, ...] = (
    listen_queues,
    ports_and_connections,
    interfaces,
    processors,
    round_trips,
    queues,
    answers,
)
_MODES = (
    *("listen_queue_overflow", "ephemeral_ports_exhausted", "conntrack_full", "nic_ring_drops"),
    *("soft_interrupt_saturation", "noisy_neighbour", "mtu_black_hole", "packet_loss"),
    *("bandwidth_saturated", "dns_servfail", "dns_nxdomain", "dns_timeout", "tls_expired"),
    *("tls_not_yet_valid", "tls_untrusted_chain", "tls_name_mismatch"),
)


@check(needs=(f"objects:{_KIND}",), modes=_MODES)
def what_the_tools_show(view: NetworkView) -> Iterator[Found]:
    """Read the recorded output of network tools for limits that were reached."""
    seen: set[str] = set()
    for resource in view.objects(_KIND):
        text = resource.document.text("text") or ""
        for sign in (sign for read in _READERS for sign in read(text)):
            if sign.mode not in seen:
                seen.add(sign.mode)
                yield _hypothesis(view, resource, sign)


def _hypothesis(view: NetworkView, resource: Resource, sign: Sign) -> Hypothesis:
    service = view.alert.service
    entity = EntityRef(kind="service", name=service) if service else resource.entity
    return Hypothesis(
        cause=Cause(entity=entity, failure_mode=sign.mode),
        summary=f"{FAILURE_MODES[sign.mode].title}: {resource.entity.name} shows that {sign.text}.",
        claims=(
            Claim(
                text=f"{resource.entity.name} shows: {sign.line.strip()[:160]}",
                subject=entity,
                measure=Measure(
                    selector=ObjectSelector(kind=_KIND, name=resource.entity.name, path="text"),
                    reduce=Reduction.LAST,
                ),
                comparator=Comparator.CONTAINS,
                expected=sign.line.strip(),
                window=view.window,
                sufficiency=2.5,
                necessity=2.5,
            ),
        ),
        explains=(entity,),
        evidence=(
            Evidence(source=f"objects:{_KIND}", entity=entity, text=sign.line.strip()[:300]),
        ),
    )


TOOL_CHECKS: tuple[Check[NetworkView], ...] = (what_the_tools_show,)
