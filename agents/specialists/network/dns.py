"""Names: do they resolve, and to the right address?"""

import re
from collections.abc import Iterator

from agents.domain.base import EntityRef
from agents.domain.hypotheses import Cause, Hypothesis
from agents.domain.measures import Comparator, ObjectSelector
from agents.domain.readings import ProbeResult, Resource
from agents.errors import PermissionMissing, ScopeViolation
from agents.specialists.framework import Check, Found, check
from agents.specialists.network.claims import lines_say, objects_number, probe_field
from agents.specialists.network.connections import affected, connection_failures, quotes
from agents.specialists.network.faults import PATTERNS, FaultGroup, groups_of
from agents.specialists.network.view import NetworkView

_OF_THE_RESOLVER = frozenset({"dns_servfail", "dns_timeout"})
_MANY_NAMES = 3
_SHOWN = 4
_RESOLVER_NAME = re.compile(r"core-?dns|kube-?dns|\bunbound\b|dnsmasq|\bresolver\b", re.IGNORECASE)
_RESOLVER_ADDRESS = re.compile(r"\bon (\S+?)(?::53)\b")
_MODES = {
    "nxdomain": "dns_nxdomain",
    "no_answer": "dns_nxdomain",
    "servfail": "dns_servfail",
    "timeout": "dns_timeout",
    "timed_out": "dns_timeout",
}


@check(needs=(), modes=("dns_nxdomain", "dns_servfail", "dns_timeout"))
def names_that_do_not_resolve(view: NetworkView) -> Iterator[Found]:
    """Tell a name that does not exist from a resolver that fails and from one that is silent.

    Many names at once, some of them by failures of the resolver, are one trouble: the resolver's.
    """
    told = [group for group in groups_of(view) if group.mode in _MODES.values()]
    failing = [group for group in told if group.mode in _OF_THE_RESOLVER]
    is_the_resolver = len({g.target.host for g in told if g.target}) >= _MANY_NAMES and failing
    if is_the_resolver:
        yield _resolver_fails(view, told, failing)
    yield from connection_failures(view, "dns", _MODES, told if is_the_resolver else ())


def _resolver_fails(
    view: NetworkView, told: list[FaultGroup], failing: list[FaultGroup]
) -> Hypothesis:
    largest = max(failing, key=lambda group: len(group.faults))
    entity = _resolver(view, failing)
    count = sum(len(group.faults) for group in failing)
    names = sorted({group.target.host for group in told if group.target})
    modes = sorted({group.mode for group in failing})
    affected_by_each = [entity for group in told for entity in affected(view, group.callee, group)]
    at_least = max(2, count // 2)
    claim = lines_say(
        entity,
        "|".join(f"({PATTERNS[mode]})" for mode in modes),
        at_least,
        view.recent_lines,
        f"At least {at_least} log lines of the last minutes tell of a resolver that fails.",
    )
    return Hypothesis(
        cause=Cause(entity=entity, failure_mode=largest.mode),
        summary=f"The resolver {entity.name} fails: {len(names)} unrelated names do not resolve "
        f"({', '.join(names[:_SHOWN])}), and {count} recent log lines tell of its own failure.",
        claims=(claim,),
        explains=tuple(dict.fromkeys([entity, *affected_by_each])),
        onset=min(group.onset for group in told),
        evidence=tuple(one for group in told for one in quotes(group)[-1:]),
        prior_shift=1.0,
    )


def _resolver(view: NetworkView, failing: list[FaultGroup]) -> EntityRef:
    """Return the resolver: as the topology or the telemetry calls it, else by its address."""
    measured = {one.entity.name for one in view.series("*dns*", view.window) if one.entity}
    every = sorted(view.names | measured)
    known = next((name for name in every if _RESOLVER_NAME.search(name)), None)
    if known:
        return EntityRef(kind="service", name=known)
    lines = (fault.line.message for group in failing for fault in group.faults)
    address = next((found[1] for line in lines if (found := _RESOLVER_ADDRESS.search(line))), None)
    return EntityRef(kind="resolver", name=address or "dns")


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
