"""What is due follows from the journal alone, so any worker can carry on after a crash."""

from datetime import datetime, timedelta

from agents.commander.deciding import next_steps
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
from agents.domain.actions import ActionOutcome, Decision, OutcomeStatus, Recovery
from agents.domain.base import Producer
from agents.domain.claims import VerdictStatus
from agents.domain.events import (
    ActionFinished,
    ActionProposed,
    ActionWithheld,
    ApprovalRecorded,
    Body,
    ConflictFound,
    IncidentDeclared,
    IncidentResolved,
    InvestigationStopped,
    PlanMade,
    PostmortemDrafted,
    PullRequestOpened,
    QuestionAnswered,
    QuestionExpired,
    RecoveryMeasured,
    RoomOpened,
    SynthesisPublished,
)
from agents.domain.hypotheses import Answer
from agents.domain.learning import Postmortem, PullRequest
from agents.domain.measures import LogSelector, Measure, Reduction
from agents.domain.state import IncidentState
from agents.domain.synthesis import Outcome, Synthesis
from agents.remediation.approvals import Choice, decide_on
from tests.agents.builders import (
    ADA,
    NOW,
    POLICY,
    ROSTER,
    a_claim,
    a_hypothesis,
    a_plan,
    a_state,
    an_incident,
    answered,
    verified,
)
from tests.agents.remediation.test_approvals import a_proposal

_ROOM = RoomOpened(channel="C1", name="inc-1")
_LATE = NOW + timedelta(minutes=5)


def _due(state: IncidentState, now: datetime = NOW) -> list[Step]:
    return next_steps(state, ROSTER, POLICY, now)


def _recorded(steps: list[Step]) -> list[Body]:
    return [step.body for step in steps if isinstance(step, Record)]


def _synthesis(steps: list[Step]) -> Synthesis:
    (body,) = [b for b in _recorded(steps) if isinstance(b, SynthesisPublished)]
    return body.synthesis


def test_nothing_is_due_for_an_incident_that_was_never_declared() -> None:
    """A stray job must not invent an incident."""
    assert _due(a_state()) == []


def test_a_declared_incident_gets_a_room_and_a_plan() -> None:
    """People and agents start at once, neither waits for the other."""
    first, second = _due(a_state(IncidentDeclared(incident=an_incident())))

    assert isinstance(first, OpenRoom)
    assert isinstance(second, Record)
    assert isinstance(second.body, PlanMade)


def test_every_specialist_is_asked_at_once() -> None:
    """No barrier: the slowest does not hold up the others."""
    declared = [IncidentDeclared(incident=an_incident()), _ROOM, PlanMade(plan=a_plan())]

    steps = _due(a_state(*declared))

    assert [step.specialist for step in steps if isinstance(step, Ask)] == ["database", "network"]
    assert len(steps) == 2


def test_a_question_past_its_deadline_expires_once() -> None:
    """A specialist that never answers must not hold up the account."""
    plan = a_plan()
    bodies = [IncidentDeclared(incident=an_incident()), _ROOM, PlanMade(plan=plan)]

    expiring = _recorded(_due(a_state(*bodies), _LATE))
    expired = a_state(*bodies, *expiring)

    assert expiring == [QuestionExpired(question_id=q.id) for q in plan.questions]
    assert not any(isinstance(step, Ask) for step in _due(expired, _LATE))


def test_the_account_is_partial_at_the_deadline_and_revised_when_the_straggler_answers() -> None:
    """Late evidence is still evidence."""
    plan = a_plan()
    first, second = plan.questions
    bodies = [
        IncidentDeclared(incident=an_incident()),
        _ROOM,
        PlanMade(plan=plan),
        QuestionAnswered(answer=Answer(question_id=first.id)),
        QuestionExpired(question_id=second.id),
    ]
    partial = _synthesis(_due(a_state(*bodies), _LATE))
    bodies += [SynthesisPublished(synthesis=partial)]
    settled = _due(a_state(*bodies), _LATE)
    bodies += [QuestionAnswered(answer=Answer(question_id=second.id))]
    revised = _synthesis(_due(a_state(*bodies), _LATE))

    assert partial.waiting_for == ("network",)
    assert partial.outcome is Outcome.UNDETERMINED
    assert settled == []
    assert (revised.revision, revised.waiting_for) == (2, ())


def test_claims_are_verified_on_the_queue_that_can_read_their_source() -> None:
    """Each queue holds only its own credentials."""
    hypothesis = a_hypothesis(by="network", forbids=(a_claim("x"),))

    steps = _due(a_state(*answered(hypothesis), _ROOM))

    assert steps == [Verify(subject_id=hypothesis.id, queue="network")]


def test_the_account_waits_for_verdicts_but_not_for_ever() -> None:
    """A source that hangs during verification costs seconds, not the night."""
    state = a_state(*answered(a_hypothesis()), _ROOM)

    assert _recorded(_due(state)) == []
    assert _synthesis(_due(state, _LATE)).ranked[0].rank == 1


def test_a_conflict_is_recorded_once() -> None:
    """Disagreement is data, and it is said once."""
    rivals = [
        a_hypothesis(claims=[a_claim("a")]),
        a_hypothesis("traffic_surge", claims=[a_claim("b")], by="network"),
    ]
    claims = [claim for rival in rivals for claim in rival.claims]
    bodies = [*answered(*rivals), _ROOM, *verified(*claims)]

    found = [b for b in _recorded(_due(a_state(*bodies))) if isinstance(b, ConflictFound)]
    again = _recorded(_due(a_state(*bodies, *found)))

    assert len(found) == 1
    assert not any(isinstance(body, ConflictFound) for body in again)


def _diagnosed() -> list[Body]:
    hypothesis = a_hypothesis()
    bodies = [*answered(hypothesis), _ROOM, *verified(*hypothesis.claims)]
    return [*bodies, *_recorded(_due(a_state(*bodies)))]


def test_a_cause_that_was_found_leads_to_a_proposal() -> None:
    """Knowing is half of it."""
    state = a_state(*_diagnosed())

    steps = _due(state)

    assert steps == [Propose(hypothesis_id=state.hypotheses[0].id, queue="database")]


def test_a_cause_without_an_action_is_not_proposed_again_and_again() -> None:
    """It was said that there is nothing to press; that is that."""
    bodies = _diagnosed()
    hypothesis = a_state(*bodies).hypotheses[0]
    withheld = ActionWithheld(hypothesis_id=hypothesis.id, reason="none")

    assert _due(a_state(*bodies, withheld)) == []


def _proposed() -> list[Body]:
    bodies = _diagnosed()
    hypothesis = a_state(*bodies).hypotheses[0]
    offered = a_proposal().model_copy(update={"hypothesis_id": hypothesis.id})
    return [*bodies, ActionProposed(proposal=offered)]


def _decided(decision: Decision) -> list[Body]:
    bodies = _proposed()
    state = a_state(*bodies)
    (proposal,) = state.proposals.values()
    choice = Choice(
        proposal_id=proposal.id, digest=proposal.digest, decision=decision, approver=ADA
    )
    return [*bodies, ApprovalRecorded(approval=decide_on(state, choice, POLICY, NOW))]


def test_while_people_think_nothing_happens() -> None:
    """No answer means no."""
    assert _due(a_state(*_proposed())) == []


def test_an_approved_action_is_executed_and_a_rejected_one_is_not() -> None:
    """A person decides."""
    (proposal,) = a_state(*_proposed()).proposals.values()

    assert _due(a_state(*_decided(Decision.APPROVE))) == [Execute(proposal_id=proposal.id)]
    assert _due(a_state(*_decided(Decision.REJECT))) == []


def _finished(status: OutcomeStatus = OutcomeStatus.EXECUTED) -> list[Body]:
    bodies = _decided(Decision.APPROVE)
    (proposal_id,) = a_state(*bodies).proposals
    return [*bodies, _done(proposal_id, status)]


def _done(proposal_id: str, status: OutcomeStatus = OutcomeStatus.EXECUTED) -> ActionFinished:
    outcome = ActionOutcome(
        proposal_id=proposal_id,
        approval_id="approval_1",
        status=status,
        detail="done",
        started_at=NOW,
        finished_at=NOW,
    )
    return ActionFinished(outcome=outcome)


def _recovery(attempt: int, *, recovered: bool = False) -> RecoveryMeasured:
    (proposal_id,) = a_state(*_finished()).proposals
    measured_at = NOW + timedelta(seconds=attempt)
    return RecoveryMeasured(
        recovery=Recovery(
            proposal_id=proposal_id,
            attempt=attempt,
            recovered=recovered,
            verdict_ids=(),
            text="0 of 1",
            measured_at=measured_at,
        )
    )


def test_after_an_action_recovery_is_measured_until_it_is_there() -> None:
    """'It should be fine now' is not a measurement."""
    (first,) = _due(a_state(*_finished()))
    (second,) = _due(a_state(*_finished(), _recovery(1)), _LATE)

    assert isinstance(first, MeasureRecovery)
    assert (first.attempt, first.queue) == (1, "database")
    assert first.delay_seconds == POLICY.recovery_interval_seconds
    assert isinstance(second, MeasureRecovery)
    assert (second.attempt, second.delay_seconds) == (2, 0.0)


def test_measuring_ends_with_recovery_or_after_enough_tries() -> None:
    """It ends either way, and says which."""
    tries = [_recovery(n) for n in range(1, POLICY.recovery_checks_at_most + 1)]

    assert _due(a_state(*_finished(), _recovery(1, recovered=True)), _LATE) == []
    assert _due(a_state(*_finished(), *tries), _LATE) == []


def test_recovery_that_no_specialist_can_measure_alone_is_measured_where_all_is_read() -> None:
    """Otherwise a fix that crosses domains would never count as one."""
    lines = Measure(selector=LogSelector(), reduce=Reduction.COUNT)
    logged = {"recovery": (a_claim().model_copy(update={"measure": lines}),)}
    bodies = [
        body.model_copy(update={"proposal": a_proposal().model_copy(update=logged)})
        if isinstance(body, ActionProposed)
        else body
        for body in _proposed()
    ]
    state = a_state(*bodies)
    (proposal,) = state.proposals.values()
    choice = Choice(
        proposal_id=proposal.id,
        digest=proposal.digest,
        decision=Decision.APPROVE,
        approver=ADA,
    )
    bodies += [
        ApprovalRecorded(approval=decide_on(state, choice, POLICY, NOW)),
        _done(proposal.id),
    ]

    (step,) = _due(a_state(*bodies), _LATE)

    assert isinstance(step, MeasureRecovery)
    assert step.queue == "actions"


def test_a_refused_action_is_not_measured() -> None:
    """Nothing was done, so nothing can have helped."""
    assert _due(a_state(*_finished(OutcomeStatus.REFUSED))) == []


def test_a_stopped_investigation_asks_nothing_more() -> None:
    """Stop means stop."""
    bodies = [IncidentDeclared(incident=an_incident()), _ROOM, InvestigationStopped(by=ADA)]

    assert _due(a_state(*bodies)) == []


def test_a_resolved_incident_is_documented_and_then_closed() -> None:
    """The postmortem is drafted from the journal, then the clock may forget the incident."""
    bodies = [
        IncidentDeclared(incident=an_incident()),
        _ROOM,
        IncidentResolved(by=ADA, cause="a migration"),
    ]
    drafted = PostmortemDrafted(
        postmortem=Postmortem(
            title="t",
            incident_id="incident_1",
            summary="s",
            impact="i",
            cause="c",
            diagnosis="d",
            contributing_factors=(),
            timeline=(),
            action_items=(),
            time_to_acknowledge_seconds=None,
            time_to_resolve_seconds=None,
            drafted_at=NOW,
            produced_by=Producer(name="scribe"),
        )
    )
    opened = PullRequestOpened(
        pull_request=PullRequest(kind="postmortem", branch="b", title="t", link="l")
    )

    assert _due(a_state(*bodies)) == [DraftPostmortem()]
    assert _due(a_state(*bodies, drafted)) == [DraftPostmortem()]
    assert _due(a_state(*bodies, drafted, opened)) == [Close()]


def _undecided() -> list[Body]:
    bodies = [*answered(), _ROOM]
    return [*bodies, *_recorded(_due(a_state(*bodies)))]


def test_without_a_cause_everybody_is_asked_again_after_a_while() -> None:
    """Pages come within seconds; what is behind them often shows only later."""
    bodies = _undecided()

    (step,) = _due(a_state(*bodies), _LATE)
    asked = _due(a_state(*bodies, *_recorded([step])), _LATE)

    assert isinstance(step, Record)
    assert isinstance(step.body, PlanMade)
    assert step.body.plan.version == 2
    assert step.body.plan.reason.startswith("Look 2")
    assert [one.specialist for one in asked if isinstance(one, Ask)] == ["database", "network"]


def test_looking_again_ends_some_time() -> None:
    """More digging is not better for ever."""
    last = a_plan().model_copy(update={"version": POLICY.looks_at_most})
    bodies = [
        body.model_copy(update={"plan": last}) if isinstance(body, PlanMade) else body
        for body in _undecided()
    ]

    assert _due(a_state(*bodies), _LATE) == []


def test_an_account_that_names_no_cause_proposes_nothing() -> None:
    """We do not act on what we do not know."""
    bodies = [*answered(), _ROOM]
    bodies += _recorded(_due(a_state(*bodies)))

    assert _due(a_state(*bodies)) == []


def test_a_failed_verdict_lets_the_account_be_written() -> None:
    """A refuted hypothesis is news too."""
    hypothesis = a_hypothesis()
    refuted = verified(*hypothesis.claims, status=VerdictStatus.FAILS)

    account = _synthesis(_due(a_state(*answered(hypothesis), _ROOM, *refuted)))

    assert account.ranked == ()
    assert len(account.ruled_out) == 1
