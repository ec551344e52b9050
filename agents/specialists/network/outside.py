"""Causes that no change of ours brought: providers, regions, neighbours, machines, input, demand.

Each is told from its own signs, not from the absence of a better idea: when nothing shows, the
answer is that we do not know.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from agents.domain.base import EntityRef, Window
from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Evidence, Hypothesis
from agents.domain.measures import Comparator, LogSelector, Measure, Reduction
from agents.domain.readings import LogLine
from agents.specialists.framework import Check, Found, check
from agents.specialists.network.culprits import a_change_fits
from agents.specialists.network.readings import STATUS_PAGE
from agents.specialists.network.targets import target_in
from agents.specialists.network.view import NetworkView

_FEWEST_LINES = 4
_MOST = 0.6
_AILING = re.compile(
    r"degrad|outage|disrupt|major|partial|incident|impair|elevated|unavailab|down\b|identified|"
    r"investigating",
    re.IGNORECASE,
)
_OURS = re.compile(
    r"\.(?:svc|local|localdomain|internal|lan|cluster|test|corp|intra|consul|"
    r"rds|elb|elasticache|cache|compute)(?:\.|$)|^localhost$|"
    r"^\d+(?:\.\d+){3}$|^[^.]+$",
    re.IGNORECASE,
)
_HOST = re.compile(
    r"\b((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:com|net|io|org|dev|cloud|co|ai))\b"
)
_PROVIDER_FAILS = (
    r"\b50[0-4]\b|\b429\b|unavailable|time(?:d)?.?out|refused|reset|overloaded|"
    r"internal server error|"
    r"bad gateway|outage|degraded|maintenance|deadline|unreachable|circuit"
)
_PROVIDER = (
    r"provider|vendor|third.?party|upstream (?:api|provider|region)|external (?:api|service)|"
    r"partner api|gateway provider|carrier|saas"
)
_ZONE = re.compile(
    r"\b((?:us|eu|ap|sa|ca|me|af|il)-(?:gov-)?(?:north|south|east|west|central)(?:east|west)?-?\d"
    r"(?:[a-f]|-[a-f])?|(?:north|south|east|west|central)(?:us|europe)\d?)\b",
    re.IGNORECASE,
)
_MACHINE = (
    r"I/O error|(?:kernel|nvme|blk|dev)\b.*I/O timeout|EXT4-fs error|XFS .*(?:error|"
    r"shutdown)|remounting filesystem read-only|"
    r"read-only file ?system|hardware error|machine check|uncorrect(?:ed|able)|ECC error|"
    r"nvme.*(?:timeout|reset)|disk failure|SMART .*fail|node .*not.?ready|NodeNotReady|"
    r"node (?:is )?(?:unreachable|lost|terminated|preempted)|kubelet stopped posting|"
    r"spot (?:instance )?interrupt|instance (?:retire|reclaim|terminat)|host maintenance|"
    r"link is down|carrier lost|kernel: .*(?:hung|lockup|blocked for more)|"
    r"(?:disk|memory|pid) ?pressure|evict(?:ed|ing) pod|pod \S* ?evict|"
    r"no space left on device|clock (?:skew|"
    r"unsync\w*|drift)|\bNTP\b"
)
_SENDER = re.compile(
    r"(?:tenant|partner|customer|merchant|supplier|vendor|account|client|file|feed|batch|source|"
    r"producer|upload|import|device|org|topic)(?:_?id)?[\"']?\s*[=:]\s*[\"']?([\w./-]{2,})",
    re.IGNORECASE,
)
_SPOILT = (
    r"malformed|corrupt|invalid (?:record|row|payload|input|utf|byte|character|encoding|value|data|"
    r"date|json|csv|format)|unparse?able|cannot parse|parse (?:error|failure)|poison|"
    r"unexpected (?:character|token|column|byte|value|null)|bad (?:record|data|input|row)|"
    r"failed to parse|schema validation|truncated|out.of.range value|checksum"
)
_IF_A_CHANGE_FITS = -1.2
"""What engineers try first, when a change of theirs brings about the same."""


@dataclass(frozen=True, slots=True)
class _Told:
    """Log lines that say the same of something outside."""

    entity: EntityRef
    lines: tuple[LogLine, ...]
    pattern: str
    text: str


@check(needs=("logs",), modes=("provider_outage",))
def provider_that_fails(view: NetworkView) -> Iterator[Found]:
    """Find an outside address that began to fail for us, or a status page that says so."""
    pages = [line for line in view.notices if _AILING.search(line.message)]
    told = [*_by_provider(view), *_by_page(pages)]
    for one in told[:2]:
        corroborated = bool(pages) and one.entity.kind != STATUS_PAGE
        yield _outside(view, "provider_outage", one, shift=0.8 if corroborated else 0.0)


def _by_provider(view: NetworkView) -> Iterator[_Told]:
    """Yield outside hosts of which failures of the provider's own are logged."""
    fails = re.compile(_PROVIDER_FAILS, re.IGNORECASE)
    names_one = re.compile(_PROVIDER, re.IGNORECASE)
    by_host: dict[str, list[LogLine]] = defaultdict(list)
    spoken_of: list[LogLine] = []
    for line in view.complaints:
        if not fails.search(line.message) or "lookup" in line.message:
            continue
        host = _outside_host(line)
        if host and view.service_at(host):
            continue
        if host:
            by_host[host].append(line)
        elif names_one.search(line.message):
            spoken_of.append(line)
    if len(by_host) == 1:
        by_host[next(iter(by_host))] += spoken_of
        spoken_of = []
    for host, lines in sorted(by_host.items(), key=lambda item: -len(item[1])):
        if len(lines) >= _FEWEST_LINES and _is_new(view, lines):
            entity = EntityRef(kind="provider", name=host)
            pattern = (
                rf"{re.escape(host)}.*({_PROVIDER_FAILS})|({_PROVIDER_FAILS}).*{re.escape(host)}"
            )
            yield _Told(entity, tuple(lines), pattern, f"calls to {host} fail")
    if len(spoken_of) >= _FEWEST_LINES and _is_new(view, spoken_of):
        entity = EntityRef(kind="provider", name="provider")
        pattern = rf"({_PROVIDER}).*({_PROVIDER_FAILS})|({_PROVIDER_FAILS}).*({_PROVIDER})"
        yield _Told(entity, tuple(spoken_of), pattern, "calls to an outside provider fail")


def _outside_host(line: LogLine) -> str | None:
    target = target_in(line.message, line.attributes)
    named = [target.host] if target else []
    hosts = [*named, *_HOST.findall(line.message)]
    return next((host for host in hosts if "." in host and not _OURS.search(host)), None)


def _by_page(pages: list[LogLine]) -> Iterator[_Told]:
    for page in pages[:1]:
        if page.entity is not None:
            same = tuple(line for line in pages if line.entity == page.entity)
            text = f"its status page says: {page.message[:160]}"
            yield _Told(page.entity, same, _AILING.pattern, text)


def _is_new(view: NetworkView, lines: list[LogLine]) -> bool:
    """Tell whether most of the lines came after the first quarter of what was recorded."""
    quiet_until = view.told.start + (view.told.end - view.told.start) / 4
    return sum(line.timestamp >= quiet_until for line in lines) > _MOST * len(lines)


@check(needs=("logs",), modes=("region_impairment",))
def region_that_fails(view: NetworkView) -> Iterator[Found]:
    """Find a region or zone that failures of several services have in common."""
    by_zone: dict[str, list[LogLine]] = defaultdict(list)
    for line in view.complaints:
        for zone in {found.lower() for found in _ZONE.findall(line.message)}:
            by_zone[zone].append(line)
    every = sum(len(lines) for lines in by_zone.values())
    for zone, lines in by_zone.items():
        writers = {line.entity.name for line in lines if line.entity}
        several = len(writers) > 1 and len(lines) >= _FEWEST_LINES
        if several and len(lines) >= _MOST * every and _is_new(view, lines):
            text = f"failures of {len(writers)} services name {zone}"
            told = _Told(EntityRef(kind="region", name=zone), tuple(lines), re.escape(zone), text)
            yield _outside(view, "region_impairment", told, shift=0.4)


@check(needs=("logs",), modes=("machine_failure",))
def machine_that_fails(view: NetworkView) -> Iterator[Found]:
    """Find what kernels, kubelets and clouds say of a failing machine."""
    says = re.compile(_MACHINE, re.IGNORECASE)
    lines = [line for line in view.complaints if says.search(line.message)]
    if len(lines) < 2 or not _is_new(view, lines):  # noqa: PLR2004 - once may be chance
        return
    fits = a_change_fits(view)
    writers = Counter(line.entity for line in lines if line.entity)
    entity = next(iter(writers), EntityRef(kind="node", name="unknown"))
    told = _Told(entity, tuple(lines), _MACHINE, "the machine itself fails")
    yield _outside(view, "machine_failure", told, shift=_IF_A_CHANGE_FITS if fits else 0.4)


@check(needs=("logs",), modes=("malformed_input",))
def input_that_spoils(view: NetworkView) -> Iterator[Found]:
    """Find input that cannot be read and that comes from one sender, while the rest is fine."""
    says = re.compile(_SPOILT, re.IGNORECASE)
    lines = [line for line in view.complaints if says.search(line.message)]
    if len(lines) < _FEWEST_LINES or not _is_new(view, lines):
        return
    senders = Counter(sender for line in lines if (sender := _sender(line)))
    sender, count = senders.most_common(1)[0] if senders else ("", 0)
    if not sender or count < _MOST * len(lines):
        return
    entity = lines[0].entity or EntityRef(kind="service", name=view.alert.service or "unknown")
    told = _Told(
        entity, tuple(lines), _SPOILT, f"{count} of {len(lines)} bad inputs are {sender}'s"
    )
    yield _outside(
        view, "malformed_input", told, shift=_IF_A_CHANGE_FITS if a_change_fits(view) else 0.2
    )


def _sender(line: LogLine) -> str:
    attributes = " ".join(f"{key}={value}" for key, value in line.attributes.items())
    found = _SENDER.search(f"{line.message} {attributes}")
    return found[1] if found else ""


def _outside(view: NetworkView, mode: str, told: _Told, shift: float) -> Hypothesis:
    onset = min(line.timestamp for line in told.lines)
    writers = [line.entity for line in told.lines if line.entity]
    return Hypothesis(
        cause=Cause(entity=told.entity, failure_mode=mode),
        summary=f"{told.text[:1].upper()}{told.text[1:]}: {len(told.lines)} log lines since "
        f"{onset:%H:%M} UTC, for instance: {told.lines[-1].message[:140]}",
        claims=tuple(_log_claims(view, told, onset)),
        explains=tuple(dict.fromkeys([told.entity, *writers])),
        onset=onset,
        evidence=tuple(
            Evidence(source="logs", entity=one.entity, at=one.timestamp, text=one.message[:400])
            for one in told.lines[-2:]
        ),
        prior_shift=shift,
    )


def _log_claims(view: NetworkView, told: _Told, onset: datetime) -> Iterator[Claim]:
    measure = Measure(selector=LogSelector(pattern=told.pattern), reduce=Reduction.COUNT)
    at_least = max(1, len(told.lines) // 2)
    yield Claim(
        text=f"At least {at_least} log lines since {onset:%H:%M} UTC say so.",
        subject=told.entity,
        measure=measure,
        comparator=Comparator.AT_LEAST,
        expected=at_least,
        window=Window(start=onset, end=view.now),
        sufficiency=1.4,
        necessity=2.0,
    )
    before = Window(start=view.told.start, end=onset - timedelta(seconds=1))
    if before.seconds > 0 and view.logged_by(before.end):
        yield Claim(
            text=f"None did before {onset:%H:%M} UTC.",
            subject=told.entity,
            measure=measure,
            comparator=Comparator.EQUAL,
            expected=0,
            window=before,
            control=Measure(selector=LogSelector(), reduce=Reduction.COUNT),
            sufficiency=1.2,
            necessity=0.5,
        )


OUTSIDE_CHECKS: tuple[Check[NetworkView], ...] = (
    provider_that_fails,
    region_that_fails,
    machine_that_fails,
    input_that_spoils,
)
