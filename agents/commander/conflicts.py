"""Contradictions between specialists, found by code."""

from collections.abc import Iterator
from itertools import combinations

from agents.commander.chains import brings_about, services_of
from agents.commander.planning import COMMANDER
from agents.commander.weighing import weigh
from agents.domain.hypotheses import Conflict, ConflictKind, Hypothesis, HypothesisStatus
from agents.domain.plans import Policy
from agents.domain.readings import Topology
from agents.domain.state import IncidentState

_CONTENDERS = 4
"""Only the strongest few are worth a person's attention."""


def find_conflicts(state: IncidentState, policy: Policy) -> tuple[Conflict, ...]:
    """Return the contradictions between the strongest standing hypotheses."""
    topology = state.plan.topology if state.plan else Topology()
    standing = [
        one.hypothesis
        for one in weigh(state, policy)
        if one.status in {HypothesisStatus.SUPPORTED, HypothesisStatus.PROPOSED}
    ]
    return tuple(_between(standing[:_CONTENDERS], topology))


def _between(contenders: list[Hypothesis], topology: Topology) -> Iterator[Conflict]:
    for left, right in combinations(contenders, 2):
        negated = _negated(left, right) or _negated(right, left)
        if negated:
            yield _conflict(left, right, ConflictKind.NEGATED_CLAIM, negated)
        elif _rivals(left, right, topology):
            text = (
                f"{left.cause.mode.title} on {left.cause.entity.name} and "
                f"{right.cause.mode.title} on {right.cause.entity.name} would each explain the "
                "same symptom, and neither brings about the other."
            )
            yield _conflict(left, right, ConflictKind.NO_COMMON_CHAIN, text)


def _negated(left: Hypothesis, right: Hypothesis) -> str:
    """Return the claim of one that the other forbids, in words."""
    forbidden = {claim.id for claim in left.forbids}
    shared = next((claim for claim in right.claims if claim.id in forbidden), None)
    return f"One says “{shared.text}”, the other rules that out." if shared else ""


def _rivals(left: Hypothesis, right: Hypothesis, topology: Topology) -> bool:
    if brings_about(left, right, topology) or brings_about(right, left, topology):
        return False
    ours, theirs = services_of(left, topology), services_of(right, topology)
    return not ours or not theirs or bool(_reach(ours, topology) & _reach(theirs, topology))


def _reach(services: set[str], topology: Topology) -> set[str]:
    return services | {user for service in services for user in topology.dependents(service)}


def _conflict(left: Hypothesis, right: Hypothesis, kind: ConflictKind, text: str) -> Conflict:
    first, second = sorted((left.id, right.id))
    return Conflict(
        left_id=first,
        right_id=second,
        kind=kind,
        text=text,
        produced_by=COMMANDER,
        inputs=(first, second),
    )
