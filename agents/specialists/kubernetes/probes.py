"""Probes that fail: pods restarted by their liveness probe, or kept out of service unready."""

import re
from collections.abc import Iterator
from datetime import timedelta

from agents.domain.base import EntityRef
from agents.domain.claims import Claim
from agents.domain.document import Document
from agents.domain.hypotheses import Hypothesis
from agents.domain.measures import Comparator
from agents.specialists.framework import check
from agents.specialists.kubernetes.claims import (
    DECISIVE,
    SUPPORTING,
    Blame,
    Weight,
    earliest,
    ended_for_memory,
    keeps_ending,
    number_of,
    quote_happening,
    states,
)
from agents.specialists.kubernetes.grouping import containers_by_owner
from agents.specialists.kubernetes.mistakes import Mistake, mistake_in
from agents.specialists.kubernetes.objects import OUT_OF_MEMORY, Container, Happening, instant
from agents.specialists.kubernetes.revisions import rollout_behind
from agents.specialists.kubernetes.view import ClusterView

_KILLED_BY_PROBE = re.compile(r"failed (liveness|startup) probe", re.IGNORECASE)
_FAILED = {
    "liveness": re.compile(r"^Liveness probe (failed|errored)", re.IGNORECASE),
    "readiness": re.compile(r"^Readiness probe (failed|errored)", re.IGNORECASE),
    "startup": re.compile(r"^Startup probe (failed|errored)", re.IGNORECASE),
}
_PROBE_FIELDS = {kind: f"{kind}Probe" for kind in _FAILED}
_START_UP = timedelta(seconds=30)
"""A container that has only just started is not failing yet."""
_SETTLED = timedelta(minutes=10)
_KILL_CODES = {0, 137, 143}
"""How a container ends that the kubelet stopped: by itself, by SIGKILL, by SIGTERM."""


def failures(view: ClusterView, container: Container, kind: str) -> tuple[Happening, ...]:
    """Return what the kubelet said about a probe's failures within the window."""
    said = view.container_happenings(container, "Unhealthy")
    return tuple(one for one in said if _FAILED[kind].search(one.message))


def was_killed_by_probe(view: ClusterView, container: Container) -> bool:
    """Tell whether the kubelet ended a container because a probe of it failed.

    A container that died by itself fails its probes too, but with an exit code of its own.
    """
    if container.restarts == 0 or container.end_reason == OUT_OF_MEMORY:
        return False
    killings = view.container_happenings(container, "Killing")
    killed = sum(one.count for one in killings if _KILLED_BY_PROBE.search(one.message))
    if killed >= container.restarts:
        return True
    if container.exit_code not in _KILL_CODES:
        return False
    if killed:
        return True
    return any(
        container.spec.at(_PROBE_FIELDS[kind]) and failures(view, container, kind)
        for kind in ("liveness", "startup")
    )


@check(
    needs=("objects:pods", "objects:events"),
    modes=(
        *("liveness_probe_failing", "startup_probe_failing"),
        *("liveness_probe_incorrect_port", "liveness_probe_incorrect_protocol"),
        *("liveness_probe_incorrect_path", "liveness_probe_incorrect_timing"),
    ),
)
def restarted_by_probe(view: ClusterView) -> Iterator[Hypothesis]:
    """Find containers that the kubelet restarts because their liveness or startup probe fails."""
    for owner, containers in containers_by_owner(view, lambda c: _is_restarted(view, c)):
        worst = max(containers, key=lambda c: c.restarts)
        kind = "startup" if failures(view, worst, "startup") else "liveness"
        ended = states(
            view,
            worst.pod,
            worst.end_path("exitCode"),
            worst.exit_code,
            f"{worst.name} of {worst.pod.name} was ended from outside"
            f" (exit code {worst.exit_code})",
        )
        claims = (ended, keeps_ending(view, worst), *_said_so(view, worst, kind))
        yield _blame(view, owner, containers, kind, claims)


def _is_restarted(view: ClusterView, container: Container) -> bool:
    ended = container.ended_at
    is_fresh = ended is None or ended >= view.window.start or container.is_crash_looping
    return is_fresh and was_killed_by_probe(view, container)


@check(
    needs=("objects:pods",),
    modes=(
        *("readiness_probe_failing", "readiness_probe_incorrect_port"),
        *("readiness_probe_incorrect_protocol", "readiness_probe_incorrect_path"),
    ),
)
def unready_by_probe(view: ClusterView) -> Iterator[Hypothesis]:
    """Find pods that run but are kept out of service because their readiness probe fails."""
    for owner, containers in containers_by_owner(view, lambda c: _is_kept_out(view, c)):
        worst = max(containers, key=lambda c: len(failures(view, c, "readiness")))
        where = f"{worst.name} of {worst.pod.name}"
        unready = states(
            view,
            worst.pod,
            worst.status_path("ready"),
            expected=False,
            text=f"{where} is unready",
            weight=DECISIVE,
        )
        running = states(
            view,
            worst.pod,
            worst.status_path("state.running.startedAt"),
            r"\d",
            f"{where} is running all the while",
            comparator=Comparator.MATCHES,
            weight=SUPPORTING,
        )
        claims = (unready, running, *_said_so(view, worst, "readiness"))
        yield _blame(view, owner, containers, "readiness", claims)


def _is_kept_out(view: ClusterView, container: Container) -> bool:
    """A running container that is not ready is so by its readiness probe alone."""
    if container.is_init or container.is_ready or not container.spec.at("readinessProbe"):
        return False
    since = container.running_since
    is_starting = container.status.flag("started") is False
    if since is None or is_starting or view.now - since < _START_UP:
        return False
    return not _has_just_died(view, container)


def _has_just_died(view: ClusterView, container: Container) -> bool:
    ended = container.ended_at
    if ended is None or container.restarts == 0:
        return False
    is_out_of_memory = container.end_reason == OUT_OF_MEMORY and ended >= view.window.start
    return is_out_of_memory or view.now - ended < _SETTLED or _is_restarted(view, container)


def _said_so(view: ClusterView, container: Container, kind: str) -> Iterator[Claim]:
    said = failures(view, container, kind)
    if said:
        yield states(
            view,
            said[-1],
            "message || note",
            f"^{kind} probe (failed|errored)",
            f"the kubelet reports the {kind} probe: {said[-1].message[:120]}",
            comparator=Comparator.MATCHES,
            weight=SUPPORTING,
        )


def _blame(
    view: ClusterView,
    owner: EntityRef,
    containers: tuple[Container, ...],
    kind: str,
    claims: tuple[Claim, ...],
) -> Hypothesis:
    worst = containers[0]
    said = [one for c in containers for one in failures(view, c, kind)]
    pods = tuple(c.pod for c in containers)
    answer = f": {said[-1].message[:160]}" if said else ""
    consequence = "is kept out of service" if kind == "readiness" else "is restarted"
    probe = describe_probe(worst.spec, kind)
    began = earliest(
        *(one.first_at for one in said),
        *(instant(_unready_since(c)) for c in containers if not said),
    )
    mistake = mistake_in(worst, kind, tuple(one.message for one in said))
    return Blame(
        entity=owner,
        mode=f"{kind}_probe_incorrect_{mistake.what}" if mistake else f"{kind}_probe_failing",
        summary=f"Container {worst.name} of {owner.name} {consequence} in {number_of(pods)} because"
        f" its {kind} probe ({probe}) fails{answer}." + (f" {mistake.told}" if mistake else ""),
        claims=(*claims, *_mistake_claims(view, worst, kind, mistake)),
        forbids=() if kind == "readiness" else (ended_for_memory(view, worst),),
        pods=pods,
        onset=began,
        rollout=rollout_behind(view, owner, pods, began=began),
        evidence=tuple(quote_happening(one) for one in said[-3:]),
        details={"container": worst.name, "probe": probe},
    ).hypothesis(view)


def _mistake_claims(
    view: ClusterView, container: Container, kind: str, mistake: Mistake | None
) -> Iterator[Claim]:
    if mistake is not None:
        field = f"{_PROBE_FIELDS[kind]}.{mistake.path}"
        yield states(
            view,
            container.pod,
            f"spec.containers[?name=='{container.name}'].{field} | [0]",
            mistake.value,
            mistake.told,
            weight=Weight(sufficiency=0.8),
        )


def _unready_since(container: Container) -> str | None:
    ready = container.pod.condition("Ready")
    return ready.text("lastTransitionTime") if ready else None


def describe_probe(spec: Document, kind: str) -> str:
    """Say what a probe asks, in a few words."""
    probe = spec.items(f"[{kind}Probe]")
    if not probe:
        return "not set"
    one = probe[0]
    for form in ("httpGet", "tcpSocket", "grpc"):
        if one.at(form) is not None:
            return (
                f"{form} port {one.scalar(f'{form}.port')} {one.text(f'{form}.path') or ''}".strip()
            )
    return "command " + " ".join(one.texts("exec.command"))[:80]
