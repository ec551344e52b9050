"""The first plan asks everybody at once and looks upstream of the alert."""

from datetime import timedelta

from agents.commander.planning import first_plan
from agents.commander.routing import queue_for, queues_for
from agents.domain.base import EntityRef
from agents.domain.measures import LogSelector, Measure, Reduction
from tests.agents.builders import (
    NOW,
    ONSET,
    POLICY,
    ROSTER,
    TOPOLOGY,
    a_claim,
    an_alert,
    an_incident,
)


def test_each_question_names_its_window_its_baseline_and_what_to_look_at_first() -> None:
    """A specialist needs nothing but its question."""
    plan = first_plan(an_incident(), ROSTER, POLICY, NOW)

    question = plan.questions[0]

    assert [q.specialist for q in plan.questions] == ["database", "network"]
    assert question.window.start == ONSET - timedelta(seconds=POLICY.look_back_seconds)
    assert question.window.end == NOW
    assert question.baseline.end == question.window.start
    assert [e.name for e in question.focus] == ["storefront", "checkout", "payments"]
    assert question.deadline == NOW + timedelta(seconds=POLICY.question_deadline_seconds)
    assert plan.topology == TOPOLOGY
    assert "first: storefront, checkout, payments" in question.text


def test_an_alert_without_a_service_still_gets_a_plan() -> None:
    """Half of all alerts name nothing useful."""
    plan = first_plan(an_incident(an_alert(service=None)), ROSTER, POLICY, NOW)

    assert plan.questions[0].focus == ()
    assert plan.questions[0].text.endswith("“Storefront answers with errors”?")


def test_an_alert_of_the_future_does_not_turn_the_window_round() -> None:
    """Clocks of paging services run ahead sometimes."""
    ahead = an_alert(started_at=NOW + timedelta(minutes=3))

    plan = first_plan(an_incident(ahead), ROSTER, POLICY, NOW)

    assert plan.questions[0].window.end == NOW


def test_the_alerts_own_entities_come_first() -> None:
    """What the alert points at is where one looks."""
    pod = EntityRef(kind="pod", name="checkout-1", namespace="shop")
    alert = an_alert().model_copy(update={"entities": (pod,)})

    assert first_plan(an_incident(alert), ROSTER, POLICY, NOW).questions[0].focus[0] == pod


def test_a_claim_goes_to_its_makers_queue_if_that_can_read_it() -> None:
    """Credentials live with the queue that owns the source."""
    logs = a_claim().model_copy(
        update={"measure": Measure(selector=LogSelector(), reduce=Reduction.COUNT)}
    )

    assert queue_for(a_claim(), "network", ROSTER) == "network"
    assert queue_for(a_claim(), "stranger", ROSTER) == "database"
    assert queue_for(logs, "network", ROSTER) == "network"
    assert queues_for([a_claim(), logs], "database", ROSTER) == ("database",)
