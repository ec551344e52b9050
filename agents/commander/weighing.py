"""Log-odds: a prior from what is common, moved by every verdict.

The weight of a hypothesis is the sum of its mode's base rate, what the check saw, whether it lies
on the alert's path and in its time, and the verdicts on its claims (Prospector's sufficiency and
necessity, Duda, Hart & Nilsson 1976). Hypotheses that would explain the same symptom share one
probability with "something else".
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import exp

from agents.commander.calibration import calibrated
from agents.commander.chains import origins, reaches
from agents.domain.claims import Claim, Verdict, VerdictStatus
from agents.domain.hypotheses import Hypothesis, HypothesisStatus
from agents.domain.incidents import Alert
from agents.domain.plans import Policy
from agents.domain.readings import Topology
from agents.domain.state import IncidentState
from agents.domain.synthesis import MeasuredClaim, RankedHypothesis
from agents.domain.wording import measure_text

_ON_PATH = 0.7
_OFF_PATH = -2.0
_TOO_LATE = -2.0
_LONG_STANDING = -1.0
_SECOND_WITNESS = 0.4
_REFUTED_BELOW = -2.5
_ESSENTIAL = 2.0
"""A failed claim of at least this necessity refutes its hypothesis by itself."""
_ALERT_DELAY = timedelta(minutes=2)
_LONG_BEFORE = timedelta(hours=6)
_FORBID_GAIN = 0.5


@dataclass(frozen=True, slots=True)
class Weighed:
    """A cause with everybody who proposed it, weighed."""

    hypothesis: Hypothesis
    """The strongest of those that name this cause."""
    specialists: tuple[str, ...]
    log_odds: float
    status: HypothesisStatus


def weigh(state: IncidentState, policy: Policy) -> tuple[Weighed, ...]:
    """Return every cause that was proposed, strongest first; refuted ones come last."""
    by_cause: dict[str, list[Hypothesis]] = defaultdict(list)
    for hypothesis in state.hypotheses:
        by_cause[hypothesis.cause.key].append(hypothesis)
    weighed = [_merged(same, state, policy) for same in by_cause.values()]
    return tuple(sorted(weighed, key=_strength))


def _strength(one: Weighed) -> tuple[bool, float, str]:
    is_refuted = one.status is HypothesisStatus.REFUTED
    return (is_refuted, -one.log_odds, one.hypothesis.cause.key)


def _merged(same: Sequence[Hypothesis], state: IncidentState, policy: Policy) -> Weighed:
    scored = sorted(((log_odds(h, state), h.id, h) for h in same), reverse=True)
    weight, _, strongest = scored[0]
    witnesses = tuple(dict.fromkeys(h.produced_by.name for h in same))
    weight += _SECOND_WITNESS * (len(witnesses) - 1)
    return Weighed(
        hypothesis=strongest,
        specialists=witnesses,
        log_odds=weight,
        status=_status(strongest, weight, state, policy),
    )


def log_odds(hypothesis: Hypothesis, state: IncidentState) -> float:
    """Return the weight of one hypothesis in natural log-odds."""
    weight = hypothesis.cause.mode.base_log_odds + hypothesis.prior_shift
    weight += sum(_moved(claim, state.verdict(claim)) for claim in hypothesis.claims)
    weight += sum(_moved_by_forbidden(claim, state.verdict(claim)) for claim in hypothesis.forbids)
    if state.incident is None or state.plan is None:
        return weight
    alert = state.incident.alert
    return weight + _relevance(hypothesis, alert, state.plan.topology)


def _moved(claim: Claim, verdict: Verdict | None) -> float:
    if verdict is None or verdict.status is VerdictStatus.UNMEASURABLE:
        return 0.0
    return claim.sufficiency if verdict.status is VerdictStatus.HOLDS else -claim.necessity


def _moved_by_forbidden(claim: Claim, verdict: Verdict | None) -> float:
    if verdict is None or verdict.status is VerdictStatus.UNMEASURABLE:
        return 0.0
    if verdict.status is VerdictStatus.HOLDS:
        return -claim.necessity
    return _FORBID_GAIN * claim.sufficiency


def _relevance(hypothesis: Hypothesis, alert: Alert, topology: Topology) -> float:
    """Weigh whether the cause can have reached the alert: by path and by time."""
    weight = 0.0
    if alert.service:
        entities = (hypothesis.cause.entity, *hypothesis.explains)
        reached = {reaches(entity, alert.service, topology) for entity in entities}
        if True in reached:
            weight += _ON_PATH
        elif False in reached:
            weight += _OFF_PATH
    if hypothesis.onset is not None:
        if hypothesis.onset > alert.started_at + _ALERT_DELAY:
            weight += _TOO_LATE
        elif hypothesis.onset < alert.started_at - _LONG_BEFORE:
            weight += _LONG_STANDING
    return weight


def _status(
    hypothesis: Hypothesis, weight: float, state: IncidentState, policy: Policy
) -> HypothesisStatus:
    if refutation(hypothesis, state) or weight < _REFUTED_BELOW:
        return HypothesisStatus.REFUTED
    if any(state.verdict(claim) is None for claim in hypothesis.claims):
        return HypothesisStatus.PROPOSED
    held = any(_is(state.verdict(claim), VerdictStatus.HOLDS) for claim in hypothesis.claims)
    if held and probability(weight) >= policy.supported_at:
        return HypothesisStatus.SUPPORTED
    return HypothesisStatus.UNDETERMINED


def _is(verdict: Verdict | None, status: VerdictStatus) -> bool:
    return verdict is not None and verdict.status is status


def refutation(hypothesis: Hypothesis, state: IncidentState) -> tuple[Claim, Verdict] | None:
    """Return the claim and verdict that alone refute a hypothesis, if there is one."""
    fatal_if = (
        *((claim, VerdictStatus.FAILS) for claim in hypothesis.claims),
        *((claim, VerdictStatus.HOLDS) for claim in hypothesis.forbids),
    )
    for claim, fatal in fatal_if:
        verdict = state.verdict(claim)
        is_essential = claim.necessity >= _ESSENTIAL
        if is_essential and verdict is not None and verdict.status is fatal:
            return claim, verdict
    return None


def probability(weight: float) -> float:
    """Return the probability that natural log-odds stand for."""
    return 1.0 / (1.0 + exp(-weight))


def rank(state: IncidentState, policy: Policy) -> tuple[RankedHypothesis, ...]:
    """Return the standing hypotheses with confidence, origins before their symptoms."""
    standing = [one for one in weigh(state, policy) if one.status is not HypothesisStatus.REFUTED]
    topology = state.plan.topology if state.plan else Topology()
    doubtful = {
        one.hypothesis.id for one in standing if one.status is HypothesisStatus.UNDETERMINED
    }
    explained = origins([one.hypothesis for one in standing], topology, doubtful)
    ordered = sorted(standing, key=lambda one: one.hypothesis.id in explained)
    places = {one.hypothesis.id: place for place, one in enumerate(ordered, start=1)}
    confidence = _confidence(ordered, explained)
    return tuple(
        _ranked(one, state, places, explained, confidence[one.hypothesis.id]) for one in ordered
    )


def _confidence(
    ordered: Iterable[Weighed], explained: Mapping[str, Hypothesis]
) -> dict[str, float]:
    """Share one probability between rival origins and "something else".

    A symptom competes with nobody: it is as likely as its own evidence says.
    """
    several = tuple(ordered)
    rivals = [one for one in several if one.hypothesis.id not in explained]
    weights = {one.hypothesis.id: calibrated(one.log_odds, one.hypothesis) for one in several}
    total = 1.0 + sum(exp(weights[one.hypothesis.id]) for one in rivals)
    shared = {one.hypothesis.id: exp(weights[one.hypothesis.id]) / total for one in rivals}
    own = {id_: probability(weight) for id_, weight in weights.items()}
    return {**own, **shared}


def _ranked(
    one: Weighed,
    state: IncidentState,
    places: Mapping[str, int],
    explained: Mapping[str, Hypothesis],
    confidence: float,
) -> RankedHypothesis:
    hypothesis = one.hypothesis
    origin = explained.get(hypothesis.id)
    return RankedHypothesis(
        hypothesis_id=hypothesis.id,
        rank=places[hypothesis.id],
        cause=hypothesis.cause,
        confidence=confidence,
        log_odds=one.log_odds,
        status=one.status,
        summary=hypothesis.summary,
        specialists=one.specialists,
        claims=tuple(measured(claim, state) for claim in hypothesis.claims),
        change_ref=hypothesis.change_ref,
        caused_by=places[origin.id] if origin else None,
    )


def measured(claim: Claim, state: IncidentState) -> MeasuredClaim:
    """Return a claim beside its verdict, in the words that people read."""
    verdict = state.verdict(claim)
    return MeasuredClaim(
        claim_id=claim.id,
        text=claim.text,
        measure=measure_text(claim.measure),
        window=f"{claim.window.start:%H:%M:%S} to {claim.window.end:%H:%M:%S} UTC",
        comparator=claim.comparator.value,
        expected=claim.expected,
        observed=verdict.observed if verdict else None,
        verdict=verdict.status if verdict else VerdictStatus.UNMEASURABLE,
        measured_at=state.verified_at.get(f"{claim.id}:first"),
    )
