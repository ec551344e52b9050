"""Who may approve what, and whether an approval still covers a call."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from agents.domain.actions import ActionProposal, Approval, Decision
from agents.domain.base import Producer, Value
from agents.domain.incidents import Person
from agents.domain.plans import Policy
from agents.domain.state import IncidentState
from agents.errors import ApprovalInvalid


def new_nonce() -> str:
    """Return a token that has never been used."""
    return secrets.token_hex(16)


class Choice(Value):
    """What a person pressed, on exactly what they were shown."""

    proposal_id: str
    digest: str
    """As their button carried it."""
    decision: Decision
    approver: Person
    """The caller has checked that it is a full member, not a bot or guest."""
    reason: str = ""


def decide_on(
    state: IncidentState,
    choice: Choice,
    policy: Policy,
    now: datetime,
    nonce: Callable[[], str] = new_nonce,
) -> Approval:
    """Return the durable record of a person's decision; its nonce lets it be used once.

    Raises:
        ApprovalInvalid: the proposal is unknown, decided on, expired or not what was shown, or the
            person may not approve.
    """
    proposal = state.proposals.get(choice.proposal_id)
    if proposal is None:
        raise ApprovalInvalid(f"There is no proposal {choice.proposal_id}. Look at the latest one.")
    _must_be_open(state, proposal, choice.digest, now)
    if policy.approver_ids and choice.approver.id not in policy.approver_ids:
        allowed = ", ".join(f"<@{person}>" for person in policy.approver_ids)
        raise ApprovalInvalid(f"You may not approve actions here. Ask {allowed}.")
    return Approval(
        proposal_id=choice.proposal_id,
        digest=choice.digest,
        decision=choice.decision,
        approver=choice.approver,
        reason=choice.reason,
        nonce=nonce(),
        decided_at=now,
        expires_at=now + timedelta(seconds=policy.approval_seconds),
        produced_by=Producer(name=choice.approver.name, is_person=True),
        inputs=(choice.proposal_id,),
    )


def _must_be_open(
    state: IncidentState, proposal: ActionProposal, digest: str, now: datetime
) -> None:
    earlier = state.approvals.get(proposal.id)
    if earlier is not None:
        done = "approved" if earlier.decision is Decision.APPROVE else "rejected"
        raise ApprovalInvalid(f"{earlier.approver.name} has already {done} this.")
    if state.resolution or state.stopped_by:
        raise ApprovalInvalid("The incident is over: nothing is executed any more.")
    if digest != proposal.digest:
        raise ApprovalInvalid("This is not the call you were shown. Look at the latest proposal.")
    if now >= proposal.expires_at:
        raise ApprovalInvalid("This proposal has expired. Ask for a new one.")


def must_cover(
    approval: Approval | None, proposal: ActionProposal, target_state: str, now: datetime
) -> Approval:
    """Return the approval if it covers this call on this state of its target, now.

    Raises:
        ApprovalInvalid: there is no approval, or it does not cover the call.
    """
    if approval is None or approval.decision is not Decision.APPROVE:
        raise ApprovalInvalid("Nobody has approved this.")
    if now >= approval.expires_at:
        raise ApprovalInvalid("The approval has expired; approve it again.")
    if approval.digest != proposal.digest:
        raise ApprovalInvalid("The approval is for another call.")
    if target_state != proposal.target_state:
        raise ApprovalInvalid("The target has changed since this was approved; look again.")
    return approval
