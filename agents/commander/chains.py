"""Which cause explains which: the loudest symptom is rarely the origin."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from fnmatch import fnmatchcase

from agents.domain.base import EntityRef
from agents.domain.hypotheses import Hypothesis
from agents.domain.readings import Topology

_ONSET_SLACK = timedelta(seconds=60)
"""Clocks differ and metrics are sampled: a cause may seem to begin this much after its effect."""


def brings_about(origin: Hypothesis, symptom: Hypothesis, topology: Topology) -> bool:
    """Tell whether one hypothesis's cause accounts for another's.

    It does when the mechanism is known for that pair of failure modes, the two lie on one path,
    and the origin did not begin later.
    """
    if origin.cause == symptom.cause:
        return False
    known = any(
        fnmatchcase(origin.cause.failure_mode, pattern) for pattern in symptom.cause.mode.caused_by
    )
    return known and _in_order(origin, symptom) and on_one_path(origin, symptom, topology)


def _in_order(origin: Hypothesis, symptom: Hypothesis) -> bool:
    if origin.onset is None or symptom.onset is None:
        return True
    return origin.onset <= symptom.onset + _ONSET_SLACK


def on_one_path(origin: Hypothesis, symptom: Hypothesis, topology: Topology) -> bool:
    """Tell whether the symptom's entity is, or depends on, the origin's."""
    hit = symptom.cause.entity
    if any(hit.is_same_as(entity) for entity in (origin.cause.entity, *origin.explains)):
        return True
    if any(origin.cause.entity.is_same_as(entity) for entity in symptom.explains):
        return True
    upstream = services_of(origin, topology)
    downstream = services_of(symptom, topology)
    return bool(upstream & downstream) or any(
        upstream & set(topology.dependencies(service)) for service in downstream
    )


def services_of(hypothesis: Hypothesis, topology: Topology) -> set[str]:
    """Return the services that a hypothesis's cause lies in."""
    named = topology.service_of(hypothesis.cause.entity)
    if named:
        return {named}
    owners = (topology.service_of(entity) for entity in hypothesis.explains)
    return {owner for owner in owners if owner}


def origins(
    standing: Sequence[Hypothesis], topology: Topology, doubtful: Collection[str] = ()
) -> dict[str, Hypothesis]:
    """Return, by id, the hypothesis that directly accounts for each one that is a symptom.

    `standing` comes strongest first; the strongest explanation of a symptom is taken, and two that
    seem to explain each other stay apart: the stronger one is the origin. A doubtful hypothesis,
    named by id, accounts for doubtful ones only: a guess must not push what was measured aside.
    """
    explained: dict[str, Hypothesis] = {}
    for symptom in standing:
        for origin in standing:
            if origin.id in doubtful and symptom.id not in doubtful:
                continue
            if not brings_about(origin, symptom, topology):
                continue
            if _leads_back(origin, symptom, explained):
                continue
            explained[symptom.id] = origin
            break
    return explained


def _leads_back(origin: Hypothesis, symptom: Hypothesis, explained: dict[str, Hypothesis]) -> bool:
    """Tell whether following the chain from the origin would arrive at the symptom."""
    seen: Hypothesis | None = origin
    while seen is not None:
        if seen.id == symptom.id:
            return True
        seen = explained.get(seen.id)
    return False


def reaches(entity: EntityRef, service: str, topology: Topology) -> bool | None:
    """Tell whether trouble in an entity can reach a service; None where the topology is silent."""
    owner = topology.service_of(entity)
    if owner is None or topology.service(service) is None:
        return None
    return owner == service or owner in topology.dependencies(service)
