"""Nodes that are not ready, or that run out of memory, disk or process ids."""

from collections.abc import Iterator
from dataclasses import dataclass

from agents.domain.hypotheses import Hypothesis
from agents.domain.measures import Comparator
from agents.specialists.framework import check
from agents.specialists.kubernetes.claims import Blame, Weight, quote, quote_happening, states
from agents.specialists.kubernetes.node_services import silenced_by
from agents.specialists.kubernetes.objects import Node, Pod, instant
from agents.specialists.kubernetes.view import ClusterView


@dataclass(frozen=True, slots=True)
class _Complaint:
    """A condition of a node that ought to be otherwise."""

    mode: str
    condition: str
    healthy: str
    told: str


_COMPLAINTS = (
    _Complaint("node_not_ready", "Ready", "True", "is not ready"),
    _Complaint("node_memory_pressure", "MemoryPressure", "False", "is short of memory"),
    _Complaint("node_disk_pressure", "DiskPressure", "False", "is short of disk space"),
    _Complaint("node_pid_pressure", "PIDPressure", "False", "is short of process ids"),
    _Complaint("node_network_unavailable", "NetworkUnavailable", "False", "has no network"),
)
_SAID = ("EvictionThresholdMet", "NodeNotReady", "SystemOOM", "FreeDiskSpaceFailed", "Rebooted")


@check(needs=("objects:nodes",), modes=tuple(one.mode for one in _COMPLAINTS))
def unhealthy_nodes(view: ClusterView) -> Iterator[Hypothesis]:
    """Find nodes whose own conditions say that they are not well, and the pods that suffer."""
    for node in view.nodes:
        if node.is_being_deleted:
            continue
        for complaint in _COMPLAINTS:
            is_explained = complaint.condition == "Ready" and silenced_by(view, node) is not None
            if _applies(node, complaint) and not is_explained:
                yield _blame(view, node, complaint)


def _applies(node: Node, complaint: _Complaint) -> bool:
    """A kubelet that is silent leaves every condition unknown: then only `Ready` tells."""
    condition = node.condition(complaint.condition)
    if condition is None:
        return False
    status = condition.text("status")
    is_unknown = status == "Unknown"
    return status != complaint.healthy and not (is_unknown and complaint.condition != "Ready")


def _blame(view: ClusterView, node: Node, complaint: _Complaint) -> Hypothesis:
    on_node = [pod for pod in view.pods if pod.node == node.name]
    suffering = tuple(pod for pod in on_node if not pod.is_ready)
    evicted = _evicted(view, node)
    condition = node.condition(complaint.condition)
    message = (condition.text("message") if condition else None) or complaint.told
    said = view.happenings(node, *_SAID)
    hurt = f"{len(suffering)} of its {len(on_node)} pods are not ready"
    hurt += f", {len(evicted)} were evicted" if evicted else ""
    claim = states(
        view,
        node,
        f"status.conditions[?type=='{complaint.condition}'].status | [0]",
        complaint.healthy,
        f"node {node.name} {complaint.told}",
        comparator=Comparator.NOT_EQUAL,
        weight=Weight(sufficiency=2.2),
    )
    return Blame(
        entity=node.entity,
        mode=complaint.mode,
        summary=f"Node {node.name} {complaint.told} ({message}); {hurt}.",
        claims=(claim,),
        pods=(*suffering, *evicted),
        onset=instant(condition.text("lastTransitionTime")) if condition else None,
        evidence=(
            quote(node, f"{complaint.condition}: {message}"),
            *(quote_happening(one) for one in said[-2:]),
        ),
        shift=0.4 if suffering or evicted else -0.8,
    ).hypothesis(view)


def _evicted(view: ClusterView, node: Node) -> tuple[Pod, ...]:
    """Return the pods that this node threw out."""
    pods = (Pod(resource) for resource in view.all("pods"))
    return tuple(
        pod
        for pod in pods
        if pod.node == node.name and pod.document.text("status.reason") == "Evicted"
    )
