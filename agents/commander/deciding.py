"""The commander's loop, as a pure function of the journal."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from agents.commander.conflicts import find_conflicts
from agents.commander.planning import first_plan, next_plan
from agents.commander.routing import queue_for_all, queues_for
from agents.commander.steps import (
    Ask,
    Close,
    DraftPostmortem,
    Execute,
    MeasureRecovery,
    OpenRoom,
    Propose,
    Record,
    Step,
    Verify,
)
from agents.commander.synthesis import basis, leader, synthesize
from agents.domain.actions import ActionProposal, OutcomeStatus
from agents.domain.claims import Claim
from agents.domain.events import ConflictFound, PlanMade, QuestionExpired, SynthesisPublished
from agents.domain.hypotheses import Hypothesis
from agents.domain.incidents import Incident
from agents.domain.plans import Policy, Question, Roster
from agents.domain.state import IncidentState
from agents.domain.synthesis import Outcome

_READS_EVERYTHING = "actions"
"""The queue that measures what no specialist can measure alone: it checks every precondition."""


def next_steps(state: IncidentState, roster: Roster, policy: Policy, now: datetime) -> list[Step]:
    """Decide what is due, from the journal alone, so that any worker can carry on after a crash."""
    if state.incident is None:
        return []
    steps: list[Step] = [] if state.channel else [OpenRoom()]
    if state.resolution is not None:
        return steps + _afterwards(state)
    if state.stopped_by is not None:
        return steps
    steps += _investigate(state, state.incident, roster, policy, now)
    steps += _mitigate(state, roster, policy, now)
    return steps


def _afterwards(state: IncidentState) -> list[Step]:
    documented = state.postmortem is not None and state.pull_requests
    return [Close()] if documented else [DraftPostmortem()]


def _investigate(
    state: IncidentState, incident: Incident, roster: Roster, policy: Policy, now: datetime
) -> list[Step]:
    if state.plan is None:
        return [Record(body=PlanMade(plan=first_plan(incident, roster, policy, now)))]
    steps = [step for q in state.unanswered for step in _ask(q, state, now)]
    verifying = list(_verify(state, roster))
    found = (c for c in find_conflicts(state, policy) if c.id not in state.conflicts)
    steps += [Record(body=ConflictFound(conflict=conflict)) for conflict in found]
    if not _must_wait(state, verifying, policy, now) and _has_news(state):
        synthesis = synthesize(state, policy, now)
        steps.append(Record(body=SynthesisPublished(synthesis=synthesis)))
    elif _should_look_again(state, policy, now):
        again = next_plan(state.plan, incident, roster, policy, now)
        steps.append(Record(body=PlanMade(plan=again)))
    return steps + verifying


def _should_look_again(state: IncidentState, policy: Policy, now: datetime) -> bool:
    """Tell whether an account that names no cause is old enough for another look."""
    account, plan = state.synthesis, state.plan
    if account is None or plan is None or account.made_at is None or state.unanswered:
        return False
    undecided = account.outcome is Outcome.UNDETERMINED and plan.version < policy.looks_at_most
    return undecided and now >= account.made_at + timedelta(seconds=policy.second_look_seconds)


def _ask(question: Question, state: IncidentState, now: datetime) -> Iterator[Step]:
    if question.id in state.expired:
        return
    if now >= question.deadline:
        yield Record(body=QuestionExpired(question_id=question.id))
    else:
        yield Ask(question_id=question.id, specialist=question.specialist)


def _verify(state: IncidentState, roster: Roster) -> Iterator[Verify]:
    for hypothesis in state.hypotheses:
        pending = [c for c in _claims(hypothesis) if state.verdict(c) is None]
        for queue in queues_for(pending, hypothesis.produced_by.name, roster):
            yield Verify(subject_id=hypothesis.id, queue=queue)


def _claims(hypothesis: Hypothesis) -> tuple[Claim, ...]:
    return (*hypothesis.claims, *hypothesis.forbids)


def _must_wait(
    state: IncidentState, verifying: list[Verify], policy: Policy, now: datetime
) -> bool:
    """Tell whether something that the account should wait for is still under way.

    Questions hold it up until they are answered or expired, verdicts until their deadline.
    """
    if any(question.id not in state.expired for question in state.unanswered):
        return True
    if not verifying:
        return False
    latest = max(state.answered_at.values(), default=now)
    return now < latest + timedelta(seconds=policy.verification_deadline_seconds)


def _has_news(state: IncidentState) -> bool:
    return state.synthesis is None or state.synthesis.basis != basis(state)


def _mitigate(
    state: IncidentState, roster: Roster, policy: Policy, now: datetime
) -> Iterator[Step]:
    approved = state.approved_proposal
    if approved is not None:
        yield from _carry_out(approved, state, roster, policy, now)
        return
    best = leader(state.synthesis) if state.synthesis else None
    hypothesis = state.hypothesis(best.hypothesis_id) if best else None
    if hypothesis is None or _is_settled(hypothesis, state):
        return
    yield Propose(hypothesis_id=hypothesis.id, queue=hypothesis.produced_by.name)


def _is_settled(hypothesis: Hypothesis, state: IncidentState) -> bool:
    """Tell whether an action for this cause was already offered, or there is none to offer."""
    offered = (state.hypothesis(p.hypothesis_id) for p in state.proposals.values())
    same_cause = any(h is not None and h.cause == hypothesis.cause for h in offered)
    return same_cause or hypothesis.id in state.withheld


def _carry_out(
    proposal: ActionProposal,
    state: IncidentState,
    roster: Roster,
    policy: Policy,
    now: datetime,
) -> Iterator[Step]:
    outcome = state.outcomes.get(proposal.id)
    if outcome is None:
        yield Execute(proposal_id=proposal.id)
        return
    checks = state.recoveries_of(proposal.id)
    recovered = any(check.recovered for check in checks)
    spent = len(checks) >= policy.recovery_checks_at_most
    if outcome.status is not OutcomeStatus.EXECUTED or recovered or spent:
        return
    last = checks[-1].measured_at if checks else outcome.finished_at
    due = last + timedelta(seconds=policy.recovery_interval_seconds)
    hypothesis = state.hypothesis(proposal.hypothesis_id)
    maker = hypothesis.produced_by.name if hypothesis else _READS_EVERYTHING
    yield MeasureRecovery(
        proposal_id=proposal.id,
        attempt=len(checks) + 1,
        queue=queue_for_all(proposal.recovery, maker, roster, _READS_EVERYTHING),
        delay_seconds=max(0.0, (due - now).total_seconds()),
    )
