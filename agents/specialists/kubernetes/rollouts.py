"""Rollouts that do not finish, and Deployments that were scaled to nothing."""

from collections.abc import Iterator
from datetime import datetime

from agents.domain.claims import Claim
from agents.domain.hypotheses import Hypothesis
from agents.domain.measures import Comparator, ObjectSelector
from agents.specialists.framework import check
from agents.specialists.kubernetes.admission import refusals
from agents.specialists.kubernetes.claims import (
    SUPPORTING,
    Blame,
    Weight,
    earliest,
    quote,
    quote_happening,
    states,
    there_are_none,
)
from agents.specialists.kubernetes.objects import Happening, Pod, Thing, Workload, instant
from agents.specialists.kubernetes.references import missing_reference
from agents.specialists.kubernetes.revisions import revisions_of, rollout_behind
from agents.specialists.kubernetes.traffic import selector_of
from agents.specialists.kubernetes.view import ClusterView

_TIMED_OUT = "ProgressDeadlineExceeded"
_HARMLESS_WAITS = {"", "ContainerCreating", "PodInitializing"}
_WHY_CREATING = (
    *("FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox", "NetworkNotReady"),
    *("FailedCreatePodContainer", "FailedPostStartHook"),
)


@check(
    needs=("objects:pods", "objects:deployments", "objects:replicasets"), modes=("rollout_stuck",)
)
def stuck_rollout(view: ClusterView) -> Iterator[Hypothesis]:
    """Find rollouts that stopped half-way for a reason that no other check can name."""
    refused = {one.workload.entity.key for one in refusals(view)}
    for deployment in view.workloads:
        if deployment.entity.kind != "deployment" or deployment.entity.key in refused:
            continue
        stuck = _stuck(view, deployment)
        pods = _new_pods(view, deployment)
        if stuck is None or any(_has_a_reason(view, pod) for pod in pods):
            continue
        claims, told, since = stuck
        said = tuple(one for pod in pods for one in view.happenings(pod, *_WHY_CREATING))
        why = f" The kubelet says: {said[-1].message[:200]}" if said else ""
        yield Blame(
            entity=deployment.entity,
            mode="rollout_stuck",
            summary=f"The rollout of {deployment.name} is stuck: {told}.{why}",
            claims=claims,
            pods=pods,
            explains=tuple(s.entity for s in view.traffic.services_of(deployment)),
            onset=earliest(since, *(one.first_at for one in said)),
            rollout=rollout_behind(view, deployment.entity, pods),
            evidence=(quote(deployment, told), *(quote_happening(one) for one in said[-2:])),
            details={"paused": deployment.document.flag("spec.paused") is True},
        ).hypothesis(view)


def _stuck(
    view: ClusterView, deployment: Workload
) -> tuple[tuple[Claim, ...], str, datetime | None] | None:
    updated = int(deployment.document.number("status.updatedReplicas") or 0)
    missing = states(
        view,
        deployment,
        "status.updatedReplicas || `0`",
        deployment.desired,
        f"{updated} of {deployment.desired} pods of {deployment.name} are of the new revision",
        comparator=Comparator.LESS,
        weight=SUPPORTING,
    )
    condition = deployment.condition("Progressing")
    if deployment.document.flag("spec.paused") and updated < deployment.desired:
        paused = states(
            view, deployment, "spec.paused", expected=True, text=f"{deployment.name} is paused"
        )
        return (paused, missing), "it is paused half-way", None
    if condition is None or condition.text("reason") != _TIMED_OUT:
        return None
    timed_out = states(
        view,
        deployment,
        "status.conditions[?type=='Progressing'].reason | [0]",
        _TIMED_OUT,
        f"the rollout of {deployment.name} passed its deadline without progress",
        weight=Weight(sufficiency=1.5),
    )
    claims = (timed_out, missing) if updated < deployment.desired else (timed_out,)
    since = instant(condition.text("lastUpdateTime"))
    return claims, condition.text("message") or _TIMED_OUT, since


def _new_pods(view: ClusterView, deployment: Workload) -> tuple[Pod, ...]:
    newest = next(iter(revisions_of(view, deployment)), None)
    pods = view.pods_of(deployment.entity)
    if newest is None:
        return pods
    return tuple(pod for pod in pods if pod.owner == ("replicaset", newest.name))


def _has_a_reason(view: ClusterView, pod: Pod) -> bool:
    """Tell whether another check names what is wrong with a pod."""
    if pod.node is None or pod.is_ready:
        return pod.node is None
    return missing_reference(view, pod) is not None or any(
        c.waiting_reason not in _HARMLESS_WAITS
        or (c.exit_code is not None and c.restarts > 0)
        or (c.is_running and not c.is_ready and c.spec.at("readinessProbe") is not None)
        for c in pod.containers
    )


@check(
    needs=("objects:pods", "objects:deployments", "objects:services"),
    modes=("deployment_zero_replicas",),
)
def scaled_to_nothing(view: ClusterView) -> Iterator[Hypothesis]:
    """Find Deployments with no replicas although a service sends traffic to them."""
    if not view.has("pods"):
        return
    for deployment in view.workloads:
        if deployment.entity.kind != "deployment" or deployment.desired > 0:
            continue
        services = _left_alone(view, deployment)
        if not services:
            continue
        said = _scaled_down(view, deployment)
        is_expected = any(view.is_known_service(s.name) for s in (deployment, *services))
        yield Blame(
            entity=deployment.entity,
            mode="deployment_zero_replicas",
            summary=f"{deployment.name} is scaled to no replicas, and nothing else stands behind"
            f" the service {services[0].name}.",
            claims=tuple(_zero_claims(view, deployment, services[0])),
            explains=tuple(service.entity for service in services),
            onset=earliest(*(one.last_at for one in said[-1:])),
            evidence=(
                quote(deployment, "spec.replicas: 0"),
                *(quote_happening(one) for one in said[-1:]),
            ),
            shift=_expectation(is_scaled=bool(said), is_expected=is_expected),
        ).hypothesis(view)


def _expectation(*, is_scaled: bool, is_expected: bool) -> float:
    """A Deployment at rest is ordinary; one that was scaled down just now, or is called, is not."""
    if is_scaled:
        return 0.7
    return 0.0 if is_expected else -2.0


def _left_alone(view: ClusterView, deployment: Workload) -> tuple[Thing, ...]:
    """Return the services whose only workload this is."""
    return tuple(
        service
        for service in view.traffic.services_of(deployment)
        if not view.traffic.pods_behind(service)
    )


def _scaled_down(view: ClusterView, deployment: Workload) -> tuple[Happening, ...]:
    said = view.happenings(deployment, "ScalingReplicaSet")
    return tuple(one for one in said if " to 0" in one.message)


def _zero_claims(view: ClusterView, deployment: Workload, service: Thing) -> Iterator[Claim]:
    yield states(view, deployment, "spec.replicas", 0, f"{deployment.name} is set to 0 replicas")
    yield there_are_none(
        view,
        deployment.entity,
        ObjectSelector(
            kind="pods",
            namespace=service.namespace,
            labels=selector_of(service),
            where="status.phase == 'Running'",
        ),
        f"no pod runs behind the service {service.name}",
        control=ObjectSelector(kind="pods"),
    )
