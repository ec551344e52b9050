"""Pods that no node takes: the constraint that keeps them off, read from the scheduler's words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from agents.domain.base import EntityRef, Scalar
from agents.domain.claims import Claim
from agents.domain.hypotheses import Evidence, Hypothesis
from agents.domain.measures import Comparator, ObjectSelector
from agents.specialists.framework import check
from agents.specialists.kubernetes import placement
from agents.specialists.kubernetes.claims import (
    DECISIVE,
    SUPPORTING,
    Blame,
    counts,
    earliest,
    number_of,
    quote,
    quote_happening,
    states,
)
from agents.specialists.kubernetes.grouping import pods_by_owner
from agents.specialists.kubernetes.objects import Node, Pod, Thing, instant
from agents.specialists.kubernetes.revisions import rollout_behind
from agents.specialists.kubernetes.view import ClusterView

_CONTROL_PLANE = re.compile(r"node-role\.kubernetes\.io/(control-plane|master)")
_AFFINITY_OR_SELECTOR = "node_affinity_or_selector"
_CONSTRAINTS = tuple(
    (mode, re.compile(pattern, re.IGNORECASE))
    for mode, pattern in (
        ("pod_unschedulable_insufficient_cpu", r"Insufficient cpu"),
        ("pod_unschedulable_insufficient_memory", r"Insufficient memory"),
        ("node_pod_capacity_exhausted", r"Too many pods|Insufficient pods"),
        ("node_cordoned", r"were unschedulable|taint \{node\.kubernetes\.io/unschedulable"),
        ("node_not_ready", r"taint \{node\.kubernetes\.io/(not-ready|unreachable)"),
        ("node_under_pressure", r"taint \{node\.kubernetes\.io/\w+-pressure"),
        ("taint_toleration_mismatch", r"taint"),
        ("pod_anti_affinity_conflict", r"anti-affinity"),
        ("pod_affinity_mismatch", r"pod affinity"),
        ("topology_spread_conflict", r"topology spread"),
        (_AFFINITY_OR_SELECTOR, r"node affinity|node selector|affinity/selector"),
        ("host_port_conflict", r"free ports"),
        ("volume_node_affinity_conflict", r"volume node affinity"),
        ("pvc_unbound", r"unbound immediate PersistentVolumeClaims|didn't find available persist"),
        ("missing_persistent_volume_claim", r'persistentvolumeclaim "?\S+"? (not found|is being)'),
    )
)
_CORDONS = {"node_cordoned", "node_not_ready", "node_under_pressure"}
"""Nodes that are out of use for a while: without that there would be more room."""
_TESTED_EARLY = {*_CORDONS, "taint_toleration_mismatch", _AFFINITY_OR_SELECTOR}
"""What the scheduler tests before it looks for room."""
_OTHERS_BUSINESS = {"node_not_ready", "node_under_pressure", "pvc_unbound"}
"""What the node and storage checks say with better evidence."""
_MODES = (
    *("pod_unschedulable_insufficient_cpu", "pod_unschedulable_insufficient_memory"),
    *("node_selector_mismatch", "node_affinity_mismatch", "pod_anti_affinity_conflict"),
    *("taint_toleration_mismatch", "node_cordoned"),
)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason for which some nodes do not take a pod."""

    mode: str
    nodes: int
    text: str


def obstacles(message: str) -> tuple[Obstacle, ...]:
    """Read the scheduler's verdict: which reason keeps the pod off how many nodes.

    Control-plane nodes turn ordinary pods away in every cluster: that is no reason, unless it is
    the only one. Nodes that fail a late test, such as for room, have passed taints and selectors
    before: then those are met by some nodes, and turn pods away from the others by design.
    """
    verdict = message.partition(" preemption:")[0].partition("nodes are available: ")[2] or message
    found: list[Obstacle] = []
    for part in re.split(r",\s+(?=\d+ )", verdict.rstrip(". ")):
        number = re.match(r"\d+", part)
        mode = next((mode for mode, pattern in _CONSTRAINTS if pattern.search(part)), "")
        if mode:
            found.append(Obstacle(mode, int(number[0]) if number else 1, part))
    serious = [one for one in found if not _CONTROL_PLANE.search(one.text)]
    late = [one for one in serious if one.mode not in _TESTED_EARLY]
    return tuple(late + [o for o in serious if o.mode in _CORDONS] if late else serious or found)


def in_the_way(view: ClusterView, pod: Pod, said: tuple[Obstacle, ...]) -> tuple[Obstacle, ...]:
    """Leave out what turns the pod away by design, as long as something else is left.

    A selector or an affinity that some node meets does what it is for: what keeps the pod off
    that node is the obstacle. Without such wishes a cordon that is on fewer nodes than all else,
    or on the control plane, is how the cluster is run.
    """
    cordoned = [node for node in view.nodes if node.is_cordoned]
    others = sum(one.nodes for one in said if one.mode != "node_cordoned")
    is_usual = len(cordoned) < others or all(node.is_control_plane for node in cordoned)
    wanted = [
        node
        for node in view.nodes
        if placement.is_wanted(pod, node)
        and not (is_usual and node.is_cordoned and not placement.singles_out(pod))
    ]
    by_design: set[str] = set()
    if wanted:
        by_design.add(_AFFINITY_OR_SELECTOR)
    if cordoned and (not all(node.is_cordoned for node in wanted) if wanted else is_usual):
        by_design.add("node_cordoned")
    if wanted and not any(node.has_own_taints for node in wanted):
        by_design.add("taint_toleration_mismatch")
    rest = tuple(one for one in said if one.mode not in by_design)
    return rest or said


@check(needs=("objects:pods",), modes=_MODES)
def unschedulable(view: ClusterView) -> Iterator[Hypothesis]:
    """Name the constraint that keeps a pending pod off every node."""
    for owner, pods in pods_by_owner(view, lambda pod: bool(verdict_on(view, pod))):
        said = obstacles(verdict_on(view, pods[0]))
        found = [o for o in in_the_way(view, pods[0], said) if o.mode not in _OTHERS_BUSINESS]
        total = sum(one.nodes for one in found)
        for one in found:
            mode = _told_apart(view, pods[0], one)
            if mode in _MODES:
                shift = (one.nodes / total - 1.0) * 2
                yield _blame(view, owner, mode, pods, one, shift)


def verdict_on(view: ClusterView, pod: Pod) -> str:
    """Return what the scheduler says now of a pod that no node has taken."""
    if pod.node is not None or pod.phase != "Pending":
        return ""
    condition = pod.condition("PodScheduled")
    if condition is not None and condition.text("status") == "True":
        return ""
    said = view.happenings(pod, "FailedScheduling")
    own = condition.text("message") if condition is not None else None
    return own or (said[-1].message if said else "")


def _told_apart(view: ClusterView, pod: Pod, obstacle: Obstacle) -> str:
    """The scheduler has one sentence for selectors and affinity: ask the pod and the nodes."""
    if obstacle.mode != _AFFINITY_OR_SELECTOR:
        return obstacle.mode
    selector = pod.document.mapping("spec.nodeSelector")
    has_affinity = pod.document.at("spec.affinity.nodeAffinity") is not None
    if not selector or not has_affinity:
        return "node_selector_mismatch" if selector else "node_affinity_mismatch"
    meets = any(placement.has_labels(node, selector) for node in view.nodes)
    return "node_affinity_mismatch" if meets else "node_selector_mismatch"


def _blame(
    view: ClusterView,
    owner: EntityRef,
    mode: str,
    pods: tuple[Pod, ...],
    obstacle: Obstacle,
    shift: float,
) -> Hypothesis:
    worst = pods[0]
    cordoned = [node for node in view.nodes if node.is_cordoned]
    is_node = mode == "node_cordoned" and bool(cordoned)
    told, details = _explained(view, worst, mode, cordoned)
    return Blame(
        entity=cordoned[0].entity if is_node else owner,
        mode=mode,
        summary=f"No node takes {number_of(pods)} of {owner.name} ({obstacle.text}): {told}.",
        claims=tuple(_claims(view, worst, mode, obstacle, cordoned)),
        pods=pods,
        onset=earliest(*(_pending_since(pod) for pod in pods)),
        rollout=None if is_node else rollout_behind(view, owner, pods),
        evidence=tuple(_evidence(view, worst)),
        details=details,
        shift=shift,
    ).hypothesis(view)


def _pending_since(pod: Pod) -> datetime | None:
    condition = pod.condition("PodScheduled")
    since = instant(condition.text("lastTransitionTime")) if condition else None
    return since or pod.created_at


def _evidence(view: ClusterView, pod: Pod) -> Iterator[Evidence]:
    yield quote(pod, f"{pod.phase}, PodScheduled: {verdict_on(view, pod)}")
    yield from (quote_happening(one) for one in view.happenings(pod, "FailedScheduling")[-1:])


def _explained(
    view: ClusterView, pod: Pod, mode: str, cordoned: list[Node]
) -> tuple[str, dict[str, Scalar]]:
    """Say what the pod asks for, in its own words, and give the exact values."""
    if mode.startswith("pod_unschedulable_insufficient_"):
        resource = mode.rpartition("_")[2]
        asked = requests(pod, resource)
        path = f"status.allocatable.{resource}"
        offered = [node.document.text(path) or "?" for node in view.nodes[:6]]
        offers = f"; nodes offer {', '.join(offered)} in all" if offered else ""
        told = f"each pod requests {asked or 'no'} {resource}{offers}"
        return told, {"requested": asked, "resource": resource}
    if mode == "node_selector_mismatch":
        selector = dict(pod.document.mapping("spec.nodeSelector"))
        text = ", ".join(f"{key}={value}" for key, value in selector.items())
        return f"no suitable node carries the labels {text}", {"node_selector": text}
    if mode == "taint_toleration_mismatch":
        taints = sorted(
            {
                f"{t.text('key')}={t.text('value') or ''}:{t.text('effect')}"
                for node in view.nodes
                for t in node.document.items("spec.taints")
            }
        )
        return "it does not tolerate their taints", {"taints": ", ".join(taints) or None}
    if mode == "node_cordoned":
        names = ", ".join(node.name for node in cordoned)
        return f"nodes are cordoned: {names or 'see the nodes'}", {"nodes": names or None}
    rules = {
        "pod_anti_affinity_conflict": "its anti-affinity rules exclude every node that is left",
        "node_affinity_mismatch": "no node meets its node affinity",
    }
    return rules[mode], {}


def requests(pod: Pod, resource: str) -> str | None:
    """Return what the containers of a pod request of a resource, as it is written."""
    asked = pod.document.texts(f"spec.containers[].resources.requests.{resource}")
    return " + ".join(asked) or None


_SPEC_PATHS = {
    "node_selector_mismatch": "spec.nodeSelector",
    "node_affinity_mismatch": "spec.affinity.nodeAffinity",
    "pod_anti_affinity_conflict": "spec.affinity.podAntiAffinity",
}


def _claims(
    view: ClusterView, pod: Pod, mode: str, obstacle: Obstacle, cordoned: list[Node]
) -> Iterator[Claim]:
    name = ObjectSelector(
        kind="pods", namespace=pod.namespace, name=pod.name, where="!(spec.nodeName)"
    )
    yield counts(view, pod.entity, name, f"{pod.name} is on no node")
    yield from _said_claims(view, pod, obstacle)
    if mode in _SPEC_PATHS:
        where = f"to_string({_SPEC_PATHS[mode]}) != 'null'"
        bound = name.model_copy(update={"where": where})
        text = f"{pod.name} asks for it under {_SPEC_PATHS[mode]}"
        yield counts(view, pod.entity, bound, text, weight=SUPPORTING)
    if mode == "node_cordoned" and cordoned:
        node = cordoned[0]
        yield states(
            view, node, "spec.unschedulable", expected=True, text=f"{node.name} is cordoned"
        )
    if mode == "taint_toleration_mismatch" and view.has("nodes"):
        tainted = ObjectSelector(kind="nodes", where="length(spec.taints || `[]`) > `0`")
        yield counts(view, pod.entity, tainted, "there are tainted nodes", weight=SUPPORTING)


def _said_claims(view: ClusterView, pod: Pod, obstacle: Obstacle) -> Iterator[Claim]:
    """Claim that the scheduler gives this reason: in the pod itself, or else in an event."""
    places: list[tuple[Thing, str]] = [
        (one, "message || note") for one in view.happenings(pod, "FailedScheduling")[-1:]
    ]
    condition = pod.condition("PodScheduled")
    if condition is not None and condition.text("message"):
        path = "status.conditions[?type=='PodScheduled'].message | [0]"
        places = [(pod, path)]
    phrase = re.escape(re.sub(r"^\d+ (node\(s\) )?", "", obstacle.text))
    for thing, path in places:
        yield states(
            view,
            thing,
            path,
            phrase,
            f"the scheduler says of {pod.name}: {obstacle.text}",
            comparator=Comparator.MATCHES,
            weight=DECISIVE,
        )
