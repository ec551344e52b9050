"""The specialists' jobs."""

from datetime import timedelta

from agents.commander.steps import Ask, MeasureRecovery, Propose, Verify
from agents.domain.actions import ActionCall, ActionOutcome, ActionProposal, OutcomeStatus
from agents.domain.base import EntityRef, Producer, Window
from agents.domain.claims import Claim, VerdictStatus
from agents.domain.events import (
    ActionFinished,
    ActionProposed,
    DiscriminatorChosen,
    QuestionAnswered,
    QuestionStarted,
    ToolsCalled,
)
from agents.domain.hypotheses import Answer, Cause, Discriminator, Hypothesis
from agents.domain.learning import ToolCall
from agents.domain.measures import Comparator, Measure, MetricSelector, Reduction, RowSelector
from agents.domain.plans import Roster
from agents.domain.readings import Row
from agents.errors import SourceUnavailable
from agents.gateway.ledger import Ledger
from agents.ports import Job
from agents.specialists.framework import Assignment
from jobs.dispatching import job_for
from jobs.engine import Access
from tests.events import START
from tests.jobs.rig import INCIDENT, Bench, a_bench, members, nothing_wrong

DATABASE = EntityRef(kind="database", name="shop-db")
ROSTER = Roster(members=members(database=("rows:*",), aws=("metrics",)))
WINDOW = Window(start=START - timedelta(minutes=5), end=START)


def claim(measure: Measure, text: str = "it waits") -> Claim:
    """Return a claim that something is more than nothing."""
    return Claim(
        text=text,
        subject=DATABASE,
        measure=measure,
        comparator=Comparator.GREATER,
        expected=0,
        window=WINDOW,
    )


OF_LOCKS = claim(
    Measure(selector=RowSelector(instance="shop-db", view="pg_locks"), reduce=Reduction.COUNT)
)
OF_CPU = claim(Measure(selector=MetricSelector(name="cpu"), reduce=Reduction.MAX))
LOCK = Hypothesis(
    cause=Cause(entity=DATABASE, failure_mode="lock_contention"),
    summary="A session holds a lock.",
    claims=(OF_LOCKS,),
    forbids=(OF_CPU,),
    produced_by=Producer(name="database"),
)


def one_lock(assignment: Assignment) -> Answer:
    """Answer that a lock is the cause."""
    return Answer(
        question_id=assignment.question.id,
        hypotheses=(LOCK,),
        produced_by=Producer(name="database"),
    )


def asked() -> Bench:
    """Return an engine whose plan is made."""
    bench = a_bench({"database": one_lock}, roster=ROSTER)
    bench.telemetry.tables = {"pg_locks": [Row(columns={"pid": 1})], "settings": [Row(columns={})]}
    bench.declare()
    bench.work_off("commander")
    return bench


def investigate_job(bench: Bench, specialist: str = "database") -> Job:
    """Return the job that asks one specialist."""
    question = next(q for q in bench.state.questions if q.specialist == specialist)
    return job_for(INCIDENT, Ask(question_id=question.id, specialist=specialist))


def kinds(bench: Bench, kind: type) -> list[object]:
    """Return the bodies of one kind on record."""
    return [e.body for e in bench.journal.read(INCIDENT) if isinstance(e.body, kind)]


def test_a_question_is_answered_once_and_the_commander_is_woken() -> None:
    """A job that runs twice must not bring the same findings twice."""
    bench = asked()
    job = investigate_job(bench)

    bench.do(job)
    bench.do(job)

    assert len(kinds(bench, QuestionStarted)) == len(kinds(bench, QuestionAnswered)) == 1
    assert bench.state.hypotheses == (LOCK,)
    assert f"{INCIDENT}-advance" in bench.queue.waiting


def test_what_went_through_the_gateway_is_written_down_with_the_answer() -> None:
    """The audit shows on what each answer rests."""
    bench, ledger = asked(), Ledger()
    call = ToolCall(
        agent="database", source="rows:pg_locks", query="{}", started_at=START, seconds=0.1, items=1
    )
    ledger.note(call)
    telemetry = bench.telemetry

    def access(queue: str) -> Access:
        return Access(telemetry, ledger)

    bench.change(access=access)

    bench.do(investigate_job(bench))

    assert kinds(bench, ToolsCalled) == [ToolsCalled(calls=(call,))]
    assert bench.state.cost.tool_calls == 1


def test_a_specialist_that_cannot_look_at_all_says_so_in_its_answer() -> None:
    """A silent specialist would hold everybody up until the deadline."""

    def silent(assignment: Assignment) -> Answer:
        raise SourceUnavailable("the API did not answer")

    bench = a_bench({"aws": silent}, roster=ROSTER)
    bench.declare()
    bench.work_off("commander")

    bench.do(investigate_job(bench, "aws"))

    (gap,) = bench.state.gaps
    assert "the API did not answer" in gap.text


def test_an_answer_says_how_long_it_took() -> None:
    """The board shows what the investigation costs."""

    def slow(assignment: Assignment) -> Answer:
        bench.clock.move(2)
        return nothing_wrong(assignment)

    bench = a_bench({"aws": slow})
    bench.declare()
    bench.work_off("commander")

    bench.do(investigate_job(bench, "aws"))

    assert bench.state.cost.seconds == 2


def test_a_question_that_is_not_in_the_plan_is_nothing_to_do() -> None:
    """A job left over from an older plan does no harm."""
    bench = asked()

    bench.do(job_for(INCIDENT, Ask(question_id="question_0", specialist="aws")))

    assert kinds(bench, QuestionAnswered) == []


def test_each_queue_measures_the_claims_it_can_read_and_no_others() -> None:
    """The database's worker holds no AWS credentials."""
    bench = asked()
    bench.do(investigate_job(bench))

    bench.do(job_for(INCIDENT, Verify(subject_id=LOCK.id, queue="database")))
    assert list(bench.state.verdicts) == [f"{OF_LOCKS.id}:first"]
    bench.do(job_for(INCIDENT, Verify(subject_id=LOCK.id, queue="aws")))

    verdict = bench.state.verdict(OF_LOCKS)
    assert verdict is not None
    assert verdict.status is VerdictStatus.HOLDS
    unmeasured = bench.state.verdict(OF_CPU)
    assert unmeasured is not None
    assert unmeasured.status is VerdictStatus.UNMEASURABLE


def test_a_claim_that_has_a_verdict_is_not_measured_again() -> None:
    """A job that runs twice must not double the load on a database in trouble."""
    bench = asked()
    bench.do(investigate_job(bench))
    job = job_for(INCIDENT, Verify(subject_id=LOCK.id, queue="database"))
    bench.do(job)
    before = bench.state.sequence

    bench.do(job)

    assert bench.state.sequence == before


def test_a_discriminator_is_measured_by_the_queue_of_the_one_it_favours() -> None:
    """The measurement that settles a conflict is re-measured like every other."""
    bench = asked()
    bench.do(investigate_job(bench))
    favouring = {LOCK.id: OF_LOCKS, "nobody": OF_CPU}
    chosen = [
        Discriminator(conflict_id="c1", claim=measured, favours_if_holds=favoured, reason="")
        for favoured, measured in favouring.items()
    ]
    bench.engine.record(INCIDENT, *(DiscriminatorChosen(discriminator=one) for one in chosen))

    bench.do(job_for(INCIDENT, Verify(subject_id=chosen[0].id, queue="database")))
    bench.do(job_for(INCIDENT, Verify(subject_id=chosen[1].id, queue="aws")))

    assert set(bench.state.verdicts) == {f"{OF_LOCKS.id}:first", f"{OF_CPU.id}:first"}


def test_where_there_is_nothing_to_offer_that_is_on_record() -> None:
    """Without it the commander would ask for an action for ever."""
    bench = asked()
    bench.do(investigate_job(bench))

    bench.do(job_for(INCIDENT, Propose(hypothesis_id=LOCK.id, queue="database")))
    bench.do(job_for(INCIDENT, Propose(hypothesis_id="unknown", queue="database")))

    assert LOCK.id in bench.state.withheld


PROPOSAL = ActionProposal(
    hypothesis_id=LOCK.id,
    call=ActionCall(action="postgresql.terminate_session", target=DATABASE, arguments={}),
    title="Terminate the session",
    why="it holds the lock",
    preconditions=(),
    recovery=(OF_LOCKS,),
    blast_radius="one session",
    dry_run="terminates it",
    rollback="none",
    reversible=False,
    target_state="s",
    expires_at=START + timedelta(minutes=15),
)


def test_an_action_that_is_found_is_offered() -> None:
    """The person decides on exactly what was proposed."""

    def offer(*given: object) -> ActionProposal:
        return PROPOSAL

    bench = asked()
    bench.do(investigate_job(bench))
    bench.change(propose=offer)

    bench.do(job_for(INCIDENT, Propose(hypothesis_id=LOCK.id, queue="database")))

    assert bench.state.open_proposal == PROPOSAL


def test_recovery_is_measured_since_the_action_and_filed_under_what_was_shown() -> None:
    """People see, claim by claim, whether the fix helped."""
    bench = asked()
    outcome = ActionOutcome(
        proposal_id=PROPOSAL.id,
        approval_id="",
        status=OutcomeStatus.EXECUTED,
        detail="done",
        started_at=START,
        finished_at=START,
    )
    bench.engine.record(
        INCIDENT, ActionProposed(proposal=PROPOSAL), ActionFinished(outcome=outcome)
    )
    bench.clock.move(10)
    step = MeasureRecovery(proposal_id=PROPOSAL.id, attempt=1, queue="database", delay_seconds=5)

    bench.do(job_for(INCIDENT, step))
    bench.do(job_for(INCIDENT, step.model_copy(update={"proposal_id": "unknown"})))

    (recovery,) = bench.state.recoveries
    assert recovery.recovered
    verdict = bench.state.verdict(OF_LOCKS, "recovery-1")
    assert verdict is not None
    assert recovery.verdict_ids == (verdict.id,)
