"""Pods that are killed for memory before their first process has started."""

import re
from collections.abc import Iterator

from agents.domain.hypotheses import Hypothesis
from agents.domain.measures import Comparator
from agents.specialists.framework import check
from agents.specialists.kubernetes.claims import (
    DECISIVE,
    Blame,
    earliest,
    number_of,
    quote_happening,
    states,
)
from agents.specialists.kubernetes.grouping import pods_by_owner
from agents.specialists.kubernetes.objects import Happening, Pod
from agents.specialists.kubernetes.view import ClusterView

OOM_AT_SETUP = re.compile(r"OOM-killed|memory limit too low")


@check(needs=("objects:pods", "objects:events"), modes=("oom_killed",))
def too_small_to_start(view: ClusterView) -> Iterator[Hypothesis]:
    """Find pods whose limit is so low that not even their first process can be set up."""
    for owner, pods in pods_by_owner(view, lambda pod: bool(_killed_at_setup(view, pod))):
        worst, said = pods[0], _killed_at_setup(view, pods[0])
        limits = worst.document.texts("spec.containers[].resources.limits.memory")
        killed = states(
            view,
            said[-1],
            "message || note",
            OOM_AT_SETUP.pattern,
            f"{worst.name} was killed for memory while it was set up",
            comparator=Comparator.MATCHES,
            weight=DECISIVE,
        )
        waits = states(view, worst, "status.phase", "Pending", f"{worst.name} has not started")
        yield Blame(
            entity=owner,
            mode="oom_killed",
            summary=f"The kernel kills {number_of(pods)} of {owner.name} for memory before they"
            f" have started; their limits are {', '.join(limits) or 'not set'}.",
            claims=(killed, waits),
            pods=pods,
            onset=earliest(*(one.first_at for one in said)),
            evidence=tuple(quote_happening(one) for one in said[-2:]),
            details={"memory_limit": ", ".join(limits) or None},
        ).hypothesis(view)


def _killed_at_setup(view: ClusterView, pod: Pod) -> tuple[Happening, ...]:
    if pod.phase != "Pending" or any(c.restarts for c in pod.containers):
        return ()
    said = view.happenings(pod, "FailedCreatePodSandBox", "Failed")
    return tuple(one for one in said if OOM_AT_SETUP.search(one.message))
