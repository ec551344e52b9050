"""How a rollout moves replicas from old ReplicaSets to the new one: arithmetic, no I/O."""

import hashlib
import json
import math
from dataclasses import dataclass

from jobs.gameday.cluster.objects import KubeObject

HASH_LABEL = "pod-template-hash"
REVISION = "deployment.kubernetes.io/revision"
DEFAULT_SHARE = "25%"


@dataclass(frozen=True)
class Generation:
    """One ReplicaSet of a Deployment, as the rollout sees it."""

    name: str
    replicas: int
    """Pods it wants."""
    available: int
    """Pods it has that are ready."""


@dataclass(frozen=True)
class Strategy:
    """How many pods a rollout may add, and how many it may do without."""

    surge: int
    unavailable: int
    recreate: bool = False


def strategy_of(deployment: KubeObject) -> Strategy:
    """Resolve the percentages of a Deployment's strategy against its replicas."""
    spec = deployment["spec"]
    strategy: KubeObject = spec.get("strategy") or {}
    if strategy.get("type") == "Recreate":
        return Strategy(surge=0, unavailable=spec["replicas"], recreate=True)
    rolling: KubeObject = strategy.get("rollingUpdate") or {}
    surge = _share(rolling.get("maxSurge", DEFAULT_SHARE), spec["replicas"], round_up=True)
    spare = _share(rolling.get("maxUnavailable", DEFAULT_SHARE), spec["replicas"], round_up=False)
    return Strategy(surge, spare if surge or spare else 1)


def next_scales(
    wanted: int, strategy: Strategy, new: Generation, old: list[Generation]
) -> dict[str, int]:
    """Decide how many pods each ReplicaSet should want next; names the ones that change only."""
    if strategy.recreate and any(g.replicas for g in old):
        return {g.name: 0 for g in old if g.replicas}
    total = new.replicas + sum(g.replicas for g in old)
    scales: dict[str, int] = {}
    if new.replicas > wanted:
        scales[new.name] = wanted
    elif new.replicas < wanted:
        room = wanted + strategy.surge - total
        if room > 0:
            scales[new.name] = min(wanted, new.replicas + room)
    scales.update(_scale_down(wanted, strategy, new, old, total))
    return {
        g.name: scales[g.name] for g in [new, *old] if scales.get(g.name, g.replicas) != g.replicas
    }


def _scale_down(
    wanted: int, strategy: Strategy, new: Generation, old: list[Generation], total: int
) -> dict[str, int]:
    """Take pods from the old: first the broken ones, then as many ready ones as can be spared."""
    floor = wanted - strategy.unavailable
    removable = total - floor - (new.replicas - new.available)
    left = {g.name: g.replicas for g in old}
    for generation in old:
        broken = min(generation.replicas - generation.available, removable)
        if broken > 0:
            left[generation.name] -= broken
            removable -= broken
    spare = new.available + sum(g.available for g in old) - floor
    for generation in old:
        cut = min(left[generation.name], generation.available, spare)
        if cut > 0:
            left[generation.name] -= cut
            spare -= cut
    return left


def template_hash(template: KubeObject) -> str:
    """A short name for a pod template, the same for the same template."""
    text = json.dumps(without_hash(template), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def without_hash(template: KubeObject) -> KubeObject:
    """The template as people wrote it, without the label the controller adds."""
    metadata = template.get("metadata", {})
    labels = {k: v for k, v in metadata.get("labels", {}).items() if k != HASH_LABEL}
    return {**template, "metadata": {**metadata, "labels": labels}}


def _share(value: int | str, replicas: int, *, round_up: bool) -> int:
    if isinstance(value, int):
        return value
    exact = replicas * int(value.removesuffix("%")) / 100
    return math.ceil(exact) if round_up else math.floor(exact)
