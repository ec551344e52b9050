"""A whole investigation in one process takes the same steps as the live one."""

from agents.commander.offline import Investigator
from agents.commander.report import report
from agents.domain.base import Cost
from agents.domain.hypotheses import Answer, Gap, Hypothesis
from agents.domain.plans import Member
from agents.domain.readings import Series
from agents.domain.synthesis import Outcome
from agents.specialists.framework import Assignment, Check
from agents.testing.journal import InMemoryJournal
from agents.testing.telemetry import InMemoryTelemetry
from tests.agents.builders import (
    NOW,
    ONSET,
    POLICY,
    TOPOLOGY,
    a_claim,
    a_hypothesis,
    a_state,
    an_alert,
    answered,
)


class _ScriptedSpecialist:
    """Answers every question with the same hypotheses."""

    def __init__(self, *hypotheses: Hypothesis) -> None:
        self.member = Member(name="database", title="Database", sources=("metrics",))
        self.checks: tuple[Check[object], ...] = ()
        self._hypotheses = hypotheses

    def investigate(self, assignment: Assignment, only: str | None = None) -> Answer:
        gap = Gap(source="logs", text="no logs", remedy="connect Loki")
        return Answer(question_id=assignment.question.id, hypotheses=self._hypotheses, gaps=(gap,))


def _investigator(*hypotheses: Hypothesis, blocked: float = 3.0) -> Investigator:
    series = Series(name="blocked_sessions", times=(ONSET.timestamp(),), values=(blocked,))
    telemetry = InMemoryTelemetry(series=[series])
    return Investigator(
        specialists={"database": _ScriptedSpecialist(*hypotheses)},
        telemetry_for=lambda _: telemetry,
        journal=InMemoryJournal(),
        policy=POLICY,
    )


def test_a_true_hypothesis_is_measured_and_reported_as_the_cause() -> None:
    """From alert to report in one call."""
    details = {"pid": 4711}
    hypothesis = a_hypothesis(details=details, claims=[a_claim(expected=3)])

    state = _investigator(hypothesis).investigate(an_alert(), TOPOLOGY, NOW)
    told = report(state, POLICY, Cost(seconds=1.0))

    assert told.outcome is Outcome.CAUSE_FOUND
    assert told.hypotheses[0].claims[0].observed == 3.0
    assert told.hypotheses[0].category == "bad_change"
    assert told.actions == ("Roll back to the version before. (pid 4711)",)
    assert told.gaps[0].remedy == "connect Loki"
    assert [entity.name for entity in told.blast_radius] == ["checkout", "storefront"]
    assert told.timeline[0].evidence


def test_a_claim_that_two_hypotheses_share_is_measured_once() -> None:
    """Production is asked once, however many want to know."""
    both = (a_hypothesis(), a_hypothesis("traffic_surge"))

    state = _investigator(*both).investigate(an_alert(), TOPOLOGY, NOW)

    assert len(state.verdicts) == 1


def test_a_false_hypothesis_is_ruled_out_by_measurement() -> None:
    """What a specialist says is only worth what can be measured."""
    state = _investigator(a_hypothesis(), blocked=0.0).investigate(an_alert(), TOPOLOGY, NOW)

    told = report(state, POLICY, Cost())

    assert told.outcome is Outcome.UNDETERMINED
    assert told.hypotheses == ()
    assert told.ruled_out[0].failure_mode == "bad_deploy"
    assert told.actions == ()


def test_a_report_can_be_made_before_there_is_an_account() -> None:
    """Half-way through, the ranking so far is what there is."""
    told = report(a_state(*answered(a_hypothesis())), POLICY, Cost())

    assert told.outcome is Outcome.UNDETERMINED
    assert told.hypotheses[0].status == "proposed"
    assert told.actions == ("Roll back to the version before.",)
