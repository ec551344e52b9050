"""Services that lead nowhere: a selector that matches nothing, or a port that nothing has."""

from collections.abc import Iterator

from agents.domain.claims import Claim
from agents.domain.hypotheses import Hypothesis
from agents.domain.measures import ObjectSelector
from agents.specialists.framework import check
from agents.specialists.kubernetes.claims import Blame, Weight, quote, states, there_are_none
from agents.specialists.kubernetes.objects import Thing, Workload
from agents.specialists.kubernetes.traffic import selector_of
from agents.specialists.kubernetes.view import ClusterView


@check(
    needs=("objects:services", "objects:pods"),
    modes=("service_selector_mismatch", "service_without_endpoints"),
)
def service_leads_nowhere(view: ClusterView) -> Iterator[Hypothesis]:
    """Find services whose selector matches no pod and no workload's template."""
    if not view.has("pods"):
        return
    for service in view.services:
        selector = selector_of(service)
        if not selector or service.is_being_deleted or _has_backend(view, service):
            continue
        meant = _meant_for(view, service)
        if meant is None and not view.is_known_service(service.name):
            continue
        yield _mismatch(view, service, meant) if meant else _no_backend(view, service)


def _has_backend(view: ClusterView, service: Thing) -> bool:
    """Tell whether anything is, or would be, behind a service."""
    traffic = view.traffic
    return bool(traffic.pods_behind(service) or traffic.workloads_behind(service))


def _meant_for(view: ClusterView, service: Thing) -> Workload | None:
    """Return the workload that a service most likely was written for.

    It bears the service's name, or carries one of the labels that the service asks for under a
    key that tells workloads apart; and no other service leads to it.
    """
    alone = [
        one
        for one in view.workloads
        if one.namespace == service.namespace
        and one.desired > 0
        and not view.traffic.services_of(one)
    ]
    by_name = next((one for one in alone if one.name == service.name), None)
    return by_name or next((one for one in alone if _shares_a_label(view, service, one)), None)


def _shares_a_label(view: ClusterView, service: Thing, workload: Workload) -> bool:
    """Tell whether a workload has, alone of all, a label that the service asks for."""
    own = workload.template.mapping("metadata.labels")
    shared = {key: v for key, v in selector_of(service).items() if own.get(key) == v}
    return any(
        sum(
            one.namespace == workload.namespace and one.template_has({key: value})
            for one in view.workloads
        )
        == 1
        for key, value in shared.items()
    )


def _nothing_matches(view: ClusterView, service: Thing) -> Claim:
    text = ", ".join(f"{key}={value}" for key, value in selector_of(service).items())
    return there_are_none(
        view,
        service.entity,
        ObjectSelector(kind="pods", namespace=service.namespace, labels=selector_of(service)),
        f"no pod carries the labels {text} that the service {service.name} asks for",
        control=ObjectSelector(kind="pods", namespace=service.namespace),
        weight=Weight(sufficiency=1.5),
    )


def _mismatch(view: ClusterView, service: Thing, meant: Workload) -> Hypothesis:
    own = meant.template.mapping("metadata.labels")
    wrong = {key: v for key, v in selector_of(service).items() if own.get(key) != v}
    key, value = next(iter(wrong.items()))
    asks = states(
        view,
        service,
        f'spec.selector."{key}"',
        value,
        f"the service {service.name} asks for {key}={value}; {meant.name} has"
        f" {key}={own.get(key) or '(none)'}",
    )
    return Blame(
        entity=service.entity,
        mode="service_selector_mismatch",
        summary=f"The service {service.name} selects pods by {key}={value}, but those of"
        f" {meant.name} carry {key}={own.get(key) or '(none)'}: it has no endpoints.",
        claims=(_nothing_matches(view, service), asks),
        pods=view.pods_of(meant.entity),
        evidence=(quote(service, f"spec.selector: {selector_of(service)}"),),
        details={"workload": meant.name, "label": key, "asks_for": value, "has": own.get(key)},
    ).hypothesis(view)


def _no_backend(view: ClusterView, service: Thing) -> Hypothesis:
    return Blame(
        entity=service.entity,
        mode="service_without_endpoints",
        summary=f"Nothing stands behind the service {service.name}: no pod and no workload carries"
        " the labels that it selects by.",
        claims=(_nothing_matches(view, service),),
        evidence=(quote(service, f"spec.selector: {selector_of(service)}"),),
        shift=0.5,
    ).hypothesis(view)
