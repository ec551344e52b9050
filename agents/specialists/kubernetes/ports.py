"""Services that forward to a port or in a protocol that nothing behind them listens on."""

from collections.abc import Iterator

from agents.domain.claims import Claim
from agents.domain.document import Document
from agents.domain.hypotheses import Hypothesis
from agents.domain.measures import ObjectSelector
from agents.specialists.framework import check
from agents.specialists.kubernetes.claims import Blame, Weight, quote, states, there_are_none
from agents.specialists.kubernetes.objects import Pod, Thing
from agents.specialists.kubernetes.traffic import selector_of
from agents.specialists.kubernetes.view import ClusterView

_PORTS = "[spec.containers, spec.initContainers][].ports[]"


@check(
    needs=("objects:services", "objects:pods"),
    modes=("service_target_port_mismatch", "service_protocol_mismatch"),
)
def service_port_without_container_port(view: ClusterView) -> Iterator[Hypothesis]:
    """Find services that forward to a port or protocol that no container of their pods has."""
    for service in view.services:
        pods = view.traffic.pods_behind(service)
        for port in service.document.items("spec.ports") if pods else ():
            target = _target(port)
            if target is None or not all(_is_open_about_ports(pod) for pod in pods):
                continue
            listened = [one for pod in pods for one in _named(pod, target)]
            protocol = port.text("protocol") or "TCP"
            if not listened:
                yield _wrong_port(view, service, pods, target)
            elif protocol not in {one.text("protocol") or "TCP" for one in listened}:
                yield _wrong_protocol(view, service, pods, target, protocol)


def _target(port: Document) -> str | int | None:
    """Return the port that a service forwards to; its own where it names none."""
    found = port.scalar("targetPort") or port.scalar("port")
    if isinstance(found, str):
        return int(found) if found.isdecimal() else found
    return int(found) if found is not None else None


def _is_open_about_ports(pod: Pod) -> bool:
    """Declaring ports is a courtesy: where a container declares none, its silence says nothing."""
    return all(one.items("ports") for one in pod.document.items("spec.containers"))


def _named(pod: Pod, target: str | int) -> list[Document]:
    field = "name" if isinstance(target, str) else "containerPort"
    return [one for one in pod.document.items(_PORTS) if one.scalar(field) == target]


def _forwards(view: ClusterView, service: Thing, target: str | int) -> Claim:
    literal = f"'{target}'" if isinstance(target, str) else f"`{target}`"
    return states(
        view,
        service,
        f"length(spec.ports[?(targetPort || port)=={literal}]) > `0`",
        expected=True,
        text=f"the service {service.name} forwards to port {target}",
    )


def _wrong_port(
    view: ClusterView, service: Thing, pods: tuple[Pod, ...], target: str | int
) -> Hypothesis:
    field, literal = (
        ("name", f"'{target}'")
        if isinstance(target, str)
        else (
            "containerPort",
            f"`{target}`",
        )
    )
    behind = ObjectSelector(kind="pods", namespace=service.namespace, labels=selector_of(service))
    none = there_are_none(
        view,
        service.entity,
        behind.model_copy(
            update={"where": f"contains(spec.containers[].ports[].{field} || `[]`, {literal})"}
        ),
        f"no pod behind {service.name} declares that port",
        control=behind,
        weight=Weight(sufficiency=1.5),
    )
    has = ", ".join(dict.fromkeys(_described(one) for pod in pods for one in _ports(pod)))
    return Blame(
        entity=service.entity,
        mode="service_target_port_mismatch",
        summary=f"The service {service.name} forwards to port {target}, which its pods do not have"
        f" (they have {has or 'no named ports'}).",
        claims=(_forwards(view, service, target), none),
        pods=pods,
        evidence=(quote(service, f"spec.ports: targetPort {target}"),),
        details={"target_port": target, "has": has},
        shift=0.5,
    ).hypothesis(view)


def _ports(pod: Pod) -> tuple[Document, ...]:
    return pod.document.items("spec.containers[].ports[]")


def _described(port: Document) -> str:
    number = port.number("containerPort")
    name = port.text("name")
    return f"{number:g}" + (f" ({name})" if name else "") if number is not None else name or "?"


def _wrong_protocol(
    view: ClusterView, service: Thing, pods: tuple[Pod, ...], target: str | int, protocol: str
) -> Hypothesis:
    worst = pods[0]
    spoken = next(iter(_named(worst, target))).text("protocol") or "TCP"
    literal = f"'{target}'" if isinstance(target, str) else f"`{target}`"
    field = "name" if isinstance(target, str) else "containerPort"
    forwards = states(
        view,
        service,
        f"spec.ports[?(targetPort || port)=={literal}].protocol | [0] || 'TCP'",
        protocol,
        f"the service {service.name} forwards {protocol} to port {target}",
        weight=Weight(sufficiency=1.5),
    )
    listens = states(
        view,
        worst,
        f"spec.containers[].ports[] | [?{field}=={literal}].protocol | [0] || 'TCP'",
        spoken,
        f"{worst.name} listens on port {target} by {spoken}",
    )
    return Blame(
        entity=service.entity,
        mode="service_protocol_mismatch",
        summary=f"The service {service.name} forwards {protocol} to port {target}; its pods listen"
        f" there by {spoken}.",
        claims=(forwards, listens),
        pods=pods,
        evidence=(quote(service, f"spec.ports: {target} {protocol}"),),
        details={"port": target, "protocol": protocol, "spoken": spoken},
        shift=0.5,
    ).hypothesis(view)
