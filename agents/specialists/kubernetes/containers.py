"""Containers that die: out of memory, in a crash loop, or unable to start their command."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from agents.domain.base import EntityRef
from agents.domain.claims import Claim
from agents.domain.hypotheses import Evidence, Gap, Hypothesis
from agents.domain.measures import Comparator
from agents.specialists.framework import check
from agents.specialists.kubernetes.claims import (
    SUPPORTING,
    Blame,
    earliest,
    ended_for_memory,
    keeps_ending,
    number_of,
    quote,
    states,
    waits_for,
)
from agents.specialists.kubernetes.grouping import containers_by_owner
from agents.specialists.kubernetes.objects import (
    CRASH_LOOP,
    OUT_OF_MEMORY,
    Container,
)
from agents.specialists.kubernetes.probes import was_killed_by_probe
from agents.specialists.kubernetes.quantities import quantity
from agents.specialists.kubernetes.revisions import Rollout, rollout_behind
from agents.specialists.kubernetes.setup import OOM_AT_SETUP
from agents.specialists.kubernetes.view import ClusterView, container_spec
from agents.specialists.kubernetes.words import says_why

_SETTLED = timedelta(minutes=10)
"""A container that has been ready for so long has got over what ended it before."""
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=5)
_CANNOT_START = "^(RunContainerError|CreateContainerError)$"
_NO_COMMAND = re.compile(
    r"executable file not found|no such file or directory|permission denied|not a directory"
    r"|exec format error",
    re.IGNORECASE,
)
_NEVER_STARTED = {"StartError", "ContainerCannotRun"}
_NOT_EXECUTABLE, _NOT_FOUND = 126, 127
_TROUBLE_IN_LOGS = r"error|exception|fatal|panic|traceback|fail|refused|denied|cannot|unable"
_EXIT_CODES = {
    0: "it ends by itself although it should keep running",
    1: "an error of the application",
    126: "its command cannot be executed",
    127: "its command was not found",
    134: "it aborted (SIGABRT)",
    137: "it was killed (SIGKILL)",
    139: "it crashed (SIGSEGV)",
    143: "it was asked to stop (SIGTERM)",
}


@check(needs=("objects:pods",), modes=("oom_killed", "wrong_memory_limit"))
def out_of_memory(view: ClusterView) -> Iterator[Hypothesis]:
    """Find containers that the kernel killed at their memory limit, restarted since or not."""
    for owner, containers in containers_by_owner(view, lambda c: _ran_out_of_memory(view, c)):
        worst = max(containers, key=lambda c: c.restarts)
        rollout = rollout_behind(view, owner, tuple(c.pod for c in containers))
        lowered = _lowered_limit(worst, rollout)
        yield Blame(
            entity=owner,
            mode="wrong_memory_limit" if lowered else "oom_killed",
            summary=_memory_summary(owner, containers, worst),
            claims=(*_memory_claims(view, worst), *_limit_claims(view, worst, rollout, lowered)),
            forbids=tuple(_node_is_short(view, worst)),
            pods=tuple(c.pod for c in containers),
            onset=earliest(*(_first_end(view, c) for c in containers)),
            rollout=rollout,
            evidence=tuple(_end_evidence(c) for c in containers[:3]),
            details={
                "container": worst.name,
                "memory_limit": worst.memory_limit,
                "previous_memory_limit": lowered,
            },
            shift=0.5 if lowered else 0.0,
        ).hypothesis(view)


def _ran_out_of_memory(view: ClusterView, container: Container) -> bool:
    if not died_for_memory(container):
        return False
    is_down = container.is_crash_looping or not (container.is_running or container.is_ready)
    ended = container.ended_at
    return is_down or (ended is not None and ended >= view.window.start)


def _memory_summary(owner: EntityRef, containers: tuple[Container, ...], worst: Container) -> str:
    limit = f"its limit of {worst.memory_limit}" if worst.memory_limit else "the memory there was"
    count = number_of(containers) if len(containers) > 1 else worst.pod.name
    return (
        f"Container {worst.name} of {owner.name} outgrew {limit} and was killed for it"
        f" in {count}; {worst.restarts} restarts so far."
    )


def died_for_memory(container: Container) -> bool:
    """Tell whether the kernel killed a container for memory, be it while it was set up."""
    if container.end_reason == OUT_OF_MEMORY:
        return True
    return container.end_reason in _NEVER_STARTED and bool(
        OOM_AT_SETUP.search(container.end_message)
    )


def _memory_claims(view: ClusterView, container: Container) -> Iterator[Claim]:
    if container.end_reason == OUT_OF_MEMORY:
        yield ended_for_memory(view, container)
    else:
        yield states(
            view,
            container.pod,
            container.end_path("message"),
            OOM_AT_SETUP.pattern,
            f"{container.name} of {container.pod.name} was killed for memory while it was set up",
            comparator=Comparator.MATCHES,
        )
    if container.restarts:
        yield keeps_ending(view, container)


def _node_is_short(view: ClusterView, container: Container) -> Iterator[Claim]:
    """A node short of memory kills containers that are within their own limits."""
    node = next((one for one in view.nodes if one.name == container.pod.node), None)
    if node is not None:
        yield states(
            view,
            node,
            "status.conditions[?type=='MemoryPressure'].status | [0]",
            "True",
            f"node {node.name} is short of memory",
            weight=SUPPORTING,
        )


def _lowered_limit(container: Container, rollout: Rollout | None) -> str | None:
    """Return the limit before the rollout, if the rollout lowered or introduced one."""
    if rollout is None:
        return None
    before = container_spec(rollout.previous.template, container.name)
    if before is None:
        return None
    was = before.text("resources.limits.memory")
    old, new = quantity(was), quantity(container.memory_limit)
    if new is None or (old is not None and old <= new):
        return None
    return was or "none"


def _limit_claims(
    view: ClusterView, container: Container, rollout: Rollout | None, lowered: str | None
) -> Iterator[Claim]:
    if container.memory_limit is None:
        return
    path = f"containers[?name=='{container.name}'].resources.limits.memory | [0]"
    if lowered is None or rollout is None:
        yield states(
            view,
            container.pod,
            f"spec.{path}",
            container.memory_limit,
            f"its memory limit is {container.memory_limit}",
            weight=SUPPORTING,
        )
        return
    yield states(
        view,
        rollout.deployment,
        f"spec.template.spec.{path}",
        container.memory_limit,
        f"{rollout.deployment.name} now limits {container.name} to {container.memory_limit}",
    )
    yield states(
        view,
        rollout.previous,
        f"spec.template.spec.{path} || 'none'",
        lowered,
        f"revision {rollout.previous.number} had a memory limit of {lowered}",
    )


@check(
    needs=("objects:pods",),
    modes=("crash_loop", "bad_rollout_revision", "invalid_container_command"),
)
def crash_loop(view: ClusterView) -> Iterator[Hypothesis | Gap]:
    """Find containers that keep dying, with their last reason and their last words."""
    for owner, containers in containers_by_owner(view, lambda c: _keeps_dying(view, c)):
        worst = max(containers, key=lambda c: (c.is_crash_looping, c.restarts))
        began = earliest(*(_first_end(view, c) for c in containers))
        rollout = rollout_behind(view, owner, tuple(c.pod for c in containers), began=began)
        words = view.last_lines(worst.pod, _TROUBLE_IN_LOGS)
        if isinstance(words, str):
            yield Gap(source="logs", text=f"the log of {worst.pod.name}: {words}", remedy=words)
            words = ()
        said = tuple(
            Evidence(source="logs", entity=worst.pod.entity, at=w.timestamp, text=w.message[:400])
            for w in words
        )
        yield Blame(
            entity=owner,
            mode=_crash_mode(worst, rollout),
            summary=_crash_summary(owner, containers, worst, said),
            claims=tuple(_crash_claims(view, worst)),
            forbids=(ended_for_memory(view, worst),),
            pods=tuple(c.pod for c in containers),
            onset=began,
            rollout=rollout,
            evidence=(*(_end_evidence(c) for c in containers[:3]), *said),
            details={"container": worst.name, "exit_code": worst.exit_code},
        ).hypothesis(view)


def _keeps_dying(view: ClusterView, container: Container) -> bool:
    """Tell whether a container dies again and again for a reason that no other check names."""
    if died_for_memory(container) or was_killed_by_probe(view, container):
        return False
    return _is_dying(view, container) and not says_why(view, container)


def _is_dying(view: ClusterView, container: Container) -> bool:
    if container.is_crash_looping or re.search(_CANNOT_START, container.waiting_reason):
        return container.is_crash_looping or _cannot_execute(container)
    if container.exit_code is None or container.ended_at is None:
        return False
    if container.is_init and container.exit_code == 0:
        return False
    is_fresh = container.ended_at >= max(view.window.start, view.now - _SETTLED)
    return is_fresh and container.restarts > 1 and not _has_settled(view, container)


def _has_settled(view: ClusterView, container: Container) -> bool:
    since = container.running_since
    return container.is_ready and since is not None and view.now - since >= _SETTLED


def _cannot_execute(container: Container) -> bool:
    """Tell whether the command could not be run; what the application says of files is its own."""
    if container.exit_code in {_NOT_EXECUTABLE, _NOT_FOUND}:
        return True
    if container.end_reason in _NEVER_STARTED:
        return _NO_COMMAND.search(container.end_message) is not None
    is_held = re.search(_CANNOT_START, container.waiting_reason) is not None
    return is_held and _NO_COMMAND.search(container.waiting_message) is not None


def _crash_mode(container: Container, rollout: Rollout | None) -> str:
    if _cannot_execute(container):
        return "invalid_container_command"
    return "bad_rollout_revision" if rollout else "crash_loop"


def _crash_summary(
    owner: EntityRef,
    containers: tuple[Container, ...],
    worst: Container,
    said: tuple[Evidence, ...],
) -> str:
    code = worst.exit_code
    meaning = "" if code is None else _EXIT_CODES.get(code, "an error of the application")
    ended = f"with exit code {code} ({meaning})" if code is not None else worst.waiting_message
    summary = (
        f"Container {worst.name} of {owner.name} keeps ending {ended}; {worst.restarts} restarts"
        f" in {worst.pod.name}, {number_of(containers)} affected."
    )
    return summary + (f" Its last words: {said[-1].text[:160]!r}." if said else "")


def _crash_claims(view: ClusterView, container: Container) -> Iterator[Claim]:
    where = f"{container.name} of {container.pod.name}"
    if container.is_crash_looping:
        yield waits_for(
            view, container, f"^{CRASH_LOOP}$", f"{where} is held back after repeated failures"
        )
    elif container.waiting_reason:
        yield waits_for(view, container, _CANNOT_START, f"{where} cannot be started")
    if container.exit_code is not None:
        yield states(
            view,
            container.pod,
            container.end_path("exitCode"),
            container.exit_code,
            f"{where} ended last with exit code {container.exit_code}",
            weight=SUPPORTING,
        )
    if container.restarts:
        yield keeps_ending(view, container)
    if container.end_reason in _NEVER_STARTED and _cannot_execute(container):
        yield states(
            view,
            container.pod,
            container.end_path("message"),
            _NO_COMMAND.pattern,
            f"the runtime could not execute the command of {where}",
            comparator=Comparator.MATCHES,
            weight=SUPPORTING,
        )


def _first_end(view: ClusterView, container: Container) -> datetime | None:
    """Return when a container began to fail, as far as it shows.

    Events are forgotten after an hour; the kubelet's growing pauses between restarts tell at
    least how long it has been going on.
    """
    said = view.container_happenings(container, "BackOff", "Failed")
    ended = container.ended_at
    if ended is not None and container.is_crash_looping:
        pauses = (min(_FIRST_PAUSE * 2**n, _LONGEST_PAUSE) for n in range(container.restarts))
        ended -= sum(pauses, timedelta())
    return earliest(ended, *(one.first_at for one in said))


def _end_evidence(container: Container) -> Evidence:
    text = f"{container.name}: {container.end_field} {container.end_reason}"
    if container.exit_code is not None:
        text += f", exit code {container.exit_code}"
    text += f", {container.restarts} restarts"
    if container.waiting_reason:
        text += f", waiting: {container.waiting_reason} {container.waiting_message}"
    return quote(container.pod, text, container.ended_at)
