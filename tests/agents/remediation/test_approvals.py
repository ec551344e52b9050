"""An approval covers one exact call on one exact state, once, for a while, by somebody who may."""

from datetime import timedelta

import pytest

from agents.domain.actions import ActionCall, ActionProposal, Approval, Decision
from agents.domain.events import (
    ActionProposed,
    ApprovalRecorded,
    Body,
    IncidentDeclared,
    IncidentResolved,
    InvestigationStopped,
)
from agents.domain.incidents import Person
from agents.domain.plans import Policy
from agents.domain.state import IncidentState
from agents.errors import ApprovalInvalid
from agents.remediation.approvals import Choice, decide_on, must_cover, new_nonce
from tests.agents.builders import ADA, DATABASE, NOW, POLICY, a_state, an_incident


def a_proposal(pid: int = 4711) -> ActionProposal:
    """Return a proposal to end a session."""
    call = ActionCall(
        action="postgresql.terminate_session", target=DATABASE, arguments={"pid": pid}
    )
    return ActionProposal(
        hypothesis_id="hypothesis_1",
        call=call,
        title=f"Terminate session {pid}",
        why="It blocks everybody.",
        preconditions=(),
        recovery=(),
        blast_radius="shop-db",
        dry_run="would end it",
        rollback="cannot be undone",
        reversible=False,
        target_state="state-1",
        expires_at=NOW + timedelta(minutes=15),
    )


def _state(*more: Body) -> IncidentState:
    declared = IncidentDeclared(incident=an_incident())
    return a_state(declared, ActionProposed(proposal=a_proposal()), *more)


def _choice(**changes: object) -> Choice:
    proposal = a_proposal()
    fields: dict[str, object] = {
        "proposal_id": proposal.id,
        "digest": proposal.digest,
        "decision": Decision.APPROVE,
        "approver": ADA,
        **changes,
    }
    return Choice.model_validate(fields)


def _approved() -> Approval:
    return decide_on(_state(), _choice(), POLICY, NOW)


def test_an_approval_names_the_call_the_person_and_an_expiry() -> None:
    """Afterwards anybody can see who allowed exactly what, and until when."""
    approval = decide_on(_state(), _choice(reason="go"), POLICY, NOW, lambda: "n1")

    assert approval.digest == a_proposal().digest
    assert (approval.approver, approval.nonce, approval.reason) == (ADA, "n1", "go")
    assert approval.expires_at == NOW + timedelta(seconds=POLICY.approval_seconds)
    assert approval.produced_by.is_person


def test_every_approval_has_a_nonce_of_its_own() -> None:
    """A copied approval must not run a second time."""
    assert new_nonce() != new_nonce()


@pytest.mark.parametrize(
    ("state", "choice", "policy", "says"),
    [
        (_state(), _choice(proposal_id="proposal_x"), POLICY, "no proposal"),
        (_state(), _choice(digest="swapped"), POLICY, "not the call you were shown"),
        (_state(), _choice(), Policy(approver_ids=("U9",)), "Ask <@U9>"),
        (
            _state(ApprovalRecorded(approval=_approved())),
            _choice(approver=Person(id="U2", name="second")),
            POLICY,
            "responder has already approved",
        ),
        (
            _state(
                ApprovalRecorded(
                    approval=_approved().model_copy(update={"decision": Decision.REJECT})
                )
            ),
            _choice(),
            POLICY,
            "already rejected",
        ),
        (_state(InvestigationStopped(by=ADA)), _choice(), POLICY, "over"),
        (_state(IncidentResolved(by=ADA, cause="x")), _choice(), POLICY, "over"),
    ],
)
def test_a_decision_that_does_not_fit_is_refused_in_plain_words(
    state: IncidentState, choice: Choice, policy: Policy, says: str
) -> None:
    """Old buttons, swapped calls, double clicks and strangers must change nothing."""
    with pytest.raises(ApprovalInvalid, match=says):
        decide_on(state, choice, policy, NOW)


def test_an_expired_proposal_cannot_be_approved() -> None:
    """An hour later the world is another one."""
    with pytest.raises(ApprovalInvalid, match="expired"):
        decide_on(_state(), _choice(), POLICY, NOW + timedelta(hours=1))


def test_an_approver_on_the_list_may_approve() -> None:
    """The list opens the door as well as it closes it."""
    approval = decide_on(_state(), _choice(), Policy(approver_ids=("U1",)), NOW)

    assert approval.approver == ADA


def test_a_fresh_approval_covers_its_call() -> None:
    """The normal case: approved, unchanged, in time."""
    approval = _approved()

    assert must_cover(approval, a_proposal(), "state-1", NOW) is approval


@pytest.mark.parametrize(
    ("approval", "proposal", "target_state", "minutes", "says"),
    [
        (None, a_proposal(), "state-1", 0, "Nobody has approved"),
        (
            _approved().model_copy(update={"decision": Decision.REJECT}),
            a_proposal(),
            "state-1",
            0,
            "Nobody has approved",
        ),
        (_approved(), a_proposal(), "state-1", 60, "expired"),
        (_approved(), a_proposal(pid=1), "state-1", 0, "another call"),
        (_approved(), a_proposal(), "state-2", 0, "target has changed"),
    ],
)
def test_at_execution_everything_is_checked_again(
    approval: Approval | None, proposal: ActionProposal, target_state: str, minutes: int, says: str
) -> None:
    """Between the click and the call the arguments, the target and the clock may all have moved."""
    with pytest.raises(ApprovalInvalid, match=says):
        must_cover(approval, proposal, target_state, NOW + timedelta(minutes=minutes))
