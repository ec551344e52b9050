"""Builders that keep each check short: claims about one object, about how many, and the blame."""

from collections.abc import Iterator, Mapping, Sized
from dataclasses import dataclass, field
from datetime import datetime

from agents.domain.base import EntityRef, Scalar
from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Evidence, Hypothesis
from agents.domain.measures import Comparator, Measure, ObjectSelector, Reduction
from agents.specialists.kubernetes.objects import (
    HASH_LABEL,
    OUT_OF_MEMORY,
    Container,
    Happening,
    Pod,
    Thing,
)
from agents.specialists.kubernetes.revisions import REVISION, Rollout
from agents.specialists.kubernetes.view import ClusterView

_QUOTE_CHARACTERS = 400
ESSENTIAL = 2.0
"""When a claim of this necessity fails, its hypothesis falls."""
HELPFUL = 0.7
"""When a claim of this necessity fails, its hypothesis is weaker, no more."""


@dataclass(frozen=True, slots=True)
class Weight:
    """What a claim is worth: gained when it holds, lost when it fails (natural log-odds)."""

    sufficiency: float = 1.0
    necessity: float = ESSENTIAL


DECISIVE = Weight(sufficiency=1.6)
"""The control plane or a kubelet says it in so many words of the present state."""
SUPPORTING = Weight(sufficiency=0.7, necessity=HELPFUL)


def states(
    view: ClusterView,
    thing: Thing,
    path: str,
    expected: Scalar,
    text: str,
    *,
    comparator: Comparator = Comparator.EQUAL,
    weight: Weight | None = None,
) -> Claim:
    """Claim that an object, read again by name, has a value at a path."""
    selector = ObjectSelector(
        kind=thing.resource.kind, namespace=thing.namespace, name=thing.name, path=path
    )
    worth = weight or Weight()
    return Claim(
        text=text,
        subject=thing.entity,
        measure=Measure(selector=selector, reduce=Reduction.LAST),
        comparator=comparator,
        expected=expected,
        window=view.window,
        sufficiency=worth.sufficiency,
        necessity=worth.necessity,
    )


def counts(
    view: ClusterView,
    subject: EntityRef,
    selector: ObjectSelector,
    text: str,
    *,
    at_least: int = 1,
    weight: Weight | None = None,
) -> Claim:
    """Claim that there are at least so many objects like that."""
    worth = weight or Weight()
    return Claim(
        text=text,
        subject=subject,
        measure=Measure(selector=selector, reduce=Reduction.COUNT),
        comparator=Comparator.AT_LEAST,
        expected=at_least,
        window=view.window,
        sufficiency=worth.sufficiency,
        necessity=worth.necessity,
    )


def there_are_none(
    view: ClusterView,
    subject: EntityRef,
    selector: ObjectSelector,
    text: str,
    *,
    control: ObjectSelector,
    weight: Weight | None = None,
) -> Claim:
    """Claim that there is no such object, while the control shows that there are others."""
    worth = weight or Weight()
    return Claim(
        text=text,
        subject=subject,
        measure=Measure(selector=selector, reduce=Reduction.COUNT),
        comparator=Comparator.EQUAL,
        expected=0,
        window=view.window,
        control=Measure(selector=control, reduce=Reduction.COUNT),
        sufficiency=worth.sufficiency,
        necessity=worth.necessity,
    )


def keeps_ending(view: ClusterView, container: Container) -> Claim:
    """Claim that a container has been restarted at least as often as was seen."""
    return states(
        view,
        container.pod,
        container.status_path("restartCount"),
        container.restarts,
        f"{container.name} of {container.pod.name} was restarted at least "
        f"{container.restarts} times",
        comparator=Comparator.AT_LEAST,
        weight=SUPPORTING,
    )


def ended_for_memory(view: ClusterView, container: Container) -> Claim:
    """Claim that the kernel killed a container for its memory; what else ends it forbids this."""
    return states(
        view,
        container.pod,
        container.end_path("reason"),
        OUT_OF_MEMORY,
        f"{container.name} of {container.pod.name} ended last as {OUT_OF_MEMORY}",
    )


def waits_for(view: ClusterView, container: Container, pattern: str, text: str) -> Claim:
    """Claim that a container is waiting with a reason like that."""
    return states(
        view,
        container.pod,
        container.status_path("state.waiting.reason"),
        pattern,
        text,
        comparator=Comparator.MATCHES,
        weight=DECISIVE,
    )


def rollout_claims(view: ClusterView, rollout: Rollout) -> tuple[Claim, ...]:
    """Claim that the revision to blame is the present one, and that the one before works."""
    deployment, previous = rollout.deployment, rollout.previous
    present = states(
        view,
        deployment,
        f'metadata.annotations."{REVISION}"',
        str(rollout.current.number),
        f"{deployment.name} is at revision {rollout.current.number}",
        weight=SUPPORTING,
    )
    if not rollout.previous_serves:
        return (present,)
    works = states(
        view,
        previous,
        "status.readyReplicas",
        1,
        f"pods of revision {previous.number} before it are ready",
        comparator=Comparator.AT_LEAST,
        weight=Weight(sufficiency=1.2, necessity=HELPFUL),
    )
    return (present, works)


def recovered(view: ClusterView, entity: EntityRef, rollout: Rollout | None) -> Iterator[Claim]:
    """Claim what must hold once a Deployment is mended; of other things, nothing special."""
    deployment = view.workload(entity)
    if deployment is None or entity.kind != "deployment" or deployment.desired == 0:
        return
    yield states(
        view,
        deployment,
        "status.observedGeneration >= metadata.generation"
        " && status.updatedReplicas == spec.replicas"
        " && (status.unavailableReplicas || `0`) == `0`",
        expected=True,
        text=f"the rollout of {deployment.name} is complete and every pod of it is available",
    )
    if rollout is not None and rollout.current.digest:
        yield there_are_none(
            view,
            entity,
            ObjectSelector(
                kind="pods",
                namespace=entity.namespace,
                labels={HASH_LABEL: rollout.current.digest},
            ),
            f"no pod of revision {rollout.current.number} is left",
            control=ObjectSelector(kind="pods", namespace=entity.namespace),
        )


def number_of(pods: Sized) -> str:
    """Say how many pods, as people say it."""
    return "1 pod" if len(pods) == 1 else f"{len(pods)} pods"


def quote(thing: Thing, text: str, at: datetime | None = None) -> Evidence:
    """Quote what an object says."""
    source = f"objects:{thing.resource.kind}"
    return Evidence(source=source, entity=thing.entity, at=at, text=text[:_QUOTE_CHARACTERS])


def quote_happening(happening: Happening) -> Evidence:
    """Quote an event."""
    return Evidence(
        source="objects:events",
        entity=happening.about,
        at=happening.last_at,
        text=f"{happening.reason}: {happening.message}"[:_QUOTE_CHARACTERS],
    )


@dataclass(frozen=True, slots=True)
class Blame:
    """What a check has found out about one cause, before it is made a hypothesis."""

    entity: EntityRef
    mode: str
    summary: str
    claims: tuple[Claim, ...]
    pods: tuple[Pod, ...] = ()
    """The pods that suffer; with their services they are what this explains."""
    explains: tuple[EntityRef, ...] = ()
    """What else this explains."""
    forbids: tuple[Claim, ...] = ()
    onset: datetime | None = None
    rollout: Rollout | None = None
    evidence: tuple[Evidence, ...] = ()
    details: Mapping[str, Scalar] = field(default_factory=dict[str, Scalar])
    shift: float = 0.0

    def hypothesis(self, view: ClusterView) -> Hypothesis:
        """Return the hypothesis, with the rollout behind it written into it."""
        rollout = self.rollout
        place: dict[str, Scalar] = {"namespace": self.entity.namespace}
        place[self.entity.kind] = self.entity.name
        behind = rollout.details() if rollout else {}
        suffering = (*self.explains, *view.services_of(self.pods), *(p.entity for p in self.pods))
        summary, claims = self.summary, self.claims
        if rollout:
            summary += f" It came with {rollout.told}."
            claims += rollout_claims(view, rollout)
        return Hypothesis(
            cause=Cause(entity=self.entity, failure_mode=self.mode),
            summary=summary,
            claims=claims,
            forbids=self.forbids,
            recovery=tuple(recovered(view, self.entity, rollout)),
            explains=tuple(dict.fromkeys(suffering)),
            onset=(rollout.started_at if rollout else None) or self.onset,
            change_ref=rollout.change_ref if rollout else None,
            evidence=self.evidence,
            details={**place, **behind, **self.details},
            prior_shift=self.shift,
        )


def earliest(*moments: datetime | None) -> datetime | None:
    """Return the first of several moments, leaving out those that are not known."""
    return min((moment for moment in moments if moment is not None), default=None)
