"""The executor's job: make an approved call, once."""

from datetime import datetime, timedelta

import structlog

from agents.domain.actions import ActionOutcome, ActionProposal, Approval, OutcomeStatus
from agents.domain.base import Producer, Window
from agents.domain.claims import Claim, Verdict, VerdictStatus
from agents.domain.events import ActionFinished, ActionStarted, ClaimVerified, ToolsCalled
from agents.domain.state import IncidentState
from agents.errors import ApprovalInvalid, WarroomError
from agents.ports import Executor, Job
from agents.remediation.approvals import must_cover
from agents.verification.verifier import VERIFIER, Verifier
from jobs.engine import Engine

EXECUTOR = Producer(name="executor")

_log = structlog.get_logger(__name__)


def execute(engine: Engine, job: Job) -> None:
    """Make the approved call unless it was begun before: then say what can be seen of it."""
    with engine.lock.holding(f"{job.incident_id}-execute") as held:
        if not held:
            return
        state = engine.state(job.incident_id)
        proposal = state.proposals.get(job.subject_id)
        if proposal is None or proposal.id in state.outcomes:
            return
        if proposal.id in state.actions_started:
            outcome = _unclear(engine, state, proposal)
        else:
            outcome = _carry_out(engine, state, proposal)
        engine.record(job.incident_id, ActionFinished(outcome=outcome), actor=EXECUTOR)
    engine.wake(job.incident_id)


def _carry_out(engine: Engine, state: IncidentState, proposal: ActionProposal) -> ActionOutcome:
    began = engine.clock()
    try:
        executor = _executor(engine, proposal)
        target = executor.inspect(proposal.call)
        approval = must_cover(
            state.approvals.get(proposal.id), proposal, target.digest, engine.clock()
        )
        _must_still_hold(engine, state, proposal)
    except WarroomError as reason:
        return _outcome(engine, state, proposal, OutcomeStatus.REFUSED, str(reason), began)
    started = ActionStarted(proposal_id=proposal.id, nonce=approval.nonce)
    if not engine.record(state.incident_id, started, actor=EXECUTOR):
        reason = "This approval has been used before: nothing was done."
        return _outcome(engine, state, proposal, OutcomeStatus.REFUSED, reason, began)
    try:
        detail = executor.execute(proposal.call)
    except WarroomError as failure:
        return _outcome(engine, state, proposal, OutcomeStatus.FAILED, str(failure), began)
    return _outcome(engine, state, proposal, OutcomeStatus.EXECUTED, detail, began)


def _executor(engine: Engine, proposal: ActionProposal) -> Executor:
    executor = engine.executors.get(proposal.call.action)
    if executor is None:
        raise ApprovalInvalid(f"No write credentials for {proposal.call.action} are set up here.")
    return executor


def _must_still_hold(engine: Engine, state: IncidentState, proposal: ActionProposal) -> None:
    """Re-measure the preconditions, and keep the verdicts whatever they say.

    Raises:
        ApprovalInvalid: one does not hold, or cannot be measured: unclear means no.
    """
    access = engine.access("actions")
    verifier, now = Verifier(access.telemetry), engine.clock()
    verdicts = [
        verifier.verify(_ending_now(claim, now), f"precondition-{proposal.id}")
        for claim in proposal.preconditions
    ]
    calls = access.ledger.drain()
    engine.record(
        state.incident_id,
        *(ClaimVerified(verdict=verdict) for verdict in verdicts),
        *([ToolsCalled(calls=calls)] if calls else []),
        actor=VERIFIER,
    )
    for claim, verdict in zip(proposal.preconditions, verdicts, strict=True):
        if verdict.status is not VerdictStatus.HOLDS:
            raise ApprovalInvalid(f"No longer so: {claim.text} ({_why_not(verdict)}).")


def _ending_now(claim: Claim, now: datetime) -> Claim:
    """Return a claim about the present; it keeps its id, because it is the same claim."""
    window = Window(start=now - timedelta(seconds=claim.window.seconds), end=now)
    return claim.model_copy(update={"window": window})


def _why_not(verdict: Verdict) -> str:
    return verdict.reason or f"measured {verdict.observed}"


def _unclear(engine: Engine, state: IncidentState, proposal: ActionProposal) -> ActionOutcome:
    """Say what can be seen of a call that was begun by a worker that did not live to tell.

    It is never made again: nobody knows whether it was made.
    """
    _log.warning("action_unclear", incident_id=state.incident_id, proposal_id=proposal.id)
    began = engine.clock()
    try:
        target = _executor(engine, proposal).inspect(proposal.call)
        unchanged = target.digest == proposal.target_state
        seen = "its target is unchanged" if unchanged else "its target has changed since"
    except WarroomError as reason:
        seen = f"its target cannot be read: {reason}"
    detail = f"Unclear: the worker died while making the call; {seen}. Look before trying again."
    return _outcome(engine, state, proposal, OutcomeStatus.FAILED, detail, began)


def _outcome(
    engine: Engine,
    state: IncidentState,
    proposal: ActionProposal,
    status: OutcomeStatus,
    detail: str,
    began: datetime,
) -> ActionOutcome:
    approval: Approval | None = state.approvals.get(proposal.id)
    return ActionOutcome(
        proposal_id=proposal.id,
        approval_id=approval.id if approval else "",
        status=status,
        detail=detail,
        started_at=began,
        finished_at=engine.clock(),
        produced_by=EXECUTOR,
        inputs=(proposal.id,),
    )
