"""Applications that are configured with an address that leads nowhere."""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from agents.domain.claims import Claim
from agents.domain.hypotheses import Hypothesis
from agents.domain.measures import ObjectSelector
from agents.specialists.framework import check
from agents.specialists.kubernetes.claims import (
    SUPPORTING,
    Blame,
    Weight,
    counts,
    quote,
    states,
    there_are_none,
)
from agents.specialists.kubernetes.objects import Thing, Workload
from agents.specialists.kubernetes.references_in_settings import (
    Address,
    addresses_of,
    offers,
    service_named,
)
from agents.specialists.kubernetes.revisions import rollout_behind
from agents.specialists.kubernetes.view import ClusterView

_GATEWAY = re.compile(r"(^|[-_])(gateway|ingress|proxy|router|edge)([-_]|$)", re.IGNORECASE)
_MYSQL = re.compile(r"mysql|mariadb", re.IGNORECASE)
_MYSQL_PORT = 3306
_ALIKE = 0.75
_UNRESOLVED = "no such host|not known|unknown ?host|name resolution|NXDOMAIN|not found"


@check(
    needs=("objects:services", "objects:pods"),
    modes=("service_env_var_address_mismatch", "mysql_invalid_port", "gateway_misrouted"),
)
def wrong_addresses(view: ClusterView) -> Iterator[Hypothesis]:
    """Find workloads whose environment names a service or a port that is not there."""
    if not view.has("services"):
        return
    for workload in view.workloads:
        if workload.desired == 0:
            continue
        for address in addresses_of(workload.template):
            is_meant, service = service_named(view, address.host, workload.namespace)
            if is_meant and service is None and _is_mistaken(view, workload, address):
                yield _unknown_host(view, workload, address)
            elif service is not None and not offers(service, address.port):
                yield _unknown_port(view, workload, address, service)


def _is_mistaken(view: ClusterView, workload: Workload, address: Address) -> bool:
    """Tell whether a host that is no service is a mistake of this workload.

    Where the workload of that name is there, or others ask for the same host, the service is what
    lacks. A host that nothing resembles may belong to a feature that is not in use, until the
    log complains of it.
    """
    name = address.host.partition(".")[0]
    here = [one for one in view.workloads if one.namespace == workload.namespace]
    others = (one for one in here if one.name != workload.name)
    if any(one.name == name for one in here) or any(_asks_for(one, address.host) for one in others):
        return False
    own = [pod.entity for pod in view.pods_of(workload.entity)]
    return _meant_by(view, workload, address) is not None or any(
        line.entity in own for line in view.lines(rf"{re.escape(address.host)}\b.*({_UNRESOLVED})")
    )


def _asks_for(workload: Workload, host: str) -> bool:
    return any(one.host == host for one in addresses_of(workload.template))


def _meant_by(view: ClusterView, workload: Workload, address: Address) -> str | None:
    """Return the service whose name comes close to a host that is none."""
    names = [one.name for one in view.services if one.namespace == workload.namespace]
    alike = get_close_matches(address.host, names, n=1, cutoff=_ALIKE)
    begun = (name for name in names if address.host.startswith(f"{name}-"))
    return next(iter(alike), None) or next(begun, None)


def _is_set(view: ClusterView, workload: Workload, address: Address) -> Claim:
    path = (
        f"spec.template.spec.containers[?name=='{address.container}'].env[]"
        f" | [?name=='{address.variable}'].value | [0]"
    )
    text = f"{workload.name} is told {address.variable}={address.value}"
    return states(view, workload, path, address.value, text)


def _runs(view: ClusterView, workload: Workload) -> Iterator[Claim]:
    if view.pods_of(workload.entity):
        selector = ObjectSelector(
            kind="pods",
            namespace=workload.namespace,
            labels=dict(workload.template.mapping("metadata.labels")),
        )
        text = f"{workload.name} runs with it"
        yield counts(view, workload.entity, selector, text, weight=SUPPORTING)


def _unknown_host(view: ClusterView, workload: Workload, address: Address) -> Hypothesis:
    meant = _meant_by(view, workload, address)
    absent = there_are_none(
        view,
        workload.entity,
        ObjectSelector(
            kind="services", namespace=workload.namespace, name=address.host.partition(".")[0]
        ),
        f"there is no service {address.host}",
        control=ObjectSelector(kind="services", namespace=workload.namespace),
        weight=Weight(sufficiency=1.2),
    )
    told = f"there is no service {address.host}" + (f" (there is {meant})" if meant else "")
    return _blame(view, workload, address, told, absent, shift=0.5 if meant else -0.5)


def _unknown_port(
    view: ClusterView, workload: Workload, address: Address, service: Thing
) -> Hypothesis:
    ports = [f"{one.number('port'):g}" for one in service.document.items("spec.ports")]
    absent = states(
        view,
        service,
        f"length(spec.ports[?port==`{address.port}`]) == `0`",
        expected=True,
        text=f"the service {service.name} has no port {address.port}",
        weight=Weight(sufficiency=1.2),
    )
    told = f"the service {service.name} offers {', '.join(ports)}, not {address.port}"
    is_mysql = _MYSQL.search(f"{address.value} {address.variable} {service.name}")
    mode = "mysql_invalid_port" if is_mysql or str(_MYSQL_PORT) in ports else None
    return _blame(view, workload, address, told, absent, shift=0.5, mode=mode)


def _blame(
    view: ClusterView,
    workload: Workload,
    address: Address,
    told: str,
    absent: Claim,
    *,
    shift: float,
    mode: str | None = None,
) -> Hypothesis:
    pods = view.pods_of(workload.entity)
    routed = "gateway_misrouted" if _GATEWAY.search(workload.name) else None
    return Blame(
        entity=workload.entity,
        mode=mode or routed or "service_env_var_address_mismatch",
        summary=f"{workload.name} is told to call {address.host}:{address.port}"
        f" ({address.variable}), but {told}.",
        claims=(_is_set(view, workload, address), absent, *_runs(view, workload)),
        pods=pods,
        rollout=rollout_behind(view, workload.entity, pods),
        evidence=(quote(workload, f"{address.variable}={address.value}"),),
        details={"variable": address.variable, "value": address.value},
        shift=shift,
    ).hypothesis(view)
