"""Whom the firing monitors point to, when all that is known is that each of them fires.

A sign that most nodes show (a busy hour moves every CPU) points to nobody: it counts by how far a
node is ahead of the others, family by family, so that eight memory metrics of one node outweigh one
of each neighbour. Calls are read from both ends: a slow call speaks against the one called, and for
the one who waits; a failing call that nobody passes on speaks against the caller.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log1p

_OF_OTHERS = 2.0
"""How many times the others' mean a node must show before a family speaks against it."""
_WEIGHTS = {"cpu": 0.2, "memory": 1.5, "log": 1.5}
"""CPU follows demand and moves everywhere; memory and new log lines seldom move by themselves."""
_CALLED_SLOW = 0.5
_OWN_SLOW = 0.5
_WAITS = -1.0
_CALLS_FAIL = 0.7
_FAILS_UNPROVOKED = 2.0
_SHARPNESS = 1.3
"""How fast belief falls with the score; set so that the shares come true as often as they say."""
_FAMILIES = (
    ("memory", ("mem", "rss", "heap", "swap")),
    ("cpu", ("cpu", "load_average")),
    ("disk", ("disk", "fs_", "filesystem", "volume")),
    ("network", ("net", "bytes_received", "bytes_sent")),
    ("success", ("success", "availability")),
    ("latency", ("p50", "p90", "p95", "p99", "latency", "duration", "response_time")),
    ("requests", ("qps", "rps", "request", "throughput")),
    ("threads", ("thread", "goroutine")),
)


@dataclass(frozen=True, slots=True)
class Sign:
    """One monitor of one node that fires: a metric that moved, or a new kind of log line."""

    node: str
    family: str
    name: str
    """What moved, so that two monitors of one metric count once."""


@dataclass(frozen=True, slots=True)
class CallSign:
    """One monitor of calls that fires."""

    caller: str
    """Empty for calls from outside; the callee itself for an operation within it."""
    callee: str
    operation: str
    is_failing: bool
    """Whether the calls fail; otherwise they are slow."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A node with how much speaks against it."""

    node: str
    score: float
    share: float
    """Of all suspicion, between 0 and 1."""
    family: str
    """The family of signs that speaks loudest against it."""


def family_of(metric: str) -> str:
    """Return the family of a metric by its name."""
    lower = metric.lower()
    known = (family for family, words in _FAMILIES if any(word in lower for word in words))
    return next(known, "other")


def converge(
    nodes: Sequence[str], signs: Iterable[Sign], calls: Iterable[CallSign]
) -> tuple[Suspect, ...]:
    """Return every node with what speaks against it, the most suspect first."""
    against: dict[str, dict[str, float]] = {node: defaultdict(float) for node in nodes}
    by_family: dict[str, Counter[str]] = defaultdict(Counter)
    for sign in dict.fromkeys(signs):
        by_family[sign.family][sign.node] += 1
    for family, counts in by_family.items():
        for node, lead in _leads(nodes, counts):
            against[node][family] += _weight(family) * lead
    for node, family, weight in _of_calls(tuple(dict.fromkeys(calls))):
        if node in against:
            against[node][family] += weight
    return _ranked(against)


def _weight(family: str) -> float:
    return _WEIGHTS.get(family.partition(" ")[0], 1.0)


def _leads(nodes: Sequence[str], counts: Mapping[str, int]) -> Iterable[tuple[str, float]]:
    """Yield the nodes that show a family of signs more than the others do, and by how much."""
    logs = {node: log1p(counts.get(node, 0)) for node in nodes}
    total, others = sum(logs.values()), max(1, len(nodes) - 1)
    for node, own in logs.items():
        lead = own - _OF_OTHERS * (total - own) / others
        if own and lead > 0:
            yield node, lead


def _of_calls(calls: Sequence[CallSign]) -> Iterable[tuple[str, str, float]]:
    """Yield what slow and failing calls say of the node at either end."""
    outward = [call for call in calls if call.caller != call.callee]
    for weight, family, of, some in (
        (_CALLED_SLOW, "slow when called", _callee, [c for c in outward if not c.is_failing]),
        (_WAITS, "waits", _caller, [c for c in outward if not c.is_failing]),
        (_CALLS_FAIL, "failing calls", _caller, [c for c in outward if c.is_failing]),
        (_OWN_SLOW, "slow within", _callee, [c for c in calls if c.caller == c.callee]),
    ):
        for node, count in Counter(of(call) for call in some).items():
            yield node, family, weight * log1p(count)
    failing = [call for call in outward if call.is_failing]
    for node in {call.caller for call in failing} - {call.callee for call in failing}:
        yield node, "failing calls", _FAILS_UNPROVOKED


_End = Callable[[CallSign], str]


def _caller(call: CallSign) -> str:
    return call.caller


def _callee(call: CallSign) -> str:
    return call.callee


def _ranked(against: Mapping[str, Mapping[str, float]]) -> tuple[Suspect, ...]:
    scores = {node: sum(families.values()) for node, families in against.items()}
    highest = max(scores.values(), default=0.0)
    likely = {node: exp(_SHARPNESS * (score - highest)) for node, score in scores.items()}
    total = sum(likely.values())
    found = [
        Suspect(
            node=node,
            score=score,
            share=likely[node] / total,
            family=max(against[node], key=lambda name: against[node][name], default=""),
        )
        for node, score in scores.items()
    ]
    return tuple(sorted(found, key=lambda suspect: -suspect.score))
