"""Doing something about it: the proposal with its buttons, what came of it, whether it helped."""

from collections.abc import Iterator

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from agents.domain.actions import ActionProposal, Decision, OutcomeStatus
from agents.domain.claims import Claim, Verdict
from agents.domain.state import IncidentState
from agents.ports import RoomMessage
from templates.slack import controls
from templates.slack.blocks import (
    button,
    buttons,
    confirmation,
    header,
    message,
    modal,
    section,
    small,
)
from templates.slack.phrases import call_lines, person
from templates.text import VERDICT_WORDS, clock_time, code, expectation, inert, one_line, scalar

_OUTCOMES = {
    OutcomeStatus.EXECUTED: (":white_check_mark:", "Done"),
    OutcomeStatus.REFUSED: (":no_entry:", "Not done, refused at the last check"),
    OutcomeStatus.FAILED: (":x:", "Tried and failed"),
}


def action_messages(state: IncidentState) -> Iterator[RoomMessage]:
    """Return each proposal, its outcome and its recovery, in the order of the proposals."""
    for proposal in state.proposals.values():
        yield _proposal(state, proposal)
        yield from _outcome(state, proposal)
        yield from _recovery(state, proposal)


def _proposal(state: IncidentState, proposal: ActionProposal) -> RoomMessage:
    blocks: list[Block] = [
        header(f"Proposed: {proposal.title}"),
        section(*call_lines(proposal.call), rest="press Details"),
        section(
            f"*Why*: {inert(proposal.why, 400)}",
            f"*Affects*: {inert(proposal.blast_radius, 400)}",
            f"*Dry run*: {inert(proposal.dry_run, 400)}",
            f"*Undo*: {inert(proposal.rollback, 400)}",
        ),
    ]
    decided = _decision(state, proposal)
    if decided:
        blocks.append(section(decided))
    elif state.resolution or state.stopped_by:
        blocks.append(small("The incident is over; this can no longer be approved."))
    else:
        blocks += _choices(proposal)
    title = inert(proposal.title)
    return message(f"proposal:{proposal.id}", decided or f"Approval needed: {title}", blocks)


def _decision(state: IncidentState, proposal: ActionProposal) -> str:
    approval = state.approvals.get(proposal.id)
    if approval is None:
        return ""
    approved = approval.decision is Decision.APPROVE
    sign, word = (":white_check_mark:", "Approved") if approved else (":x:", "Rejected")
    reason = f": {inert(approval.reason)}" if approval.reason else ""
    at = clock_time(approval.decided_at)
    return f"{sign} {word} by {person(approval.approver)} at {at}{reason}"


def _choices(proposal: ActionProposal) -> Iterator[Block]:
    ref = controls.ProposalRef(proposal_id=proposal.id, digest=proposal.digest)
    value = ref.model_dump_json()
    approve = confirmation(
        "Change production?",
        f"{one_line(proposal.title, 200)}. It is checked once more before it is done.",
        "Approve",
    )
    reject = confirmation("Reject this?", "It will not be done. Others cannot undo this.", "Reject")
    yield buttons(
        button("Approve", controls.APPROVE, value, style="primary", confirm=approve),
        button("Reject", controls.REJECT, value, confirm=reject),
        button("Details", controls.DETAILS, value),
    )
    until, call = clock_time(proposal.expires_at), code(proposal.digest[:12])
    yield small(f"Open until {until} · call {call} · nothing is changed without an approval")


def _outcome(state: IncidentState, proposal: ActionProposal) -> Iterator[RoomMessage]:
    outcome = state.outcomes.get(proposal.id)
    if outcome is None:
        return
    sign, word = _OUTCOMES[outcome.status]
    at = clock_time(outcome.finished_at)
    title = f"{sign} *{word}* at {at}: {inert(proposal.title)}"
    lines = [title, inert(outcome.detail, 600)]
    yield message(f"outcome:{proposal.id}", title, [section(*lines)])


def _recovery(state: IncidentState, proposal: ActionProposal) -> Iterator[RoomMessage]:
    checks = state.recoveries_of(proposal.id)
    if not checks:
        return
    latest = checks[-1]
    at = clock_time(latest.measured_at)
    sign, word = (
        (":white_check_mark:", "Recovered")
        if latest.recovered
        else (
            ":mag:",
            f"Not recovered yet, check {latest.attempt}",
        )
    )
    title = f"{sign} *{word}*, measured at {at}"
    by_id = {verdict.id: verdict for verdict in state.verdicts.values()}
    verdicts = {by_id[v].claim_id: by_id[v] for v in latest.verdict_ids if v in by_id}
    claims = [_recovery_line(claim, verdicts.get(claim.id)) for claim in proposal.recovery]
    otherwise = () if latest.recovered else (f"If it does not help: {inert(proposal.rollback)}",)
    blocks: list[Block] = [section(title, inert(latest.text, 600), *claims, *otherwise)]
    if latest.recovered and not state.resolution:
        ref = controls.IncidentRef(incident_id=state.incident_id)
        blocks.append(
            buttons(button("Resolve incident", controls.OPEN_RESOLVE, ref.model_dump_json()))
        )
    yield message(f"recovery:{proposal.id}", title, blocks)


def _recovery_line(claim: Claim, verdict: Verdict | None) -> str:
    expected = inert(expectation(claim.comparator, claim.expected), 140)
    if verdict is None:
        return f"• {inert(claim.text, 160)}: expected {expected}"
    observed, word = inert(scalar(verdict.observed), 80), VERDICT_WORDS[verdict.status]
    return f"• *{word}*: {inert(claim.text, 160)} (expected {expected}, observed {observed})"


def details_view(proposal: ActionProposal) -> View:
    """Make the modal with everything that an approval would be bound to."""
    blocks: list[Block] = [
        section(f"*{inert(proposal.title)}*", *call_lines(proposal.call)),
        section(
            f"*Bound to* {code(proposal.digest, 64)}",
            f"*State of its target when proposed* {code(proposal.target_state, 64)}",
            f"*Expires* {clock_time(proposal.expires_at)}",
        ),
        section("*Checked again before it is done*", *_claim_lines(proposal.preconditions)),
        section("*Must hold afterwards*", *_claim_lines(proposal.recovery)),
        section(f"*Dry run*: {inert(proposal.dry_run, 2000)}"),
        section(f"*Undo*: {inert(proposal.rollback, 2000)}"),
    ]
    return modal("Proposed action", blocks)


def _claim_lines(claims: tuple[Claim, ...]) -> Iterator[str]:
    if not claims:
        yield "nothing"
    for claim in claims:
        expected = inert(expectation(claim.comparator, claim.expected), 140)
        yield f"• {inert(claim.text, 200)}: {expected}"
