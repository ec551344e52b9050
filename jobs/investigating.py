"""The specialists' jobs: answer a question, re-measure claims, propose, watch the recovery."""

from collections.abc import Iterator

from agents.commander.routing import queue_for
from agents.domain.actions import ActionProposal
from agents.domain.base import Cost, Producer
from agents.domain.claims import Claim
from agents.domain.events import (
    ActionProposed,
    Body,
    ClaimVerified,
    QuestionAnswered,
    QuestionStarted,
    RecoveryMeasured,
    ToolsCalled,
)
from agents.domain.hypotheses import Answer, Gap
from agents.domain.plans import Question
from agents.domain.readings import Topology
from agents.domain.state import IncidentState
from agents.errors import WarroomError
from agents.ports import Job
from agents.remediation.recovery import claims_now, judge
from agents.specialists.framework import Assignment
from agents.verification.verifier import VERIFIER, Verifier
from jobs.dispatching import parse_recovery_subject
from jobs.engine import Access, Engine


def investigate(engine: Engine, job: Job) -> None:
    """Answer one question, record the findings and wake the commander. Safe to run twice."""
    state = engine.state(job.incident_id)
    question = state.question(job.subject_id)
    if question is None or question.id in state.answers:
        return
    specialist = Producer(name=question.specialist)
    started = QuestionStarted(question_id=question.id, worker=engine.worker)
    engine.record(job.incident_id, started, actor=specialist)
    access = engine.access(question.specialist)
    answer = _answer(engine, state, question, access)
    engine.record(
        job.incident_id,
        QuestionAnswered(answer=answer),
        *_calls(access),
        actor=answer.produced_by,
    )
    engine.wake(job.incident_id)


def _answer(engine: Engine, state: IncidentState, question: Question, access: Access) -> Answer:
    """Let the specialist look; one that cannot look at all says so in its answer."""
    if state.incident is None:
        raise WarroomError(f"{state.incident_id} was never declared, yet has questions.")
    began = engine.clock()
    assignment = Assignment(
        telemetry=access.telemetry,
        question=question,
        alert=state.incident.alert,
        topology=state.plan.topology if state.plan else Topology(),
        now=began,
    )
    try:
        answer = engine.specialists[question.specialist].investigate(assignment)
    except WarroomError as refused:
        answer = _unable(question, refused)
    ended = engine.clock()
    cost = answer.cost.plus(Cost(seconds=(ended - began).total_seconds()))
    completed = access.ledger.completed(answer)
    return completed.model_copy(update={"made_at": ended, "cost": cost})


def _unable(question: Question, refused: WarroomError) -> Answer:
    gap = Gap(
        source=question.specialist,
        text=f"{question.specialist} could not look at all: {refused}",
        remedy=refused.remedy or "see the log of this worker",
    )
    return Answer(
        question_id=question.id,
        gaps=(gap,),
        produced_by=Producer(name=question.specialist),
        inputs=(question.id,),
    )


def verify(engine: Engine, job: Job) -> None:
    """Re-measure the claims of a hypothesis or discriminator that this queue can read."""
    state = engine.state(job.incident_id)
    access = engine.access(job.queue)
    verifier = Verifier(access.telemetry)
    verdicts = [
        verifier.verify(claim)
        for claim, maker in _claims(state, job.subject_id)
        if state.verdict(claim) is None and queue_for(claim, maker, engine.roster) == job.queue
    ]
    stamped = [verdict.model_copy(update={"made_at": engine.clock()}) for verdict in verdicts]
    bodies = [ClaimVerified(verdict=verdict) for verdict in stamped]
    engine.record(job.incident_id, *bodies, *_calls(access), actor=VERIFIER)
    engine.wake(job.incident_id)


def _claims(state: IncidentState, subject_id: str) -> Iterator[tuple[Claim, str]]:
    """Yield the claims of a subject, each with who made it."""
    hypothesis = state.hypothesis(subject_id)
    if hypothesis is not None:
        for claim in (*hypothesis.claims, *hypothesis.forbids):
            yield claim, hypothesis.produced_by.name
    discriminator = state.discriminators.get(subject_id)
    if discriminator is not None:
        favoured = state.hypothesis(discriminator.favours_if_holds)
        yield discriminator.claim, favoured.produced_by.name if favoured else ""


def propose(engine: Engine, job: Job) -> None:
    """Offer the action for a hypothesis, or write down why there is none."""
    state = engine.state(job.incident_id)
    hypothesis = state.hypothesis(job.subject_id)
    if hypothesis is None:
        return
    offered = engine.propose(state, hypothesis, engine.inspectors, engine.policy, engine.clock())
    is_action = isinstance(offered, ActionProposal)
    engine.record(job.incident_id, ActionProposed(proposal=offered) if is_action else offered)
    engine.wake(job.incident_id)


def measure_recovery(engine: Engine, job: Job) -> None:
    """Measure once whether an executed action helped."""
    proposal_id, attempt = parse_recovery_subject(job.subject_id)
    state = engine.state(job.incident_id)
    proposal, outcome = state.proposals.get(proposal_id), state.outcomes.get(proposal_id)
    if proposal is None or outcome is None:
        return
    access = engine.access(job.queue)
    verifier, now = Verifier(access.telemetry), engine.clock()
    pairs = zip(proposal.recovery, claims_now(proposal, outcome, now), strict=True)
    verdicts = tuple(
        # Filed under the claim that people were shown, not under its copy for this moment.
        verifier.verify(present, f"recovery-{attempt}")
        .model_copy(update={"claim_id": shown.id, "made_at": now})
        .by(VERIFIER, (shown.id,))
        for shown, present in pairs
    )
    recovery = judge(proposal, attempt, verdicts, now)
    engine.record(
        job.incident_id,
        *(ClaimVerified(verdict=verdict) for verdict in verdicts),
        RecoveryMeasured(recovery=recovery),
        *_calls(access),
        actor=VERIFIER,
    )
    engine.wake(job.incident_id)


def _calls(access: Access) -> tuple[Body, ...]:
    calls = access.ledger.drain()
    return (ToolsCalled(calls=calls),) if calls else ()
