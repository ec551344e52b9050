"""The commander's job."""

import re
from collections.abc import Sequence
from datetime import datetime

import pytest

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
from agents.domain.events import IncidentResolved, QuestionExpired, RoomOpened
from agents.domain.incidents import Person
from agents.domain.plans import Policy, Roster
from agents.domain.state import IncidentState
from agents.errors import UnknownIncident
from agents.ports import advance_job
from jobs.dispatching import job_for, parse_recovery_subject
from tests.events import ACTOR
from tests.jobs.rig import INCIDENT, NAMES, Bench, a_bench


def resolved(bench: Bench) -> None:
    """Have a person resolve the incident."""
    person = Person(id="U1", name="responder")
    bench.engine.record(INCIDENT, IncidentResolved(by=person, cause="a lock"))
    bench.engine.wake(INCIDENT)


def test_one_look_plans_asks_everybody_and_opens_the_room() -> None:
    """The person on call waits for the slowest specialist, not for one after the other."""
    bench = a_bench()
    bench.declare()

    assert bench.work_off("commander") == ["advance"]

    assert bench.state.plan is not None
    waiting = {(job.queue, job.task) for job in bench.queue.waiting.values()}
    assert waiting >= {("outbox", "open_room"), *((name, "investigate") for name in NAMES)}


def test_an_incident_goes_from_alert_to_account_and_its_messages_are_said_once() -> None:
    """This is the whole run, job by job."""
    bench = a_bench()
    bench.declare()

    bench.work_off()
    bench.pass_time(3)

    assert bench.said() == ["diagnosed: 4 of 4 answered", "revision 1, waiting for nobody"]
    assert bench.pager.incidents["Q1"].status == "acknowledged"
    assert len(bench.pager.incidents["Q1"].notes) == 1
    assert bench.journal.audit(INCIDENT) == ()
    assert len(bench.state.syntheses) == 1


def test_asking_again_for_what_is_under_way_enqueues_nothing() -> None:
    """The clock asks every second."""
    bench = a_bench()
    bench.declare()
    bench.work_off("commander")
    before = dict(bench.queue.waiting)

    bench.do(advance_job(INCIDENT))

    assert bench.queue.waiting == before


def test_a_second_worker_leaves_the_incident_to_the_first() -> None:
    """Two commanders for one incident would talk over each other."""
    bench = a_bench()
    bench.declare()

    with bench.lock.holding(INCIDENT):
        bench.work_off("commander")

    assert bench.state.plan is None
    assert bench.queue.waiting == {}


def test_a_resolved_incident_is_documented_and_then_left_alone() -> None:
    """The clock must not look at last year's incidents every second."""
    bench = a_bench()
    bench.declare()
    bench.work_off()
    resolved(bench)

    bench.work_off()
    bench.pass_time(3)
    bench.pass_time(3)

    assert list(bench.code_host.offered) == [f"postmortem/{INCIDENT}"]
    assert bench.state.postmortem is not None
    assert bench.journal.incident_ids(open_only=True) == ()


def test_an_incident_is_not_closed_while_something_is_still_to_be_said() -> None:
    """The last word of an incident is where its postmortem lies."""
    bench = a_bench()
    bench.declare()
    bench.work_off()
    resolved(bench)
    bench.work_off("commander", "documents")

    assert bench.journal.incident_ids(open_only=True) == (INCIDENT,)


def test_decisions_that_never_settle_are_given_up_and_logged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A loop in the rules must not keep a worker busy for ever."""

    def endless(
        state: IncidentState, roster: Roster, policy: Policy, now: datetime
    ) -> Sequence[Step]:
        return [Record(body=QuestionExpired(question_id=f"q{state.sequence}"))]

    bench = a_bench()
    bench.change(decide=endless)
    bench.declare()

    bench.work_off("commander")

    assert len(bench.journal.read(INCIDENT)) == 51
    assert "decisions_unsettled" in capsys.readouterr().out


def test_a_decision_that_was_made_before_is_not_made_for_ever() -> None:
    """A rule that asks for what is on record already has come to its end."""

    def again(
        state: IncidentState, roster: Roster, policy: Policy, now: datetime
    ) -> Sequence[Step]:
        return [Record(body=QuestionExpired(question_id="q1")), OpenRoom()]

    bench = a_bench()
    bench.change(decide=again)
    bench.declare()

    bench.work_off("commander")

    assert len(bench.journal.read(INCIDENT)) == 2
    assert [job.task for job in bench.queue.waiting.values()] == ["open_room"]


def test_an_unknown_incident_is_an_error_that_names_it() -> None:
    """A mistyped id shows up as such in the failed jobs."""
    with pytest.raises(UnknownIncident, match="no incident inc"):
        a_bench().do(advance_job(INCIDENT))


STEPS: tuple[Step, ...] = (
    OpenRoom(),
    Ask(question_id="q1", specialist="aws"),
    Verify(subject_id="h1", queue="aws"),
    Verify(subject_id="h1", queue="network"),
    Propose(hypothesis_id="h1", queue="aws"),
    Execute(proposal_id="p1"),
    MeasureRecovery(proposal_id="p1", attempt=1, queue="aws", delay_seconds=5),
    MeasureRecovery(proposal_id="p1", attempt=2, queue="aws", delay_seconds=5),
    DraftPostmortem(),
)


def test_every_step_has_a_job_of_its_own_under_an_id_that_rq_takes() -> None:
    """Two steps under one id: one of them would never be done."""
    jobs = [job_for("incident_1", step) for step in STEPS]

    assert len({job.id for job in jobs}) == len(STEPS)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", job.id) for job in jobs)
    assert jobs == [job_for("incident_1", step) for step in STEPS]
    assert [job.delay_seconds for job in jobs if job.task == "measure_recovery"] == [5, 5]
    assert parse_recovery_subject(jobs[-2].subject_id) == ("p1", 2)


@pytest.mark.parametrize(
    "step", [Close(), Record(body=RoomOpened(channel="C1", name="inc-1"))], ids=lambda s: s.kind
)
def test_what_the_commander_does_itself_is_no_job(step: Step) -> None:
    """Another worker has no say in these."""
    with pytest.raises(ValueError, match="done by the commander"):
        job_for("incident_1", step)


def test_events_that_come_while_an_incident_is_closed_open_it_for_the_clock() -> None:
    """An alert that fires again is looked at again."""
    bench = a_bench()
    bench.declare()
    bench.journal.close(INCIDENT, sequence=1)

    bench.journal.append(
        INCIDENT, [QuestionExpired(question_id="q")], actor=ACTOR, at=bench.clock()
    )

    assert bench.journal.incident_ids(open_only=True) == (INCIDENT,)
