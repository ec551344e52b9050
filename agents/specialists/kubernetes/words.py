"""What containers say in their logs that names a cause outside their own code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agents.domain.base import EntityRef
from agents.domain.claims import Claim
from agents.domain.hypotheses import Evidence, Hypothesis
from agents.domain.measures import Comparator, LogSelector, Measure, Reduction
from agents.domain.readings import LogLine
from agents.specialists.framework import check
from agents.specialists.kubernetes.claims import SUPPORTING, Blame, Weight, number_of, states
from agents.specialists.kubernetes.grouping import pods_by_owner
from agents.specialists.kubernetes.objects import Container, Pod
from agents.specialists.kubernetes.view import ClusterView

_MAY_NOT = (
    r"permission denied|\bEACCES\b|operation not permitted|read-only file system|\bEROFS\b"
    r"|access is denied"
)
_PORT_TAKEN = (
    r"address (is )?already in use|\bEADDRINUSE\b|port \d+ (is|was) already (in use|allocated)"
    r"|only one usage of each socket address|failed to bind"
)
REFUSALS_BY_DATABASE = {
    "mysql_invalid_credentials": r"access denied for user|password authentication failed"
    r"|authentication failed for user|invalid username or password|\bWRONGPASS\b|\bNOAUTH\b",
    "db_connection_exhaustion": r"too many connections|remaining connection slots are reserved"
    r"|max number of clients reached|too many clients already|max_user_connections",
    "db_readonly_mode": r"running with the --(super-)?read-only option|read-only transaction"
    r"|READONLY You can't write|super[-_]read[-_]only|database is (in )?read-?only"
    r"|is not (the )?(master|primary)",
}
"""What databases say when they refuse, by what it means."""
REFUSED_BY_DATABASE = "|".join(REFUSALS_BY_DATABASE.values())
_OWN_MOUNTS = re.compile(r"^/var/run/secrets/|^/etc/hosts|^/etc/istio|^/var/run/istio")


@dataclass(frozen=True, slots=True)
class Complaint:
    """A failing container with the line in which it says why."""

    container: Container
    line: LogLine


def complaints_of(view: ClusterView, pattern: str) -> dict[str, Complaint]:
    """Return, by pod, the latest line that matches from pods whose containers fail now."""
    lines = {line.entity.name: line for line in view.lines(pattern) if line.entity}
    found: dict[str, Complaint] = {}
    for pod in view.pods:
        failing = next((c for c in pod.containers if _fails(c)), None)
        if failing is not None and pod.name in lines:
            found[pod.name] = Complaint(failing, lines[pod.name])
    return found


def _fails(container: Container) -> bool:
    """Tell whether a container does not serve and has not merely to wait for its image."""
    if container.is_ready:
        return False
    return container.is_crash_looping or container.is_running or container.exit_code is not None


def says_why(view: ClusterView, container: Container) -> bool:
    """Tell whether a failing container's log names a cause that a check of its own reports."""
    about = container.pod.entity
    for pattern, could_be in (
        (_MAY_NOT, bool(_mounts(container))),
        (_PORT_TAKEN, len(container.pod.containers) > 1),
        (REFUSED_BY_DATABASE, True),
    ):
        if could_be and any(line.entity == about for line in view.lines(pattern)):
            return True
    return False


def said_in_log(view: ClusterView, entity: EntityRef, pattern: str, text: str) -> Claim:
    """Claim that a log holds lines like that."""
    return Claim(
        text=text,
        subject=entity,
        measure=Measure(
            selector=LogSelector(entity=entity, pattern=pattern), reduce=Reduction.COUNT
        ),
        comparator=Comparator.AT_LEAST,
        expected=1,
        window=view.window,
        sufficiency=1.5,
        necessity=2.0,
    )


@check(needs=("objects:pods", "logs"), modes=("volume_mount_permission_denied",))
def unwritable_volumes(view: ClusterView) -> Iterator[Hypothesis]:
    """Find containers that end because they may not write a volume that is mounted for them."""
    complaints = complaints_of(view, _MAY_NOT)
    for owner, pods in pods_by_owner(view, lambda pod: pod.name in complaints):
        complaint = complaints[pods[0].name]
        mounts = _mounts(complaint.container)
        if mounts:
            told = (
                f"Container {complaint.container.name} of {owner.name} fails in {number_of(pods)}:"
                f" it may not use what is mounted at {', '.join(mounts)}."
            )
            mounted = _is_mounted(view, complaint.container, mounts[0])
            yield _blame(
                view,
                "volume_mount_permission_denied",
                owner,
                pods,
                complaint,
                told,
                _MAY_NOT,
                mounted,
            )


def _mounts(container: Container) -> tuple[str, ...]:
    paths = container.spec.texts("volumeMounts[].mountPath")
    return tuple(path for path in paths if not _OWN_MOUNTS.search(path))


def _is_mounted(view: ClusterView, container: Container, path: str) -> Claim:
    where = (
        f"contains([spec.containers, spec.initContainers][] | [?name=='{container.name}']"
        f".volumeMounts[].mountPath, '{path}')"
    )
    text = f"{path} is a mounted volume of {container.name}"
    return states(view, container.pod, where, expected=True, text=text, weight=SUPPORTING)


@check(needs=("objects:pods",), modes=("service_sidecar_port_conflict",))
def port_conflicts(view: ClusterView) -> Iterator[Hypothesis]:
    """Find pods in which two containers want the same port."""
    complaints = complaints_of(view, _PORT_TAKEN)
    for owner, pods in pods_by_owner(view, lambda pod: _is_crowded(pod, complaints)):
        complaint, shared = complaints.get(pods[0].name), shared_ports(pods[0])
        if complaint is None:
            yield _shared(view, owner, pods, shared)
            continue
        names = ", ".join(c.name for c in pods[0].containers if not c.is_init)
        told = (
            f"A port is taken already for {complaint.container.name} of {owner.name} in"
            f" {number_of(pods)}; the containers {names} share one network."
        )
        several = states(
            view,
            pods[0],
            "length(spec.containers) > `1`",
            expected=True,
            text=f"{pods[0].name} has several containers",
            weight=SUPPORTING,
        )
        mode = "service_sidecar_port_conflict"
        yield _blame(view, mode, owner, pods, complaint, told, _PORT_TAKEN, several)


def shared_ports(pod: Pod) -> tuple[int, ...]:
    """Return the ports that more than one container of a pod declares."""
    seen: dict[tuple[float | None, str], set[str]] = {}
    for container in pod.document.items("spec.containers"):
        for port in container.items("ports"):
            key = (port.number("containerPort"), port.text("protocol") or "TCP")
            seen.setdefault(key, set()).add(container.text("name") or "")
    return tuple(
        int(port) for (port, _), names in seen.items() if port is not None and len(names) > 1
    )


def _is_crowded(pod: Pod, complaints: dict[str, Complaint]) -> bool:
    running = [c for c in pod.containers if not c.is_init]
    if len(running) < len(("application", "sidecar")):
        return False
    fails = any(_fails(c) for c in running)
    return fails and (pod.name in complaints or bool(shared_ports(pod)))


def _shared(
    view: ClusterView, owner: EntityRef, pods: tuple[Pod, ...], ports: tuple[int, ...]
) -> Hypothesis:
    port = ports[0]
    declared = states(
        view,
        pods[0],
        f"length(spec.containers[].ports[] | [?containerPort==`{port}`]) > `1`",
        expected=True,
        text=f"two containers of {pods[0].name} declare port {port}",
        weight=Weight(sufficiency=1.5),
    )
    unready = states(
        view,
        pods[0],
        "status.conditions[?type=='Ready'].status | [0]",
        "False",
        f"{pods[0].name} is not ready",
    )
    return Blame(
        entity=owner,
        mode="service_sidecar_port_conflict",
        summary=f"Two containers of {owner.name} want port {port}, which only one of them can"
        f" have; {number_of(pods)} not ready.",
        claims=(declared, unready),
        pods=pods,
        details={"port": port},
        shift=0.5,
    ).hypothesis(view)


def _blame(
    view: ClusterView,
    mode: str,
    owner: EntityRef,
    pods: tuple[Pod, ...],
    complaint: Complaint,
    told: str,
    pattern: str,
    *further: Claim,
) -> Hypothesis:
    line, container = complaint.line, complaint.container
    said = said_in_log(view, container.pod.entity, pattern, f"the log of {container.pod.name} says")
    unready = states(
        view,
        container.pod,
        container.status_path("ready"),
        expected=False,
        text=f"{container.name} of {container.pod.name} is unready",
    )
    return Blame(
        entity=owner,
        mode=mode,
        summary=f"{told} It says: {line.message[:200]}",
        claims=(said, unready, *further),
        pods=pods,
        evidence=(
            Evidence(source="logs", entity=line.entity, at=line.timestamp, text=line.message[:400]),
        ),
        details={"container": container.name},
        shift=0.5,
    ).hypothesis(view)
