"""The services that make a machine a node: kubelet, container runtime, kube-proxy, scheduler."""

from collections.abc import Iterator

from agents.domain.base import EntityRef
from agents.domain.claims import Claim
from agents.domain.hypotheses import Hypothesis
from agents.domain.measures import Comparator
from agents.specialists.framework import check
from agents.specialists.kubernetes.claims import SUPPORTING, Blame, Weight, quote, states
from agents.specialists.kubernetes.objects import Node, Pod, Thing
from agents.specialists.kubernetes.view import ClusterView

_MODES = {
    "kubelet": "kubelet_unavailable",
    "containerd": "containerd_unavailable",
    "docker": "containerd_unavailable",
    "crio": "containerd_unavailable",
    "kube-proxy": "kube_proxy_unavailable",
    "kube-scheduler": "kube_scheduler_unavailable",
}
_AS_PODS = ("kube-proxy", "kube-scheduler")
"""What runs as pods of the cluster in most installations."""
_SYSTEM = "kube-system"
_DOWN = {"inactive", "failed", "deactivating", "activating"}
_OTHERS_KEEP_QUIET = {"kubelet_unavailable", "containerd_unavailable"}


def silenced_by(view: ClusterView, node: Node) -> Thing | None:
    """Return the stopped service for want of which a node does not report itself ready."""
    for resource in view.all("node_services"):
        service = Thing(resource)
        mode = _MODES.get(service.document.text("spec.unit") or "")
        is_here = service.document.text("spec.node") == node.name
        if is_here and mode in _OTHERS_KEEP_QUIET and _is_down(service):
            return service
    return None


def _is_down(service: Thing) -> bool:
    return service.document.text("status.active") in _DOWN


@check(needs=("objects:nodes",), modes=tuple(dict.fromkeys(_MODES.values())))
def stopped_node_services(view: ClusterView) -> Iterator[Hypothesis]:
    """Find nodes on which a service of the cluster itself does not run, and who feels it."""
    for resource in view.all("node_services"):
        service = Thing(resource)
        mode = _MODES.get(service.document.text("spec.unit") or "")
        if mode and _is_down(service):
            yield _unit_is_down(view, service, mode)
    for pod in view.pods:
        name = next((one for one in _AS_PODS if pod.name.startswith(f"{one}-")), None)
        if name and pod.namespace == _SYSTEM and pod.node and not pod.is_ready:
            yield _pod_is_down(view, pod, name)


def _unit_is_down(view: ClusterView, service: Thing, mode: str) -> Hypothesis:
    unit, node = service.document.text("spec.unit") or "", service.document.text("spec.node") or ""
    state = service.document.text("status.active") or ""
    down = states(
        view,
        service,
        "status.active",
        "active",
        f"{unit} does not run on node {node}",
        comparator=Comparator.NOT_EQUAL,
        weight=Weight(sufficiency=2.4),
    )
    suffering = _suffering(view, node, mode)
    return Blame(
        entity=EntityRef(kind="node", name=node),
        mode=mode,
        summary=f"On node {node} the service {unit} is {state};"
        f" {len(suffering)} pods are not well because of it.",
        claims=(down, *_silent_node(view, node, mode)),
        pods=suffering,
        explains=tuple(pod.entity for pod in view.pods if pod.node == node),
        evidence=(quote(service, service.document.text("status.text") or f"{unit}: {state}"),),
        details={"unit": unit, "node": node},
        shift=0.5,
    ).hypothesis(view)


def _suffering(view: ClusterView, node: str, mode: str) -> tuple[Pod, ...]:
    """Return the pods that wait: for the scheduler those without a node, else those on the node."""
    if mode == "kube_scheduler_unavailable":
        return tuple(pod for pod in view.pods if pod.node is None)
    return tuple(pod for pod in view.pods if pod.node == node and not pod.is_ready)


def _silent_node(view: ClusterView, name: str, mode: str) -> Iterator[Claim]:
    node = next((one for one in view.nodes if one.name == name), None)
    if node is not None and mode in _OTHERS_KEEP_QUIET and not node.condition_is("Ready", "True"):
        yield states(
            view,
            node,
            "status.conditions[?type=='Ready'].status | [0]",
            "True",
            f"node {name} is not ready",
            comparator=Comparator.NOT_EQUAL,
            weight=SUPPORTING,
        )


def _pod_is_down(view: ClusterView, pod: Pod, name: str) -> Hypothesis:
    mode, node = _MODES[name], pod.node or ""
    down = states(
        view,
        pod,
        "status.conditions[?type=='Ready'].status | [0]",
        "True",
        f"{name} on node {node} is not ready",
        comparator=Comparator.NOT_EQUAL,
        weight=Weight(sufficiency=1.2),
    )
    return Blame(
        entity=EntityRef(kind="node", name=node),
        mode=mode,
        summary=f"{name} does not run on node {node}: its pod {pod.name} is not ready.",
        claims=(down,),
        pods=_suffering(view, node, mode),
        explains=(pod.entity,),
        evidence=(quote(pod, f"{pod.name}: {pod.phase}, not ready"),),
        details={"pod": pod.name, "node": node},
    ).hypothesis(view)
