"""Pods that the API server refuses to create: quotas, missing service accounts, other rules."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from agents.domain.base import EntityRef, Scalar
from agents.domain.claims import Claim
from agents.domain.hypotheses import Hypothesis
from agents.domain.measures import Comparator, ObjectSelector
from agents.specialists.framework import check
from agents.specialists.kubernetes.claims import (
    SUPPORTING,
    Blame,
    Weight,
    quote,
    states,
    there_are_none,
)
from agents.specialists.kubernetes.objects import Happening, Thing, Workload, instant
from agents.specialists.kubernetes.view import ClusterView

_EXCEEDED = re.compile(
    r"exceeded quota: (?P<quota>[^,]+), requested: (?P<asked>.+?), used: (?P<used>.+?), "
    r"limited: (?P<limit>\S+)"
)
_NO_ACCOUNT = re.compile(r'serviceaccounts? "(?P<name>[^"]+)" not found', re.IGNORECASE)
_QUOTA_MODES = {
    "cpu": "namespace_cpu_quota_exceeded",
    "memory": "namespace_memory_quota_exceeded",
    "pods": "namespace_pod_quota_exceeded",
    "storage": "namespace_storage_quota_exceeded",
    "persistentvolumeclaims": "namespace_storage_quota_exceeded",
}
"""By what the name of the limited resource contains: `requests.cpu`, `count/pods`, ..."""
_SERVICE_QUOTAS = ("services", "count/services")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the API server answered when a workload's pod was to be created."""

    workload: Workload
    message: str
    said_by: Thing
    path: str
    """Where in `said_by` the message is written."""
    onset: datetime | None


def refusals(view: ClusterView) -> Iterator[Refusal]:
    """Yield the workloads whose pods are being refused now, with the answer that still stands."""
    for workload in view.workloads:
        answers = (*_conditions(view, workload), *_events(view, workload))
        found = next((one for one in answers if not _is_outdated(view, one)), None)
        if found is not None:
            yield found


def _conditions(view: ClusterView, workload: Workload) -> Iterator[Refusal]:
    for thing in (workload, *_replicasets(view, workload)):
        condition = thing.condition("ReplicaFailure")
        said = condition.text("message") if condition is not None else None
        if condition is not None and said and condition.text("status") == "True":
            yield Refusal(
                workload=workload,
                message=said,
                said_by=thing,
                path="status.conditions[?type=='ReplicaFailure' && status=='True'].message | [0]",
                onset=instant(condition.text("lastTransitionTime")),
            )


def _events(view: ClusterView, workload: Workload) -> Iterator[Refusal]:
    """Many workloads keep no condition: events tell while pods lack, the newest first."""
    if len(view.pods_of(workload.entity)) >= workload.desired:
        return
    own = (workload, *_replicasets(view, workload))
    said = [one for thing in own for one in view.happenings(thing, "FailedCreate")]
    for one in sorted(said, key=_last_seen, reverse=True):
        yield Refusal(workload, one.message, one, "message || note", one.first_at)


def _last_seen(happening: Happening) -> float:
    return happening.last_at.timestamp() if happening.last_at else 0.0


def _is_outdated(view: ClusterView, refusal: Refusal) -> bool:
    """Tell whether the reason has passed: an account that pods came before is there now."""
    account = _NO_ACCOUNT.search(refusal.message)
    if account is None:
        return False
    name = account["name"].rpartition("/")[2]
    return view.find("serviceaccounts", name, refusal.workload.namespace) is not None


def _replicasets(view: ClusterView, workload: Workload) -> tuple[Thing, ...]:
    """Return the ReplicaSets of a Deployment that still want pods."""
    if workload.entity.kind != "deployment":
        return ()
    owned = (Thing(resource) for resource in view.owned_by("replicasets", workload))
    return tuple(one for one in owned if (one.document.number("spec.replicas") or 0) > 0)


def _services(view: ClusterView, workload: Workload) -> tuple[EntityRef, ...]:
    return tuple(service.entity for service in view.traffic.services_of(workload))


@check(
    needs=("objects:pods",),
    modes=(
        *dict.fromkeys(_QUOTA_MODES.values()),
        "missing_service_account",
        "pod_creation_refused",
    ),
)
def refused_pods(view: ClusterView) -> Iterator[Hypothesis]:
    """Find workloads whose pods may not be created: over quota, or against another rule."""
    for refusal in refusals(view):
        exceeded = _EXCEEDED.search(refusal.message)
        account = _NO_ACCOUNT.search(refusal.message)
        if exceeded and (mode := _quota_mode(exceeded["asked"])):
            yield _over_quota(view, refusal, exceeded, mode)
        elif account:
            yield _without_account(view, refusal, account["name"])
        elif "forbidden" in refusal.message or "denied" in refusal.message or exceeded:
            yield _refused(view, refusal)


def _quota_mode(asked: str) -> str | None:
    return next((mode for what, mode in _QUOTA_MODES.items() if what in asked), None)


def _says(view: ClusterView, refusal: Refusal, pattern: str, text: str) -> Claim:
    return states(
        view,
        refusal.said_by,
        refusal.path,
        pattern,
        text,
        comparator=Comparator.MATCHES,
        weight=Weight(sufficiency=2.0),
    )


def _over_quota(
    view: ClusterView, refusal: Refusal, exceeded: re.Match[str], mode: str
) -> Hypothesis:
    workload, quota = refusal.workload, exceeded["quota"]
    namespace = EntityRef(kind="namespace", name=workload.namespace or "default")
    says = _says(
        view,
        refusal,
        f"exceeded quota: {re.escape(quota)}",
        f"pods of {workload.name} are refused over quota {quota}",
    )
    return Blame(
        entity=namespace,
        mode=mode,
        summary=f"The quota {quota} of namespace {namespace.name} is used up: {workload.name} asks"
        f" for {exceeded['asked']}, used is {exceeded['used']} of {exceeded['limit']}.",
        claims=(says, *_quota_claims(view, workload, quota, exceeded["asked"])),
        pods=view.pods_of(workload.entity),
        explains=(workload.entity, *_services(view, workload)),
        onset=refusal.onset,
        evidence=(quote(refusal.said_by, refusal.message),),
        details={
            "quota": quota,
            "requested": exceeded["asked"],
            "used": exceeded["used"],
            "limited": exceeded["limit"],
            "workload": workload.name,
        },
    ).hypothesis(view)


def _quota_claims(view: ClusterView, workload: Workload, quota: str, asked: str) -> Iterator[Claim]:
    resource = view.find("resourcequotas", quota, workload.namespace)
    if resource is None:
        return
    key = asked.partition("=")[0].strip()
    thing = Thing(resource)
    hard = thing.document.mapping("status.hard || spec.hard").get(key)
    if hard is not None:
        yield states(
            view,
            thing,
            f'(status.hard || spec.hard)."{key}"',
            hard,
            f"the quota {quota} allows {hard} of {key}",
            weight=SUPPORTING,
        )


def _without_account(view: ClusterView, refusal: Refusal, name: str) -> Hypothesis:
    workload = refusal.workload
    account = name.rpartition("/")[2]
    claims = [_says(view, refusal, _NO_ACCOUNT.pattern, f"pods of {workload.name} are refused")]
    if view.has("serviceaccounts"):
        claims.append(
            there_are_none(
                view,
                workload.entity,
                ObjectSelector(kind="serviceaccounts", namespace=workload.namespace, name=account),
                f"there is no service account {account} in {workload.namespace}",
                control=ObjectSelector(kind="serviceaccounts"),
            )
        )
    told = f"its service account {account} does not exist"
    details: dict[str, Scalar] = {"serviceaccount": account}
    return _workload_blame(view, refusal, "missing_service_account", told, claims, details)


def _refused(view: ClusterView, refusal: Refusal) -> Hypothesis:
    name = refusal.workload.name
    says = _says(view, refusal, "forbidden|denied", f"pods of {name} are refused")
    told = refusal.message[:300]
    return _workload_blame(view, refusal, "pod_creation_refused", told, [says], {})


def _workload_blame(
    view: ClusterView,
    refusal: Refusal,
    mode: str,
    told: str,
    claims: list[Claim],
    details: dict[str, Scalar],
) -> Hypothesis:
    workload = refusal.workload
    return Blame(
        entity=workload.entity,
        mode=mode,
        summary=f"No pods can be created for {workload.name}: {told}.",
        claims=tuple(claims),
        pods=view.pods_of(workload.entity),
        explains=(workload.entity, *_services(view, workload)),
        onset=refusal.onset,
        evidence=(quote(refusal.said_by, refusal.message),),
        details=details,
    ).hypothesis(view)


@check(
    needs=("objects:resourcequotas", "objects:services"),
    modes=("namespace_service_quota_exceeded",),
)
def service_quota(view: ClusterView) -> Iterator[Hypothesis]:
    """Find namespaces that may hold no more services while a workload there lacks the one it had.

    Nothing in the cluster records a service that was refused, so its absence has to tell.
    """
    for resource in view.all("resourcequotas"):
        quota = Thing(resource)
        key = next((k for k in _SERVICE_QUOTAS if _is_used_up(quota, k)), None)
        lacking = _without_service(view, quota.namespace) if key else None
        if key is None or lacking is None:
            continue
        namespace = EntityRef(kind="namespace", name=quota.namespace or "default")
        hard = quota.document.text(f'status.hard."{key}"')
        full = states(
            view,
            quota,
            f'to_number(status.used."{key}") >= to_number(status.hard."{key}")',
            expected=True,
            text=f"quota {quota.name} allows {hard} services, and all are used",
        )
        gone = there_are_none(
            view,
            namespace,
            ObjectSelector(kind="services", namespace=quota.namespace, name=lacking.name),
            f"there is no service {lacking.name} in {quota.namespace}",
            control=ObjectSelector(kind="services", namespace=quota.namespace),
        )
        yield Blame(
            entity=namespace,
            mode="namespace_service_quota_exceeded",
            summary=f"Namespace {namespace.name} may hold no more than {hard} services and does;"
            f" {lacking.name}, which others call, has none.",
            claims=(full, gone),
            explains=(EntityRef(kind="service", name=lacking.name, namespace=quota.namespace),),
            evidence=(quote(quota, f"{key}: {hard} of {hard} used"),),
            details={"quota": quota.name, "service": lacking.name},
        ).hypothesis(view)


def _is_used_up(quota: Thing, key: str) -> bool:
    used = quota.document.number(f'to_number(status.used."{key}")')
    hard = quota.document.number(f'to_number(status.hard."{key}")')
    return used is not None and hard is not None and used >= hard


def _without_service(view: ClusterView, namespace: str | None) -> Workload | None:
    """Return a workload that is known by name as a service and that no service selects."""
    return next(
        (
            one
            for one in view.workloads
            if one.namespace == namespace
            and view.is_known_service(one.name)
            and not view.traffic.services_of(one)
        ),
        None,
    )
