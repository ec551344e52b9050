"""Pods that cannot resolve the names of services which are there."""

import re
from collections import defaultdict
from collections.abc import Iterator

from agents.domain.base import EntityRef
from agents.domain.hypotheses import Evidence, Hypothesis
from agents.domain.measures import Comparator
from agents.domain.readings import LogLine
from agents.specialists.framework import check
from agents.specialists.kubernetes.claims import Blame, Weight, quote, states
from agents.specialists.kubernetes.objects import Pod, Workload
from agents.specialists.kubernetes.references_in_settings import addresses_of
from agents.specialists.kubernetes.view import ClusterView
from agents.specialists.kubernetes.words import said_in_log

_UNRESOLVED = (
    r"unknown ?host|name resolution|no such host|name or service not known|nodename nor servname"
    r"|could not resolve host|EAI_AGAIN|ENOTFOUND|NXDOMAIN|getaddrinfo|dns resolution failed"
)
_PAST_THE_CLUSTER = {"None", "Default"}


@check(needs=("objects:pods",), modes=("service_dns_resolution_failure",))
def past_the_cluster_dns(view: ClusterView) -> Iterator[Hypothesis]:
    """Find workloads whose pods ask other name servers than the cluster's for its services."""
    for workload in view.workloads:
        policy = workload.template.text("spec.dnsPolicy")
        pods = view.pods_of(workload.entity)
        if policy not in _PAST_THE_CLUSTER or not pods:
            continue
        if workload.template.flag("spec.hostNetwork") or not _calls_services(view, workload):
            continue
        servers = ", ".join(workload.template.texts("spec.dnsConfig.nameservers"))
        asks = states(
            view,
            workload,
            "spec.template.spec.dnsPolicy",
            policy,
            f"the DNS policy of {workload.name} is {policy}",
            weight=Weight(sufficiency=1.8),
        )
        yield Blame(
            entity=workload.entity,
            mode="service_dns_resolution_failure",
            summary=f"The pods of {workload.name} do not ask the cluster's DNS (policy {policy}"
            f"{', name servers ' + servers if servers else ''}), so names of services are unknown"
            " to them.",
            claims=(asks,),
            pods=pods,
            evidence=(quote(workload, f"dnsPolicy: {policy}; name servers: {servers}"),),
            details={"dns_policy": policy, "name_servers": servers or None},
            shift=0.6,
        ).hypothesis(view)


def _calls_services(view: ClusterView, workload: Workload) -> bool:
    return any(True for _ in addresses_of(workload.template)) or bool(view.calls_of(workload.name))


@check(
    needs=("objects:pods", "objects:services", "logs"), modes=("service_dns_resolution_failure",)
)
def unresolved_services(view: ClusterView) -> Iterator[Hypothesis]:
    """Find pods that are unready and say that they cannot resolve a service which is there.

    Pods that are ready have said so while they started, or while the service was made anew.
    """
    names = {one.name for one in view.services}
    for pod, lines in _complaints(view):
        unresolved = {name for line in lines for name in names if _names(line, name)}
        if not unresolved:
            continue
        owner, last = view.owner_of(pod), lines[-1]
        unready = states(
            view,
            pod,
            "status.conditions[?type=='Ready'].status | [0]",
            "True",
            f"{pod.name} is not ready",
            comparator=Comparator.NOT_EQUAL,
        )
        said = said_in_log(view, pod.entity, _UNRESOLVED, f"the log of {pod.name} says so")
        yield Blame(
            entity=owner,
            mode="service_dns_resolution_failure",
            summary=f"{pod.name} cannot resolve {', '.join(sorted(unresolved))}, which is a service"
            f" here: {last.message[:160]}",
            claims=(said, unready),
            pods=(pod,),
            evidence=(_quoted(last, pod.entity),),
            details={"unresolved": ", ".join(sorted(unresolved))},
        ).hypothesis(view)


def _complaints(view: ClusterView) -> list[tuple[Pod, list[LogLine]]]:
    by_pod: dict[EntityRef, list[LogLine]] = defaultdict(list)
    for line in view.lines(_UNRESOLVED):
        if line.entity is not None:
            by_pod[line.entity].append(line)
    return [
        (pod, by_pod[pod.entity]) for pod in view.pods if pod.entity in by_pod and not pod.is_ready
    ]


def _names(line: LogLine, name: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", line.message) is not None


def _quoted(line: LogLine, about: EntityRef) -> Evidence:
    return Evidence(source="logs", entity=about, at=line.timestamp, text=line.message[:400])
