"""The path inside a cluster: does a Service lead anywhere?"""

from collections.abc import Iterator

from agents.domain.base import EntityRef
from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Evidence, Hypothesis
from agents.domain.measures import Comparator, Measure, ObjectSelector, Reduction
from agents.domain.readings import Resource
from agents.specialists.framework import Check, Found, check
from agents.specialists.network.claims import objects_number
from agents.specialists.network.connections import affected
from agents.specialists.network.view import NetworkView

_READY = "length((status.conditions[?type=='Ready' && status=='True']) || `[]`) > `0`"
_ADDRESSES = "length((subsets[].addresses[]) || `[]`)"


@check(needs=("objects:services", "objects:pods"), modes=("service_without_endpoints",))
def services_that_lead_nowhere(view: NetworkView) -> Iterator[Found]:
    """Find Services whose selector matches no ready pod, and say whether any pod matches at all."""
    for service in view.objects("services"):
        selector = service.document.mapping("spec.selector")
        is_external = service.document.text("spec.type") == "ExternalName"
        if selector and not is_external and _ready_addresses(view, service) == 0:
            yield _without_endpoints(view, service)


def _ready_addresses(view: NetworkView, service: Resource) -> int:
    """Count ready addresses by the endpoints controller's own word, else by the pods."""
    if view.has("objects:endpoints"):
        own = (r for r in view.objects("endpoints") if r.entity.name == service.entity.name)
        found = next((r for r in own if r.entity.namespace == service.entity.namespace), None)
        if found is not None:
            return int(found.document.number(_ADDRESSES) or 0)
    return sum(pod.document.flag(_READY) is True for pod in _selected(view, service))


def _selected(view: NetworkView, service: Resource) -> list[Resource]:
    selector = service.document.mapping("spec.selector")
    return [
        pod
        for pod in view.objects("pods")
        if pod.entity.namespace == service.entity.namespace
        and all(pod.labels.get(key) == value for key, value in selector.items())
    ]


def _without_endpoints(view: NetworkView, service: Resource) -> Hypothesis:
    entity = service.entity.model_copy(update={"kind": "service"})
    pods = _selected(view, service)
    selector = service.document.mapping("spec.selector")
    shown = ", ".join(f"{key}={value}" for key, value in selector.items())
    why = f"{len(pods)} pods match ({shown}), none is ready" if pods else f"no pod matches {shown}"
    return Hypothesis(
        cause=Cause(entity=entity, failure_mode="service_without_endpoints"),
        summary=f"Service {entity.namespace}/{entity.name} has no ready endpoint: {why}.",
        claims=(*_no_addresses(view, service), _no_ready_pod(view, service)),
        explains=affected(view, EntityRef(kind="service", name=entity.name), None),
        evidence=(Evidence(source="objects:services", entity=entity, text=f"{entity.key}: {why}"),),
        prior_shift=0.0 if pods else 0.5,
    )


def _no_ready_pod(view: NetworkView, service: Resource) -> Claim:
    labels = service.document.mapping("spec.selector")
    space = service.entity.namespace
    return objects_number(
        view,
        service.entity,
        ObjectSelector(kind="pods", namespace=space, labels=labels, where=_READY),
        comparator=Comparator.EQUAL,
        expected=0,
        text=f"No ready pod matches the selector of Service {service.entity.name}.",
        control=ObjectSelector(kind="services", namespace=space, name=service.entity.name),
    )


def _no_addresses(view: NetworkView, service: Resource) -> tuple[Claim, ...]:
    if not view.has("objects:endpoints"):
        return ()
    selector = ObjectSelector(
        kind="endpoints",
        namespace=service.entity.namespace,
        name=service.entity.name,
        path=_ADDRESSES,
    )
    claim = Claim(
        text=f"The endpoints of {service.entity.name} list no ready address.",
        subject=service.entity,
        measure=Measure(selector=selector, reduce=Reduction.SUM),
        comparator=Comparator.EQUAL,
        expected=0,
        window=view.window,
        sufficiency=1.5,
        necessity=2.5,
    )
    return (claim,)


PATH_CHECKS: tuple[Check[NetworkView], ...] = (services_that_lead_nowhere,)
