"""The executor's job: an approved call is made once, or not at all."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from agents.domain.actions import (
    ActionCall,
    ActionProposal,
    Approval,
    Decision,
    OutcomeStatus,
)
from agents.domain.base import EntityRef, Window
from agents.domain.claims import Claim
from agents.domain.events import ActionProposed, ActionStarted, ApprovalRecorded
from agents.domain.incidents import Person
from agents.domain.measures import Comparator, Measure, Reduction, RowSelector
from agents.domain.readings import Row
from agents.errors import ActionFailed, SourceUnavailable, WarroomError
from agents.ports import Executor, Job, TargetState
from tests.events import START
from tests.jobs.rig import INCIDENT, Bench, a_bench

DATABASE = EntityRef(kind="database", name="shop-db")
CALL = ActionCall(
    action="postgresql.terminate_session", target=DATABASE, arguments={"instance": "shop-db"}
)
WAITING = Claim(
    text="sessions wait for a lock",
    subject=DATABASE,
    measure=Measure(
        selector=RowSelector(instance="shop-db", view="pg_locks"), reduce=Reduction.COUNT
    ),
    comparator=Comparator.GREATER,
    expected=0,
    window=Window(start=START - timedelta(minutes=5), end=START),
)
PROPOSAL = ActionProposal(
    hypothesis_id="h1",
    call=CALL,
    title="Terminate session 4711",
    why="it holds the lock",
    preconditions=(WAITING,),
    recovery=(),
    blast_radius="one session",
    dry_run="terminates it",
    rollback="none",
    reversible=False,
    target_state="as-approved",
    expires_at=START + timedelta(minutes=15),
)
EXECUTE = Job(
    id="inc-execute",
    queue="actions",
    task="execute",
    incident_id=INCIDENT,
    subject_id=PROPOSAL.id,
)


@dataclass
class FakeExecutor(Executor):
    """Records calls; `failures` are raised by the step that is named."""

    digest: str = "as-approved"
    failures: dict[str, WarroomError | KeyboardInterrupt] = field(
        default_factory=dict[str, WarroomError | KeyboardInterrupt]
    )
    calls: list[ActionCall] = field(default_factory=list[ActionCall])

    def inspect(self, call: ActionCall) -> TargetState:
        """Return the target's state."""
        self._fail("inspect")
        return TargetState(digest=self.digest, description="one session")

    def execute(self, call: ActionCall) -> str:
        """Make the call."""
        self.calls.append(call)
        self._fail("execute")
        return "Session 4711 was terminated."

    def _fail(self, step: str) -> None:
        if step in self.failures:
            raise self.failures[step]


def approval(decision: Decision = Decision.APPROVE) -> Approval:
    """Return a person's answer to the proposal."""
    return Approval(
        proposal_id=PROPOSAL.id,
        digest=PROPOSAL.digest,
        decision=decision,
        approver=Person(id="U1", name="responder"),
        nonce="nonce-1",
        decided_at=START,
        expires_at=START + timedelta(minutes=15),
    )


def approved(*, locks: int = 1, answer: Approval | None = None) -> tuple[Bench, FakeExecutor]:
    """Return an engine with an approved proposal, and the executor."""
    bench, executor = a_bench(), FakeExecutor()
    bench.telemetry.tables = {"pg_locks": [Row(columns={"pid": 1})] * locks}
    bench.change(executors={CALL.action: executor})
    bench.declare()
    bench.engine.record(
        INCIDENT,
        ActionProposed(proposal=PROPOSAL),
        ApprovalRecorded(approval=answer or approval()),
    )
    return bench, executor


def outcome(bench: Bench) -> tuple[OutcomeStatus, str]:
    """Return how it ended, and the words for it."""
    found = bench.state.outcomes[PROPOSAL.id]
    return found.status, found.detail


def test_an_approved_call_is_made_once_however_often_the_job_runs() -> None:
    """Terminating a session twice may hit another session that got the same pid."""
    bench, executor = approved()

    bench.do(EXECUTE)
    bench.do(EXECUTE)

    assert outcome(bench) == (OutcomeStatus.EXECUTED, "Session 4711 was terminated.")
    assert executor.calls == [CALL]
    assert bench.state.actions_started == {PROPOSAL.id: "nonce-1"}
    verdicts = [v for v in bench.state.verdicts.values() if v.round.startswith("precondition")]
    assert len(verdicts) == 1


def test_a_target_that_changed_since_the_approval_is_left_alone() -> None:
    """The person approved what they saw, not what is there now."""
    bench, executor = approved()
    executor.digest = "something else"

    bench.do(EXECUTE)

    status, detail = outcome(bench)
    assert (status, executor.calls) == (OutcomeStatus.REFUSED, [])
    assert "has changed" in detail


def test_an_approval_that_ran_out_is_no_approval() -> None:
    """Fifteen minutes later the incident is another one."""
    bench, executor = approved()
    bench.clock.move(16 * 60)

    bench.do(EXECUTE)

    assert outcome(bench)[0] is OutcomeStatus.REFUSED
    assert executor.calls == []


def test_a_rejected_call_is_not_made() -> None:
    """A job that was enqueued by mistake, or by an attacker, changes nothing."""
    bench, executor = approved(answer=approval(Decision.REJECT))

    bench.do(EXECUTE)

    assert outcome(bench) == (OutcomeStatus.REFUSED, "Nobody has approved this.")
    assert executor.calls == []


def test_a_precondition_that_no_longer_holds_stops_the_call() -> None:
    """The lock was released while the person was reading."""
    bench, executor = approved(locks=0)

    bench.do(EXECUTE)

    status, detail = outcome(bench)
    assert (status, executor.calls) == (OutcomeStatus.REFUSED, [])
    assert detail.startswith("No longer so: sessions wait for a lock (")


def test_a_precondition_that_cannot_be_measured_means_no() -> None:
    """Unclear means no."""
    bench, executor = approved()
    bench.telemetry.tables = {}

    bench.do(EXECUTE)

    assert outcome(bench)[0] is OutcomeStatus.REFUSED
    assert executor.calls == []


@pytest.mark.parametrize(
    "failure", [ActionFailed("it is gone"), SourceUnavailable("no answer")], ids=["gone", "silent"]
)
def test_a_target_that_cannot_be_read_is_left_alone(failure: WarroomError) -> None:
    """Nothing is done blindly."""
    bench, executor = approved()
    executor.failures = {"inspect": failure}

    bench.do(EXECUTE)

    assert outcome(bench) == (OutcomeStatus.REFUSED, str(failure))
    assert executor.calls == []


def test_without_write_credentials_the_call_is_refused_in_plain_words() -> None:
    """The person who pressed the button must learn why nothing happened."""
    bench, _ = approved()
    bench.change(executors={})

    bench.do(EXECUTE)

    assert "No write credentials for postgresql.terminate_session" in outcome(bench)[1]


def test_a_call_that_fails_is_on_record_as_failed() -> None:
    """No recovery is waited for after a fix that was not made."""
    bench, executor = approved()
    executor.failures = {"execute": ActionFailed("permission denied")}

    bench.do(EXECUTE)

    assert outcome(bench) == (OutcomeStatus.FAILED, "permission denied")


@pytest.mark.parametrize(
    ("digest", "words"),
    [("as-approved", "its target is unchanged"), ("other", "its target has changed since")],
)
def test_after_a_crash_during_the_call_it_is_not_made_again(digest: str, words: str) -> None:
    """Nobody knows whether it was made; a person has to look."""
    bench, executor = approved()
    executor.failures = {"execute": KeyboardInterrupt()}
    with pytest.raises(KeyboardInterrupt):
        bench.do(EXECUTE)
    executor.failures, executor.digest = {}, digest

    bench.do(EXECUTE)

    status, detail = outcome(bench)
    assert status is OutcomeStatus.FAILED
    assert detail.startswith("Unclear")
    assert words in detail
    assert len(executor.calls) == 1


def test_after_a_crash_a_target_that_cannot_be_read_is_said_to_be_so() -> None:
    """The person looks at the target themselves then."""
    bench, executor = approved()
    bench.engine.record(INCIDENT, ActionStarted(proposal_id=PROPOSAL.id, nonce="nonce-1"))
    executor.failures = {"inspect": SourceUnavailable("no answer")}

    bench.do(EXECUTE)

    assert "its target cannot be read: no answer" in outcome(bench)[1]


def test_an_approval_that_was_used_for_another_call_is_refused() -> None:
    """One approval, one call."""
    bench, executor = approved()
    bench.engine.record(INCIDENT, ActionStarted(proposal_id="another", nonce="nonce-1"))

    bench.do(EXECUTE)

    assert "used before" in outcome(bench)[1]
    assert executor.calls == []


def test_a_second_executor_leaves_the_call_to_the_first() -> None:
    """A job that RQ thinks lost may still be making the call."""
    bench, executor = approved()

    with bench.lock.holding(f"{INCIDENT}-execute"):
        bench.do(EXECUTE)

    assert bench.state.outcomes == {}
    assert executor.calls == []


def test_an_unknown_proposal_is_nothing_to_do() -> None:
    """A job left over from another journal does no harm."""
    bench, executor = approved()

    bench.do(EXECUTE.model_copy(update={"subject_id": "nobody"}))

    assert executor.calls == []
