"""State is a fold of events and nothing else."""

from datetime import timedelta

import pytest

from agents.commander.synthesis import synthesize
from agents.domain.actions import ActionOutcome, Decision, OutcomeStatus, Recovery
from agents.domain.claims import VerdictStatus
from agents.domain.events import (
    ActionFinished,
    ActionProposed,
    ActionStarted,
    ActionWithheld,
    AlertReceived,
    ApprovalRecorded,
    Body,
    ConflictFound,
    DeliveryAbandoned,
    DeliveryStarted,
    DiscriminatorChosen,
    IncidentDeclared,
    IncidentResolved,
    InvestigationStopped,
    MessageDelivered,
    PersonSpoke,
    PlanMade,
    PostmortemDrafted,
    PullRequestOpened,
    QuestionAnswered,
    QuestionExpired,
    QuestionStarted,
    RecoveryMeasured,
    RoomOpened,
    SynthesisPublished,
    ToolsCalled,
)
from agents.domain.hypotheses import (
    Answer,
    Conflict,
    ConflictKind,
    Discriminator,
    Evidence,
    Finding,
    Gap,
)
from agents.domain.incidents import Statement
from agents.domain.learning import Postmortem, PullRequest, ToolCall
from agents.domain.state import Phase, fold
from agents.remediation.approvals import Choice, decide_on
from tests.agents.builders import (
    ADA,
    NOW,
    POLICY,
    a_claim,
    a_hypothesis,
    a_plan,
    a_state,
    an_alert,
    an_incident,
    answered,
    events_of,
    verified,
)
from tests.agents.remediation.test_approvals import a_proposal

_DECLARED = IncidentDeclared(incident=an_incident())
_PROPOSED = ActionProposed(proposal=a_proposal())


def _decision(decision: Decision) -> ApprovalRecorded:
    state = a_state(_DECLARED, _PROPOSED)
    proposal = a_proposal()
    choice = Choice(
        proposal_id=proposal.id, digest=proposal.digest, decision=decision, approver=ADA
    )
    return ApprovalRecorded(approval=decide_on(state, choice, POLICY, NOW))


def _outcome(status: OutcomeStatus) -> ActionFinished:
    return ActionFinished(
        outcome=ActionOutcome(
            proposal_id=a_proposal().id,
            approval_id="approval_1",
            status=status,
            detail="x",
            started_at=NOW,
            finished_at=NOW,
        )
    )


_RECOVERED = RecoveryMeasured(
    recovery=Recovery(
        proposal_id=a_proposal().id,
        attempt=1,
        recovered=True,
        verdict_ids=(),
        text="1 of 1",
        measured_at=NOW,
    )
)
_APPROVED = _decision(Decision.APPROVE)
_ACCOUNT = SynthesisPublished(synthesis=synthesize(a_state(), POLICY, NOW))
_RESOLVED = IncidentResolved(by=ADA, cause="a migration")


_CONFLICT = Conflict(left_id="a", right_id="b", kind=ConflictKind.NEGATED_CLAIM, text="x")
_DISCRIMINATOR = Discriminator(
    conflict_id=_CONFLICT.id, claim=a_claim(), favours_if_holds="a", reason="because"
)
_STATEMENT = Statement(person=ADA, text="we deployed at 14:02", said_at=NOW)
_POSTMORTEM = Postmortem(
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
    time_to_resolve_seconds=60.0,
    drafted_at=NOW,
)
_OPENED = PullRequest(kind="postmortem", branch="b", title="t", link="l")
_CALL = ToolCall(agent="network", source="logs", query="{}", started_at=NOW, seconds=0.1, items=0)

_ONE_OF_EACH = events_of(
    _DECLARED,
    AlertReceived(alert=an_alert()),
    RoomOpened(channel="C1", name="inc-1"),
    PlanMade(plan=a_plan()),
    QuestionStarted(question_id="q", worker="w"),
    QuestionAnswered(answer=Answer(question_id="q")),
    QuestionExpired(question_id="q"),
    *verified(a_claim()),
    ConflictFound(conflict=_CONFLICT),
    DiscriminatorChosen(discriminator=_DISCRIMINATOR),
    _ACCOUNT,
    _PROPOSED,
    ActionWithheld(hypothesis_id="h", reason="none"),
    _APPROVED,
    ActionStarted(proposal_id="p", nonce="n"),
    _outcome(OutcomeStatus.EXECUTED),
    _RECOVERED,
    PersonSpoke(statement=_STATEMENT),
    InvestigationStopped(by=ADA),
    _RESOLVED,
    PostmortemDrafted(postmortem=_POSTMORTEM),
    PullRequestOpened(pull_request=_OPENED),
    DeliveryStarted(peer="slack", message_key="board"),
    DeliveryAbandoned(peer="slack", message_key="board", reason="archived"),
    MessageDelivered(peer="slack", message_key="board", reference="1.2", digest="d"),
    ToolsCalled(calls=(_CALL, _CALL)),
)
_KEPT_ALWAYS = {"message_delivered", "tools_called"}


@pytest.mark.parametrize(
    ("bodies", "phase"),
    [
        ([_DECLARED], Phase.DECLARED),
        ([_DECLARED, PlanMade(plan=a_plan())], Phase.INVESTIGATING),
        ([_DECLARED, _ACCOUNT], Phase.DIAGNOSED),
        ([_DECLARED, _ACCOUNT, _PROPOSED], Phase.AWAITING_APPROVAL),
        ([_DECLARED, _ACCOUNT, _PROPOSED, _decision(Decision.REJECT)], Phase.DIAGNOSED),
        ([_DECLARED, _PROPOSED, _APPROVED], Phase.MITIGATING),
        ([_DECLARED, _PROPOSED, _APPROVED, _outcome(OutcomeStatus.EXECUTED)], Phase.MITIGATING),
        ([_DECLARED, _PROPOSED, _APPROVED, _outcome(OutcomeStatus.FAILED)], Phase.DECLARED),
        ([_DECLARED, _PROPOSED, _APPROVED, _RECOVERED], Phase.MITIGATED),
        ([_DECLARED, InvestigationStopped(by=ADA)], Phase.STOPPED),
        ([_DECLARED, InvestigationStopped(by=ADA), _RESOLVED], Phase.RESOLVED),
    ],
)
def test_the_phase_follows_from_what_has_happened(bodies: list[Body], phase: Phase) -> None:
    """Nobody sets the phase; it is read off the journal."""
    assert a_state(*bodies).phase is phase


def test_answers_bring_hypotheses_gaps_and_evidence() -> None:
    """What specialists hand over is found again by id."""
    seen = Evidence(source="logs", text="boom")
    hypothesis = a_hypothesis(evidence=(seen,))
    finding = Finding(text="odd", is_anomalous=True, evidence=(seen,))
    gap = Gap(source="traces", text="none", remedy="connect Tempo")
    plan = a_plan()
    answer = Answer(
        question_id=plan.questions[0].id,
        hypotheses=(hypothesis,),
        gaps=(gap,),
        findings=(finding,),
    )

    state = a_state(_DECLARED, PlanMade(plan=plan), QuestionAnswered(answer=answer))

    assert state.hypothesis(hypothesis.id) == hypothesis
    assert state.hypothesis("unknown") is None
    assert state.gaps == (gap,)
    assert state.evidence == {seen.id: seen}
    assert state.question(plan.questions[1].id) in state.unanswered
    assert state.question("unknown") is None


def test_alerts_join_clear_and_come_back() -> None:
    """One incident, however many alerts speak of it."""
    second = an_alert().model_copy(update={"id": "alert_2"})
    cleared = AlertReceived(alert=an_alert(), what="resolved")
    state = a_state(_DECLARED, AlertReceived(alert=second), cleared)

    again = a_state(_DECLARED, cleared, AlertReceived(alert=second, what="reopened"))

    assert len(state.alerts) == 2
    assert state.alert_resolved_at is not None
    assert again.alert_resolved_at is None


def test_the_first_acknowledgement_counts() -> None:
    """Time to acknowledge ends with the first person on it."""
    taken = AlertReceived(alert=an_alert(), what="acknowledged")
    later = AlertReceived(alert=an_alert(), what="annotated")

    state = a_state(_DECLARED, taken, taken, later)

    assert state.acknowledged_at == NOW + timedelta(seconds=2)
    assert len(state.alerts) == 1


def test_deliveries_are_uncertain_until_they_are_confirmed() -> None:
    """A crash between saying and noting must be seen afterwards."""
    started = DeliveryStarted(peer="slack", message_key="board")
    done = MessageDelivered(peer="slack", message_key="board", reference="1.2", digest="d")
    gone = DeliveryAbandoned(peer="slack", message_key="board", reason="archived")

    assert a_state(started).deliveries["slack:board"].reference == ""
    assert a_state(started, done).deliveries["slack:board"].reference == "1.2"
    assert a_state(started, gone).deliveries["slack:board"].abandoned == "archived"


def test_everything_else_is_kept_where_it_is_looked_for() -> None:
    """Each event has one place in the state."""
    state = fold("incident_1", _ONE_OF_EACH)

    assert (state.channel, state.channel_name) == ("C1", "inc-1")
    assert state.started["q"] == NOW + timedelta(seconds=5)
    assert state.expired == {"q"}
    assert state.conflicts == {_CONFLICT.id: _CONFLICT}
    assert state.discriminators == {_DISCRIMINATOR.id: _DISCRIMINATOR}
    assert state.withheld == {"h": "none"}
    assert state.actions_started == {"p": "n"}
    assert state.statements == (_STATEMENT,)
    assert state.resolution is not None
    assert state.resolution.cause == "a migration"
    assert state.postmortem == _POSTMORTEM
    assert state.pull_requests == (_OPENED,)
    assert state.cost.tool_calls == 2


def test_verdicts_are_kept_by_claim_and_round() -> None:
    """Measuring again after a fix does not overwrite what was measured before it."""
    state = a_state(*answered(a_hypothesis()), *verified(a_claim()))

    verdict = state.verdict(a_claim())

    assert verdict is not None
    assert verdict.status is VerdictStatus.HOLDS
    assert state.verdict(a_claim(), "recovery-1") is None
    assert state.recoveries_of("p") == ()


def test_an_event_that_changes_nothing_still_moves_the_sequence() -> None:
    """An older version must be able to read a newer journal."""
    (declared,) = events_of(_DECLARED)
    unknown = declared.model_copy(update={"body": Body(), "sequence": 2})

    state = fold("incident_1", [declared, unknown])

    assert state.sequence == 2
    assert state.incident is not None


def test_every_kind_of_event_says_by_which_key_it_is_kept_once() -> None:
    """Running a job twice must leave one trace."""
    bodies = [event.body for event in _ONE_OF_EACH]
    keys = [body.key for body in bodies if body.kind not in _KEPT_ALWAYS]

    assert len(set(keys)) == len(keys)
    assert None not in keys
    assert {body.key for body in bodies if body.kind in _KEPT_ALWAYS} == {None}
