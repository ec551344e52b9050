"""Where along the calls the time is lost, or the failures are made.

A caller's latency holds its callees', and a callee's failures become its callers'. Both add up:
what a node loses in all (per call, times calls) is what its callees lose for it plus what it loses
itself. So each node is charged with what its callees do not account for, and with no more than
every hop between it and the place where the trouble is felt passes on. Names and positions carry no
weight; nodes that cannot be told apart come out equal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

_NOTABLE = 2.5
"""Spreads beyond the usual from which a node's excess is charged to somebody."""

Callees = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Strain:
    """How far one node is beyond its usual."""

    excess: float
    """In all: seconds lost or calls failed beyond the usual, never below zero."""
    score: float
    """In spreads of its own noise."""
    noise: float = 0.0
    """One spread, in the unit of the excess: what may pass unnoticed."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A node that loses more than its callees account for."""

    node: str
    own: float
    """What is charged to it, in the unit of the excess."""
    share: float
    """Of what is charged to all."""
    score: float


def reach(callees: Callees, start: str) -> tuple[str, ...]:
    """Return a node and everything that it calls, however far, nearest first."""
    seen = {start: None}
    queue = [start]
    while queue:
        fresh = [name for name in callees.get(queue.pop(0), ()) if name not in seen]
        seen.update(dict.fromkeys(fresh))
        queue.extend(fresh)
    return tuple(seen)


def find_origins(
    callees: Callees, strains: Mapping[str, Strain], felt_at: str | None = None
) -> tuple[Origin, ...]:
    """Return the nodes where it originates, the most charged first.

    `felt_at` is the node whose trouble is to be explained; without it every node is looked at. A
    node without telemetry is not charged and passes everything on.
    """
    nodes = reach(callees, felt_at) if felt_at else tuple(dict.fromkeys((*callees, *strains)))
    charged = {node: _charge(strains.get(node)) for node in nodes}
    own = _own({node: _seen_below(callees, strains, node) for node in nodes}, charged)
    if felt_at:
        passed_on = _passed_on(callees, strains, felt_at)
        own = {node: min(charge, passed_on.get(node, 0.0)) for node, charge in own.items()}
    total = sum(own.values())
    found = [
        Origin(node, charge, charge / total, strains[node].score)
        for node, charge in own.items()
        if charge > 0
    ]
    return tuple(sorted(found, key=lambda origin: -origin.own))


def _seen_below(callees: Callees, strains: Mapping[str, Strain], node: str) -> tuple[str, ...]:
    """Return the nearest nodes with telemetry that a node calls, past those without."""
    seen: dict[str, None] = {}
    queue = list(callees.get(node, ()))
    passed = {node}
    while queue:
        callee = queue.pop(0)
        if callee in passed:
            continue
        passed.add(callee)
        if callee in strains:
            seen[callee] = None
        else:
            queue.extend(callees.get(callee, ()))
    return tuple(seen)


def _charge(strain: Strain | None) -> float:
    return strain.excess if strain and strain.score >= _NOTABLE else 0.0


def _own(callees: Callees, charged: Mapping[str, float]) -> dict[str, float]:
    """Take from every node what its callees lose; a shared callee's loss is parted by need."""
    callers: dict[str, list[str]] = {node: [] for node in charged}
    for caller in charged:
        for callee in set(callees.get(caller, ())) - {caller}:
            if callee in callers:
                callers[callee].append(caller)
    accounted = dict.fromkeys(charged, 0.0)
    for callee, above in callers.items():
        need = sum(charged[caller] for caller in above)
        for caller in above:
            if need > 0:
                accounted[caller] += charged[callee] * charged[caller] / need
    return {node: max(0.0, charged[node] - accounted[node]) for node in charged}


def _passed_on(callees: Callees, strains: Mapping[str, Strain], felt_at: str) -> dict[str, float]:
    """Return for each node the most that some path passes on from it to where it is felt."""
    through = {felt_at: _lets_through(strains.get(felt_at))}
    open_nodes = [felt_at]
    while open_nodes:
        widest = max(open_nodes, key=lambda node: through[node])
        open_nodes.remove(widest)
        for callee in callees.get(widest, ()):
            width = min(through[widest], _lets_through(strains.get(callee)))
            if width > through.get(callee, -1.0):
                through[callee] = width
                open_nodes.append(callee)
    return through


def _lets_through(strain: Strain | None) -> float:
    return inf if strain is None else strain.excess + strain.noise
