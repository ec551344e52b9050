"""Addresses that an application is configured with, read out of its environment."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agents.domain.document import Document
from agents.specialists.kubernetes.objects import Thing
from agents.specialists.kubernetes.view import ClusterView

_ADDRESS = re.compile(
    r"(?:^|//|[@,\s\"'=])(?P<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?):(?P<port>\d{2,5})(?=$|[/,;?\s\"'])",
    re.IGNORECASE,
)
_HOST_NAME = re.compile(r"^[a-z][a-z0-9-]*(\.[a-z0-9-]+)*$")
_HOST_SUFFIX = re.compile(r"_?(HOST|HOSTNAME|SERVER|ADDRESS)$")
_NOT_A_SERVICE = re.compile(r"^(localhost|\d+(\.\d+){3})$")
_CLUSTER_SUFFIX = {"svc", "cluster"}


@dataclass(frozen=True, slots=True)
class Address:
    """A host and port that a container is told to call."""

    container: str
    variable: str
    value: str
    host: str
    port: int


def addresses_of(template: Document) -> Iterator[Address]:
    """Yield the addresses in the environment of a pod template."""
    for container in template.items("spec.containers"):
        name = container.text("name") or ""
        values = {
            variable.text("name") or "": variable.text("value") or ""
            for variable in container.items("env")
        }
        for variable, value in values.items():
            for found in _ADDRESS.finditer(value):
                yield Address(name, variable, value, found["host"], int(found["port"]))
            pair = _paired(values, variable, value)
            if pair is not None:
                yield Address(name, pair[0], pair[1], value, int(pair[1]))


def _paired(values: Mapping[str, str], variable: str, value: str) -> tuple[str, str] | None:
    """Return the variable with the port that belongs to one with a host: `DB_HOST`, `DB_PORT`."""
    suffix = _HOST_SUFFIX.search(variable)
    if suffix is None or not _HOST_NAME.match(value):
        return None
    name = f"{variable[: suffix.start()]}_PORT"
    port = values.get(name, "")
    return (name, port) if port.isdecimal() else None


def service_named(view: ClusterView, host: str, namespace: str | None) -> tuple[bool, Thing | None]:
    """Tell whether a host is meant to be a service of the cluster, and return it if it is there."""
    if _NOT_A_SERVICE.match(host):
        return False, None
    name, *rest = host.lower().split(".")
    if not rest:
        return True, _find(view, name, namespace)
    known = {one.namespace for one in view.services}
    if rest[0] in known or set(rest) & _CLUSTER_SUFFIX:
        return True, _find(view, name, rest[0])
    of_a_pod = _find(view, rest[0], namespace)
    return of_a_pod is not None, of_a_pod


def _find(view: ClusterView, name: str, namespace: str | None) -> Thing | None:
    found = view.find("services", name, namespace)
    return Thing(found) if found else None


def offers(service: Thing, port: int) -> bool:
    """Tell whether a service has a port; one without an address of its own passes all through."""
    if service.document.text("spec.clusterIP") in {"None", ""}:
        return True
    if service.document.text("spec.type") == "ExternalName":
        return True
    return any(one.number("port") == port for one in service.document.items("spec.ports"))
