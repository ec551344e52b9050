"""Things that a pod refers to and that are not there: config maps, secrets and keys in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agents.domain.claims import Claim
from agents.domain.hypotheses import Hypothesis
from agents.domain.measures import Comparator, ObjectSelector
from agents.specialists.framework import check
from agents.specialists.kubernetes.claims import (
    DECISIVE,
    SUPPORTING,
    Blame,
    earliest,
    number_of,
    quote,
    states,
    there_are_none,
    waits_for,
)
from agents.specialists.kubernetes.grouping import pods_by_owner
from agents.specialists.kubernetes.objects import Container, Happening, Pod, Thing
from agents.specialists.kubernetes.revisions import rollout_behind
from agents.specialists.kubernetes.view import ClusterView

_CONFIG_ERROR = "CreateContainerConfigError"
_CREATING = {"ContainerCreating", "PodInitializing"}
_MISSING = re.compile(
    r"""(?P<kind>configmap|secret)s?\s+"(?P<name>[^"]+)"\s+not\s+found""", re.IGNORECASE
)
_MISSING_KEY = re.compile(
    r"""couldn't\ find\ key\ (?P<key>\S+)\ in\ (?P<kind>configmap|secret)\ (?P<name>\S+)
    |(?P<kind2>configmap|secret)\ references\ non-existent\ (config|secret)\ key:\ (?P<key2>\S+)""",
    re.IGNORECASE | re.VERBOSE,
)
_KINDS = {"configmap": ("configmaps", "config map"), "secret": ("secrets", "secret")}


@dataclass(frozen=True, slots=True)
class Missing:
    """What a pod lacks, and who says so."""

    mode: str
    kind: str
    name: str
    message: str
    said_by: Thing
    container: Container | None


@check(
    needs=("objects:pods",), modes=("missing_config_map", "missing_secret", "missing_config_key")
)
def missing_references(view: ClusterView) -> Iterator[Hypothesis]:
    """Find pods that cannot start because a config map, a secret or a key in one is missing."""
    for owner, pods in pods_by_owner(view, lambda pod: missing_reference(view, pod) is not None):
        lack = missing_reference(view, pods[0])
        if lack is None:
            continue
        said_at = lack.said_by.first_at if isinstance(lack.said_by, Happening) else None
        yield Blame(
            entity=owner,
            mode=lack.mode,
            summary=f"{number_of(pods)} of {owner.name} cannot start: {lack.message[:240]}.",
            claims=tuple(_claims(view, pods[0], lack)),
            pods=pods,
            onset=earliest(said_at, *(pod.created_at for pod in pods)),
            rollout=rollout_behind(view, owner, pods),
            evidence=(quote(lack.said_by, lack.message),),
            details={lack.kind: lack.name},
        ).hypothesis(view)


def missing_reference(view: ClusterView, pod: Pod) -> Missing | None:
    """Return what a pod that has not started refers to and cannot have, if that is why."""
    for container in pod.containers:
        if container.waiting_reason == _CONFIG_ERROR:
            found = _read(container.waiting_message, pod, container)
            if found is None and not container.waiting_message:
                found = _told_in(view, pod, "Failed")
            if found:
                return found
    if not any(c.waiting_reason in _CREATING for c in pod.containers):
        return None
    return _told_in(view, pod, "FailedMount")


def _told_in(view: ClusterView, pod: Pod, reason: str) -> Missing | None:
    """Return what the latest event of a kind says is missing, unless it is there by now."""
    for said in reversed(view.happenings(pod, reason)):
        found = _read(said.message, said, None)
        if found and not _is_there_now(view, pod, found):
            return found
    return None


def _is_there_now(view: ClusterView, pod: Pod, lack: Missing) -> bool:
    """An event may be older than the object that somebody has made since."""
    plural = _KINDS[lack.kind][0]
    wants_object = lack.mode != "missing_config_key"
    return wants_object and view.find(plural, lack.name, pod.namespace) is not None


def _read(message: str, said_by: Thing, container: Container | None) -> Missing | None:
    key = _MISSING_KEY.search(message)
    if key:
        kind = (key["kind"] or key["kind2"]).lower()
        name = (key["name"] or "").rpartition("/")[2]
        return Missing("missing_config_key", kind, name, message, said_by, container)
    gone = _MISSING.search(message)
    if gone is None:
        return None
    kind = gone["kind"].lower()
    mode = "missing_config_map" if kind == "configmap" else "missing_secret"
    name = gone["name"].rpartition("/")[2]
    return Missing(mode, kind, name, message, said_by, container)


def _claims(view: ClusterView, pod: Pod, lack: Missing) -> Iterator[Claim]:
    plural, title = _KINDS[lack.kind]
    if lack.container is not None:
        where = f"{lack.container.name} of {pod.name}"
        yield waits_for(view, lack.container, f"^{_CONFIG_ERROR}$", f"{where} cannot be configured")
        yield states(
            view,
            pod,
            lack.container.status_path("state.waiting.message"),
            lack.message,
            f"the kubelet says about {where}: {lack.message[:120]}",
            weight=SUPPORTING,
        )
    else:
        yield states(
            view, pod, "status.phase", "Pending", f"{pod.name} has not started", weight=SUPPORTING
        )
        yield states(
            view,
            lack.said_by,
            "message || note",
            "not found|non-existent",
            f"the kubelet says of {pod.name}: {lack.message[:120]}",
            comparator=Comparator.MATCHES,
            weight=DECISIVE,
        )
    if lack.mode != "missing_config_key" and view.has(plural):
        yield there_are_none(
            view,
            pod.entity,
            ObjectSelector(kind=plural, namespace=pod.namespace, name=lack.name),
            f"there is no {title} {lack.name} in {pod.namespace}",
            control=ObjectSelector(kind=plural),
        )
