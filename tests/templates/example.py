"""One incident told step by step, for tests of what people see of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from agents.commander.synthesis import synthesize
from agents.domain import events as e
from agents.domain.actions import (
    ActionCall,
    ActionOutcome,
    ActionProposal,
    Approval,
    Decision,
    OutcomeStatus,
    Recovery,
)
from agents.domain.base import EntityRef, Producer, Window
from agents.domain.claims import Claim, Verdict, VerdictStatus
from agents.domain.hypotheses import Answer, Cause, Evidence, Gap, Hypothesis
from agents.domain.incidents import Alert, Incident, Person, Severity
from agents.domain.learning import PullRequest
from agents.domain.measures import Comparator, Measure, MetricSelector, Reduction
from agents.domain.plans import Plan, Policy, Question
from agents.domain.state import IncidentState, fold
from agents.testing.journal import InMemoryJournal

START = datetime(2026, 11, 20, 14, 2, tzinfo=UTC)
INCIDENT_ID = "incident_0123456789ab"
CHANNEL = "C0INCIDENT"
ON_CALL = Person(id="U0ONCALL1", name="on-call")
SHOP_DB = EntityRef(kind="database", name="shop-db")
CHECKOUT = EntityRef(kind="service", name="checkout")
WINDOW = Window(start=START - timedelta(minutes=30), end=START)
DATABASE = Producer(name="database")
NETWORK = Producer(name="network")
COMMANDER = Producer(name="commander")


def at(minutes: float) -> datetime:
    """Return the moment some minutes into the incident."""
    return START + timedelta(minutes=minutes)


def alert(title: str = "Storefront: checkout times out") -> Alert:
    """Make the page that starts it."""
    return Alert(
        source="pagerduty",
        title=title,
        severity=Severity.SEV1,
        started_at=START,
        service="storefront",
        external_id="PT4KHLK",
    )


def question(specialist: str) -> Question:
    """Make one question of the plan."""
    return Question(
        specialist=specialist,
        text=f"Is something wrong in the field of {specialist}?",
        window=WINDOW,
        baseline=WINDOW,
        asked_at=at(0),
        deadline=at(1),
    )


def claim(text: str, metric: str = "blocked_sessions", expected: float = 1) -> Claim:
    """Make a claim about the database."""
    return Claim(
        text=text,
        subject=SHOP_DB,
        measure=Measure(selector=MetricSelector(name=metric), reduce=Reduction.MAX),
        comparator=Comparator.AT_LEAST,
        expected=expected,
        window=WINDOW,
    )


BLOCKED = claim("at least one session is blocked")
WAITING = claim("statements wait for locks", metric="lock_waits", expected=10)
FREE = claim("no session is blocked any more", metric="blocked_sessions_left", expected=0)
LOSS = claim("packets are lost on the way to the database", metric="packet_loss", expected=0.01)

LOCKS = Hypothesis(
    cause=Cause(entity=SHOP_DB, failure_mode="lock_contention"),
    summary="A migration holds a lock on orders in shop-db and 14 sessions wait for it.",
    claims=(BLOCKED, WAITING),
    explains=(CHECKOUT,),
    onset=at(-3),
    evidence=(Evidence(source="logs", at=at(-3), text="ALTER TABLE orders is waiting"),),
    prior_shift=3.0,
).by(DATABASE)
PACKETS = Hypothesis(
    cause=Cause(entity=SHOP_DB, failure_mode="packet_loss"),
    summary="Packets are lost between checkout and shop-db.",
    claims=(LOSS,),
).by(NETWORK)
GAP = Gap(source="traces", text="There are no traces of checkout.", remedy="connect a trace store")


def proposal(**changes: object) -> ActionProposal:
    """Make the fix that is offered."""
    offered = ActionProposal(
        hypothesis_id=LOCKS.id,
        call=ActionCall(
            action="terminate_session",
            target=SHOP_DB,
            arguments={"pid": 4711, "backend_start": "2026-11-20T13:58:00Z"},
        ),
        title="Terminate session 4711 (schema-migration) on shop-db",
        why="It holds the lock that 14 sessions wait for.",
        preconditions=(BLOCKED,),
        recovery=(FREE,),
        blast_radius="The migration is rolled back; nothing else is touched.",
        dry_run="Would end session 4711.",
        rollback="It cannot be undone; run the migration again later.",
        reversible=False,
        target_state="0" * 64,
        expires_at=at(60),
    )
    return offered.model_copy(update=changes)


@dataclass
class Example:
    """An incident in a journal; each method lets one more thing happen."""

    journal: InMemoryJournal = field(default_factory=InMemoryJournal)

    @property
    def state(self) -> IncidentState:
        """The state so far."""
        return fold(INCIDENT_ID, self.journal.read(INCIDENT_ID))

    def happens(self, *bodies: e.Body, minutes: float, actor: Producer = COMMANDER) -> "Example":
        """Append events."""
        self.journal.append(INCIDENT_ID, bodies, actor=actor, at=at(minutes))
        return self

    def declared(
        self, title: str = "Storefront: checkout times out", channel: str = CHANNEL
    ) -> "Example":
        """Declare the incident and open its room."""
        incident = Incident(
            id=INCIDENT_ID,
            title=title,
            severity=Severity.SEV1,
            declared_at=START,
            alert=alert(title),
        )
        opened = e.RoomOpened(channel=channel, name="inc-checkout")
        return self.happens(e.IncidentDeclared(incident=incident), opened, minutes=0)

    def planned(self) -> "Example":
        """Ask two specialists."""
        asked = (question("database"), question("network"))
        plan = Plan(version=1, reason="first look", questions=asked)
        return self.happens(e.PlanMade(plan=plan), minutes=0.1)

    def database_answered(self) -> "Example":
        """Let the database specialist answer, and have its claims measured."""
        answer = Answer(question_id=question("database").id, hypotheses=(LOCKS,), gaps=(GAP,))
        verdicts = (holds(BLOCKED, 14), holds(WAITING, 42))
        return self.happens(
            e.QuestionAnswered(answer=answer.by(DATABASE)),
            *(e.ClaimVerified(verdict=verdict) for verdict in verdicts),
            minutes=0.5,
        )

    def network_answered(self) -> "Example":
        """Let the network specialist answer with something that turns out wrong."""
        answer = Answer(question_id=question("network").id, hypotheses=(PACKETS,))
        refuted = Verdict(claim_id=LOSS.id, status=VerdictStatus.FAILS, observed=0.0, samples=30)
        return self.happens(
            e.QuestionAnswered(answer=answer.by(NETWORK)),
            e.ClaimVerified(verdict=refuted),
            minutes=2,
        )

    def synthesized(self, minutes: float = 1) -> "Example":
        """Have the commander give its account."""
        account = synthesize(self.state, Policy(), at(minutes))
        return self.happens(e.SynthesisPublished(synthesis=account), minutes=minutes)

    def proposed(self) -> "Example":
        """Offer the fix."""
        return self.happens(e.ActionProposed(proposal=proposal()), minutes=3)

    def decided(self, decision: Decision = Decision.APPROVE) -> "Example":
        """Have the on-call decide."""
        approval = Approval(
            proposal_id=proposal().id,
            digest=proposal().digest,
            decision=decision,
            approver=ON_CALL,
            nonce="nonce",
            decided_at=at(4),
            expires_at=at(19),
        )
        return self.happens(e.ApprovalRecorded(approval=approval), minutes=4)

    def executed(self) -> "Example":
        """Make the call."""
        outcome = ActionOutcome(
            proposal_id=proposal().id,
            approval_id="approval",
            status=OutcomeStatus.EXECUTED,
            detail="Session 4711 was terminated.",
            started_at=at(4),
            finished_at=at(4.1),
        )
        return self.happens(e.ActionFinished(outcome=outcome), minutes=4.1)

    def recovered(self) -> "Example":
        """Measure that it helped."""
        verdict = holds(FREE, 0).model_copy(update={"round": "recovery-1"})
        recovery = Recovery(
            proposal_id=proposal().id,
            attempt=1,
            recovered=True,
            verdict_ids=(verdict.id,),
            text="No session is blocked any more.",
            measured_at=at(5),
        )
        return self.happens(
            e.ClaimVerified(verdict=verdict), e.RecoveryMeasured(recovery=recovery), minutes=5
        )

    def resolved(self) -> "Example":
        """Have the on-call resolve it and the postmortem offered."""
        cause = "The schema migration took an exclusive lock."
        link = "https://code.example/shop/pulls/7"
        request = PullRequest(
            kind="postmortem", branch="warroom/postmortem", title="Postmortem: checkout", link=link
        )
        return self.happens(
            e.IncidentResolved(by=ON_CALL, cause=cause),
            e.PullRequestOpened(pull_request=request),
            minutes=10,
        )

    def stopped(self) -> "Example":
        """Have the on-call tell the agents to stop."""
        return self.happens(e.InvestigationStopped(by=ON_CALL), minutes=3)

    def all(self) -> "Example":
        """Let everything happen, from page to postmortem."""
        told = self.declared().planned().database_answered().synthesized().network_answered()
        return told.synthesized(2.5).proposed().decided().executed().recovered().resolved()


def holds(claim: Claim, observed: float) -> Verdict:
    """Make the verdict that a claim holds."""
    return Verdict(
        claim_id=claim.id,
        status=VerdictStatus.HOLDS,
        observed=observed,
        samples=30,
        read_path="prometheus:/api/v1/query",
        excerpt=f"max {observed}",
    )
