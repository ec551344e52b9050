"""A fix has worked when what made us believe in the cause is no longer so."""

from datetime import timedelta

import pytest

from agents.commander.synthesis import synthesize
from agents.domain.actions import ActionOutcome, OutcomeStatus
from agents.domain.base import Window
from agents.domain.claims import Claim, VerdictStatus
from agents.domain.events import SynthesisPublished
from agents.domain.measures import (
    Comparator,
    LogSelector,
    Measure,
    ObjectSelector,
    ProbeSelector,
    Reduction,
    RowSelector,
    Selector,
)
from agents.domain.state import IncidentState
from agents.remediation.recovery import claims_now, judge, recovery_claims
from tests.agents.builders import (
    DATABASE,
    NOW,
    POLICY,
    STOREFRONT,
    WINDOW,
    a_claim,
    a_hypothesis,
    a_state,
    a_verdict,
    answered,
    verified,
)
from tests.agents.remediation.test_approvals import a_proposal


def _count(selector: Selector, comparator: Comparator = Comparator.AT_LEAST) -> Claim:
    return Claim(
        text="there are some",
        subject=DATABASE,
        measure=Measure(selector=selector, reduce=Reduction.COUNT),
        comparator=comparator,
        expected=1,
        window=WINDOW,
    )


def test_claims_about_the_present_are_turned_round_with_a_control() -> None:
    """'Nobody waits' counts only if the database still answers."""
    waiting = _count(RowSelector(instance="shop-db", view="pg_locks"))

    (claim,) = recovery_claims(a_hypothesis(claims=[waiting]), a_state())

    assert claim.comparator is Comparator.LESS
    assert claim.control is not None
    assert claim.control.selector == RowSelector(instance="shop-db", view="settings")
    assert claim.text == "no longer: there are some"


@pytest.mark.parametrize(
    ("selector", "kept"),
    [
        (LogSelector(pattern="error"), 0),
        (ObjectSelector(kind="events"), 0),
        (ObjectSelector(kind="pods", name="x"), 1),
        (ProbeSelector(probe="dns", target="db"), 1),
    ],
)
def test_what_tells_of_the_past_cannot_tell_of_recovery(selector: Selector, kept: int) -> None:
    """Old events stay for an hour; waiting for them to go would keep everybody up."""
    assert len(recovery_claims(a_hypothesis(claims=[_count(selector)]), a_state())) == kept


def test_a_claim_that_has_no_opposite_is_left_out() -> None:
    """A text that no longer matches may say something else that is just as bad."""
    matching = a_claim(comparator=Comparator.MATCHES, expected="x")

    assert recovery_claims(a_hypothesis(claims=[matching]), a_state()) == ()


def test_what_a_specialist_says_of_recovery_is_taken_as_it_is() -> None:
    """It knows its domain: 'all replicas available' beats 'that pod is gone'."""
    own = a_claim("replicas", 3)

    assert recovery_claims(a_hypothesis(recovery=(own,)), a_state()) == (own,)


def _with_symptom() -> tuple[IncidentState, Claim]:
    shown = a_claim("errors", 0.1, sufficiency=6.0)
    cause = a_hypothesis("lock_contention", onset=NOW - timedelta(minutes=9))
    symptom = a_hypothesis(
        "http_upstream_errors", STOREFRONT, claims=[shown], by="network", explains=(STOREFRONT,)
    )
    bodies = [*answered(cause, symptom), *verified(*cause.claims, shown)]
    account = synthesize(a_state(*bodies), POLICY, NOW)
    return a_state(*bodies, SynthesisPublished(synthesis=account)), shown


def test_the_symptoms_that_a_cause_explains_must_go_too() -> None:
    """Users do not care that the lock is gone if the storefront still fails."""
    state, shown = _with_symptom()
    cause = next(h for h in state.hypotheses if h.cause.failure_mode == "lock_contention")

    texts = [claim.text for claim in recovery_claims(cause, state)]

    assert f"no longer: {shown.text}" in texts


def test_recovery_is_measured_over_the_time_since_the_action() -> None:
    """Errors of before the fix must not count against it."""
    proposal = a_proposal().model_copy(update={"recovery": (a_claim(),)})
    outcome = ActionOutcome(
        proposal_id=proposal.id,
        approval_id="approval_1",
        status=OutcomeStatus.EXECUTED,
        detail="done",
        started_at=NOW,
        finished_at=NOW,
    )
    later = NOW + timedelta(seconds=20)

    (claim,) = claims_now(proposal, outcome, later)

    assert claim.window == Window(start=NOW + timedelta(seconds=3), end=later)
    assert claim.id != a_claim().id


@pytest.mark.parametrize(
    ("statuses", "recovered", "says"),
    [
        ([VerdictStatus.HOLDS, VerdictStatus.HOLDS], True, "2 of 2"),
        ([VerdictStatus.HOLDS, VerdictStatus.FAILS], False, "1 of 2"),
        ([VerdictStatus.HOLDS, VerdictStatus.UNMEASURABLE], False, "could not be measured: gone"),
        ([], False, "0 of 0"),
    ],
)
def test_recovered_means_that_every_claim_was_measured_and_holds(
    statuses: list[VerdictStatus], *, recovered: bool, says: str
) -> None:
    """'Probably fine' is not recovered."""
    verdicts = tuple(a_verdict(a_claim(), status, reason="gone") for status in statuses)

    recovery = judge(a_proposal(), 1, verdicts, NOW)

    assert recovery.recovered is recovered
    assert says in recovery.text
