"""What is offered for approval, and when nothing is."""

from dataclasses import dataclass

import pytest

from agents.commander.synthesis import synthesize
from agents.domain.actions import ActionCall, ActionProposal
from agents.domain.base import EntityRef
from agents.domain.events import ActionWithheld, SynthesisPublished
from agents.domain.hypotheses import Hypothesis
from agents.domain.measures import Comparator, Measure, Reduction, RowSelector
from agents.domain.state import IncidentState
from agents.errors import ActionFailed, SourceUnavailable, WarroomError
from agents.ports import TargetState
from agents.remediation.catalogue import entry_for, propose_action
from tests.agents.builders import (
    DATABASE,
    NOW,
    POLICY,
    a_claim,
    a_hypothesis,
    a_state,
    answered,
    verified,
)

_SESSION = {"instance": "shop-db", "pid": 4711, "backend_start": "2026-11-20T14:00:00+00:00"}


@dataclass
class _Inspector:
    """Answers with a state, or with an error."""

    error: WarroomError | None = None

    def inspect(self, call: ActionCall) -> TargetState:
        if self.error:
            raise self.error
        return TargetState(digest="digest-1", description=f"would end {call.arguments['pid']}")


def _blocked() -> Hypothesis:
    row = a_claim().model_copy(
        update={
            "id": "",
            "measure": Measure(
                selector=RowSelector(instance="shop-db", view="pg_stat_activity"),
                reduce=Reduction.COUNT,
            ),
            "comparator": Comparator.AT_LEAST,
        }
    )
    row.model_post_init(None)
    return a_hypothesis("lock_contention", claims=[a_claim(), row], details=_SESSION)


def _state(hypothesis: Hypothesis) -> IncidentState:
    bodies = [*answered(hypothesis), *verified(*hypothesis.claims)]
    account = synthesize(a_state(*bodies), POLICY, NOW)
    return a_state(*bodies, SynthesisPublished(synthesis=account))


def test_a_blocking_session_is_offered_for_termination_with_its_exact_identity() -> None:
    """A pid alone may belong to somebody else a second later."""
    hypothesis = _blocked()
    offered = propose_action(
        _state(hypothesis),
        hypothesis,
        {"postgresql.terminate_session": _Inspector()},
        POLICY,
        NOW,
    )

    assert isinstance(offered, ActionProposal)
    assert offered.call.arguments == _SESSION
    assert offered.title == "Terminate session 4711 (unnamed) on shop-db"
    assert offered.target_state == "digest-1"
    assert "storefront" in offered.blast_radius
    assert [c.measure.selector.reader for c in offered.preconditions] == ["rows"]
    assert offered.recovery


def test_before_an_account_the_blast_radius_is_the_target_alone() -> None:
    """Nothing is claimed about users that nobody has worked out yet."""
    offered = propose_action(
        a_state(*answered(_blocked())),
        _blocked(),
        {"postgresql.terminate_session": _Inspector()},
        POLICY,
        NOW,
    )

    assert isinstance(offered, ActionProposal)
    assert offered.blast_radius == "database/shop-db"


def test_a_cause_that_no_action_fits_is_withheld_with_the_mitigation_by_hand() -> None:
    """The responder still gets the first thing to do."""
    hypothesis = a_hypothesis("traffic_surge")

    withheld = propose_action(a_state(), hypothesis, {}, POLICY, NOW)

    assert isinstance(withheld, ActionWithheld)
    assert "Add capacity" in withheld.reason


def test_an_action_whose_details_are_missing_is_not_offered() -> None:
    """Half an identity is no identity."""
    assert entry_for(a_hypothesis("lock_contention", details={"pid": 4711})) is None


def test_a_rollback_is_offered_for_any_cause_that_knows_the_revision() -> None:
    """Whatever a bad revision does, going back helps."""
    known = {"namespace": "shop", "deployment": "checkout", "to_revision": 1}
    target = EntityRef(kind="deployment", namespace="shop", name="checkout")
    entry = entry_for(a_hypothesis("bad_deploy", target, details=known))

    assert entry is not None
    assert entry.action == "kubernetes.rollback_deployment"
    assert entry.reversible


def test_an_action_without_an_inspector_is_withheld_and_says_so() -> None:
    """An installation without database access still says what it would have done."""
    withheld = propose_action(a_state(), _blocked(), {}, POLICY, NOW)

    assert isinstance(withheld, ActionWithheld)
    assert "not configured" in withheld.reason


def test_a_target_that_is_gone_withholds_the_action() -> None:
    """The blocker may have left by itself between the finding and the offer."""
    inspectors = {"postgresql.terminate_session": _Inspector(ActionFailed("it is gone"))}

    withheld = propose_action(a_state(), _blocked(), inspectors, POLICY, NOW)

    assert isinstance(withheld, ActionWithheld)
    assert "it is gone" in withheld.reason


def test_a_target_that_cannot_be_read_now_is_tried_again() -> None:
    """A database that is busy this second is not a reason to give up for good."""
    inspectors = {"postgresql.terminate_session": _Inspector(SourceUnavailable())}

    with pytest.raises(SourceUnavailable):
        propose_action(a_state(), _blocked(), inspectors, POLICY, NOW)


def test_the_digest_covers_call_and_target_state() -> None:
    """An approval of one must never cover another."""
    inspector = {"postgresql.terminate_session": _Inspector()}
    first = propose_action(a_state(), _blocked(), inspector, POLICY, NOW)
    assert isinstance(first, ActionProposal)
    moved = first.model_copy(update={"target_state": "digest-2"})
    other = first.model_copy(
        update={"call": first.call.model_copy(update={"arguments": {"pid": 1}})}
    )

    assert len({first.digest, moved.digest, other.digest}) == 3
    assert first.call.target == DATABASE
