"""Weights come from verdicts, path and time; never from how loudly something is said."""

from datetime import timedelta

import pytest

from agents.commander.weighing import log_odds, probability, rank, weigh
from agents.domain.base import EntityRef
from agents.domain.claims import VerdictStatus
from agents.domain.hypotheses import Hypothesis, HypothesisStatus
from agents.domain.state import IncidentState
from tests.agents.builders import (
    CHECKOUT,
    NOW,
    ONSET,
    POLICY,
    STOREFRONT,
    a_claim,
    a_hypothesis,
    a_state,
    an_alert,
    answered,
    verified,
)


def _judged(*hypotheses: Hypothesis, status: VerdictStatus = VerdictStatus.HOLDS) -> IncidentState:
    claims = [claim for hypothesis in hypotheses for claim in hypothesis.claims]
    return a_state(*answered(*hypotheses), *verified(*claims, status=status))


def test_a_claim_that_held_raises_its_hypothesis_and_one_that_failed_sinks_it() -> None:
    """The measurement moves the weight, in both directions."""
    hypothesis = a_hypothesis()
    before = log_odds(hypothesis, a_state(*answered(hypothesis)))

    assert log_odds(hypothesis, _judged(hypothesis)) == before + 2.0
    assert log_odds(hypothesis, _judged(hypothesis, status=VerdictStatus.FAILS)) == before - 2.0
    unmeasured = _judged(hypothesis, status=VerdictStatus.UNMEASURABLE)
    assert log_odds(hypothesis, unmeasured) == before


@pytest.mark.parametrize(
    ("status", "moved"),
    [
        (VerdictStatus.HOLDS, -2.0),
        (VerdictStatus.FAILS, 1.0),
        (VerdictStatus.UNMEASURABLE, 0.0),
    ],
)
def test_what_a_cause_forbids_counts_against_it_when_it_is_seen(
    status: VerdictStatus, moved: float
) -> None:
    """A cause is told from its neighbour by what must not be there."""
    forbidden = a_claim("oom_kills")
    hypothesis = a_hypothesis(forbids=(forbidden,))
    unjudged = a_state(*answered(hypothesis))

    judged = a_state(*answered(hypothesis), *verified(forbidden, status=status))

    assert log_odds(hypothesis, judged) == log_odds(hypothesis, unjudged) + moved


def test_an_essential_claim_that_failed_refutes_whatever_else_holds() -> None:
    """Three weak signs do not make up for the one that must be there."""
    essential, weak = a_claim("must"), a_claim("nice", necessity=0.5, sufficiency=9.0)
    hypothesis = a_hypothesis(claims=[essential, weak])
    bodies = [*answered(hypothesis), *verified(weak)]

    state = a_state(*bodies, *verified(essential, status=VerdictStatus.FAILS))

    assert weigh(state, POLICY)[0].status is HypothesisStatus.REFUTED


def test_a_forbidden_sight_refutes() -> None:
    """If the excluded thing is measured, the explanation is out."""
    forbidden = a_claim("oom_kills")
    hypothesis = a_hypothesis(forbids=(forbidden,))

    state = a_state(*answered(hypothesis), *verified(*hypothesis.claims, forbidden))

    assert weigh(state, POLICY)[0].status is HypothesisStatus.REFUTED


def test_a_hypothesis_stays_proposed_until_its_claims_are_measured() -> None:
    """Nothing is asserted that was not re-measured."""
    assert weigh(a_state(*answered(a_hypothesis())), POLICY)[0].status is HypothesisStatus.PROPOSED


def test_a_hypothesis_whose_claims_could_not_be_measured_is_never_supported() -> None:
    """A high prior is not evidence."""
    state = _judged(a_hypothesis(prior_shift=2.4), status=VerdictStatus.UNMEASURABLE)

    assert weigh(state, POLICY)[0].status is HypothesisStatus.UNDETERMINED


def test_a_supported_hypothesis_has_held_claims_and_enough_weight() -> None:
    """The word 'supported' means something."""
    assert weigh(_judged(a_hypothesis()), POLICY)[0].status is HypothesisStatus.SUPPORTED


def test_little_weight_refutes_without_a_single_fatal_claim() -> None:
    """Many small disappointments add up."""
    minor = [a_claim(name, necessity=1.0) for name in ("a", "b", "c")]

    state = _judged(a_hypothesis(claims=minor), status=VerdictStatus.FAILS)

    assert weigh(state, POLICY)[0].status is HypothesisStatus.REFUTED


@pytest.mark.parametrize(
    ("entity", "moved"),
    [
        (EntityRef(kind="service", name="payments"), 0.7),
        (EntityRef(kind="service", name="newsletter"), -2.0),
        (EntityRef(kind="host", name="somewhere"), 0.0),
    ],
)
def test_a_cause_counts_for_more_on_the_alerts_path(entity: EntityRef, moved: float) -> None:
    """Something else is always broken somewhere; it is not why the pager went off."""
    hypothesis = a_hypothesis(entity=entity)
    with_service = log_odds(hypothesis, a_state(*answered(hypothesis)))
    without = log_odds(hypothesis, a_state(*answered(hypothesis, alert=an_alert(service=None))))

    assert with_service - without == pytest.approx(moved)


@pytest.mark.parametrize(
    ("onset", "moved"),
    [
        (ONSET + timedelta(minutes=4), -2.0),
        (ONSET - timedelta(hours=9), -1.0),
        (ONSET, 0.0),
    ],
)
def test_a_cause_must_fit_in_time(onset: object, moved: float) -> None:
    """What began after the alert did not cause it; what is old as the hills rarely did."""
    timed, untimed = a_hypothesis(onset=onset), a_hypothesis(onset=None)

    difference = log_odds(timed, a_state(*answered(timed))) - log_odds(
        untimed, a_state(*answered(untimed))
    )

    assert difference == pytest.approx(moved)


def test_before_there_is_a_plan_only_the_claims_count() -> None:
    """Path and time need an alert and a topology."""
    assert log_odds(a_hypothesis(), a_state()) == -0.5


def test_the_same_cause_from_two_specialists_is_one_hypothesis_with_two_witnesses() -> None:
    """Agreement is said once, and counts a little."""
    ours = a_hypothesis(claims=[a_claim("a")])
    theirs = a_hypothesis(claims=[a_claim("b")], by="network")

    alone, both = weigh(_judged(ours), POLICY), weigh(_judged(ours, theirs), POLICY)

    assert len(both) == 1
    assert set(both[0].specialists) == {"database", "network"}
    assert both[0].log_odds == pytest.approx(alone[0].log_odds + 0.4)


def test_the_origin_ranks_before_its_louder_symptom() -> None:
    """The storefront shouts; the lock in the database is why."""
    lock = a_hypothesis("lock_contention", claims=[a_claim("a")], explains=(CHECKOUT,))
    loud = a_hypothesis(
        "http_upstream_errors",
        CHECKOUT,
        claims=[a_claim("b", sufficiency=8.0)],
        by="network",
        explains=(STOREFRONT,),
    )

    first, second = rank(_judged(lock, loud), POLICY)

    assert (first.cause.failure_mode, first.caused_by) == ("lock_contention", None)
    assert (second.cause.failure_mode, second.caused_by) == ("http_upstream_errors", 1)


def test_rivals_share_one_probability_with_something_else() -> None:
    """Two explanations at 90% each would be a promise that cannot be kept."""
    rivals = [a_hypothesis(claims=[a_claim("a")]), a_hypothesis("traffic_surge", CHECKOUT)]

    ranked = rank(_judged(*rivals), POLICY)

    assert sum(one.confidence for one in ranked) < 1.0
    assert ranked[0].claims[0].observed == 3


def test_without_a_plan_nothing_is_chained() -> None:
    """The fold may be read at any moment, also before the first plan."""
    assert rank(a_state(), POLICY) == ()


def test_even_odds_are_one_half() -> None:
    """The scale is the natural logarithm of the odds."""
    assert probability(0.0) == 0.5
    assert NOW > ONSET
