"""Contradictions are found by code, said once and never between links of one chain."""

from agents.commander.conflicts import find_conflicts
from agents.domain.base import EntityRef
from agents.domain.claims import VerdictStatus
from agents.domain.hypotheses import Conflict, ConflictKind, Hypothesis
from tests.agents.builders import (
    CHECKOUT,
    POLICY,
    STOREFRONT,
    a_claim,
    a_hypothesis,
    a_state,
    answered,
    verified,
)


def _conflicts(*hypotheses: Hypothesis) -> tuple[Conflict, ...]:
    claims = [claim for hypothesis in hypotheses for claim in hypothesis.claims]
    return find_conflicts(a_state(*answered(*hypotheses), *verified(*claims)), POLICY)


def test_two_causes_of_one_symptom_that_lie_on_no_chain_are_in_conflict() -> None:
    """Both may sound right; the room must know that they exclude each other."""
    surge = a_hypothesis("traffic_surge", STOREFRONT, claims=[a_claim("b")], by="network")

    (conflict,) = _conflicts(a_hypothesis(), surge)

    assert conflict.kind is ConflictKind.NO_COMMON_CHAIN
    assert "neither brings about the other" in conflict.text


def test_a_claim_that_another_hypothesis_forbids_is_a_conflict() -> None:
    """One says yes, the other no, about the very same measurement."""
    shared = a_claim("replica_lag")
    one = a_hypothesis(claims=[a_claim("a")], forbids=(shared,))
    other = a_hypothesis("traffic_surge", CHECKOUT, claims=[shared], by="network")

    (conflict,) = find_conflicts(a_state(*answered(one, other)), POLICY)
    (mirrored,) = find_conflicts(a_state(*answered(other, one)), POLICY)

    assert conflict.kind is mirrored.kind is ConflictKind.NEGATED_CLAIM
    assert shared.text in conflict.text


def test_links_of_one_chain_are_not_in_conflict() -> None:
    """The lock and the errors that it brings about are one story."""
    lock = a_hypothesis("lock_contention", claims=[a_claim("a")])
    shown = a_claim("b", sufficiency=6.0)
    loud = a_hypothesis("http_upstream_errors", claims=[shown], by="network")

    assert _conflicts(lock, loud) == ()


def test_causes_in_unrelated_services_do_not_conflict() -> None:
    """Two incidents at once are two incidents."""
    newsletter = EntityRef(kind="service", name="newsletter")
    here = a_hypothesis(prior_shift=2.0)
    there = a_hypothesis(entity=newsletter, claims=[a_claim("b")], by="network", prior_shift=3.0)

    assert _conflicts(here, there) == ()


def test_a_cause_in_an_unknown_place_conflicts_until_its_place_is_known() -> None:
    """Without a topology nothing says that they are apart."""
    host = a_hypothesis(entity=EntityRef(kind="host", name="x"), claims=[a_claim("b")])

    assert len(_conflicts(a_hypothesis("traffic_surge"), host)) == 1


def test_two_failings_of_one_entity_that_name_the_same_cause_do_not_conflict() -> None:
    """Two witnesses of one cause agree."""
    theirs = a_hypothesis(claims=[a_claim("b")], by="network")

    assert _conflicts(a_hypothesis(), theirs) == ()


def test_a_refuted_hypothesis_is_in_conflict_with_nobody() -> None:
    """The dead do not argue."""
    rival = a_hypothesis("traffic_surge", claims=[a_claim("b")], by="network")
    bodies = [*answered(a_hypothesis(), rival), *verified(a_claim())]

    refuted = verified(*rival.claims, status=VerdictStatus.FAILS)

    assert find_conflicts(a_state(*bodies, *refuted), POLICY) == ()
    assert find_conflicts(a_state(), POLICY) == ()
