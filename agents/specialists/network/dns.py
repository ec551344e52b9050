"""Names: do they resolve, and to the right address?"""

from collections.abc import Iterator

from agents.domain.base import EntityRef
from agents.domain.hypotheses import Cause, Hypothesis
from agents.domain.measures import Comparator, ObjectSelector
from agents.domain.readings import ProbeResult, Resource
from agents.errors import PermissionMissing, ScopeViolation
from agents.specialists.framework import Check, Found, check
from agents.specialists.network.claims import objects_number, probe_field
from agents.specialists.network.connections import affected, connection_failures
from agents.specialists.network.view import NetworkView

_MODES = {
    "nxdomain": "dns_nxdomain",
    "no_answer": "dns_nxdomain",
    "servfail": "dns_servfail",
    "timeout": "dns_timeout",
    "timed_out": "dns_timeout",
}


@check(needs=(), modes=("dns_nxdomain", "dns_servfail", "dns_timeout"))
def names_that_do_not_resolve(view: NetworkView) -> Iterator[Found]:
    """Tell a name that does not exist from a resolver that fails and from one that is silent."""
    yield from connection_failures(view, "dns", _MODES)


@check(needs=("probe:dns", "objects:services"), modes=("dns_wrong_answer",))
def names_that_resolve_wrongly(view: NetworkView) -> Iterator[Found]:
    """Compare what a Service's name resolves to with the Service's own address."""
    for target in view.targets("dns"):
        service = _service_named(view, target)
        result = _answer(view, target) if service else None
        if service is None or result is None or not result.ok:
            continue
        expected = service.document.text("spec.clusterIP") or ""
        found = result.fields.get("addresses")
        if expected and isinstance(found, list) and found and expected not in found:
            yield _wrong_answer(view, service, result, expected, str(found[0]))


def _service_named(view: NetworkView, target: str) -> Resource | None:
    """Return the Service with one address of its own that a name belongs to."""
    for service in view.objects("services"):
        name = f"{service.entity.name}.{service.entity.namespace}.svc"
        has_address = service.document.text("spec.clusterIP") not in (None, "", "None")
        if has_address and (target == name or target.startswith(f"{name}.")):
            return service
    return None


def _answer(view: NetworkView, target: str) -> ProbeResult | None:
    """Return what resolving says; a refusal is reported by the other check of names."""
    try:
        return view.probe("dns", target)
    except (PermissionMissing, ScopeViolation):
        return None


def _wrong_answer(
    view: NetworkView, service: Resource, result: ProbeResult, expected: str, found: str
) -> Hypothesis:
    entity = EntityRef(kind="service", name=service.entity.name)
    resolves = probe_field(
        view,
        entity,
        result,
        field="address",
        comparator=Comparator.NOT_EQUAL,
        expected=expected,
        text=f"{result.target} does not resolve to {expected}.",
    )
    owns = objects_number(
        view,
        entity,
        ObjectSelector(
            kind="services",
            namespace=service.entity.namespace,
            name=service.entity.name,
            where=f"spec.clusterIP == '{expected}'",
        ),
        comparator=Comparator.AT_LEAST,
        expected=1,
        text=f"The Service's own address is {expected}.",
    )
    return Hypothesis(
        cause=Cause(entity=entity, failure_mode="dns_wrong_answer"),
        summary=f"{result.target} resolves to {found}, but the Service's address is {expected}.",
        claims=(resolves, owns),
        explains=affected(view, entity, None),
    )


DNS_CHECKS: tuple[Check[NetworkView], ...] = (
    names_that_do_not_resolve,
    names_that_resolve_wrongly,
)
