"""An engine for tests: real decisions, scripted specialists, and doubles for the world."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from agents.commander.deciding import next_steps
from agents.commander.steps import Step
from agents.domain.actions import ActionProposal
from agents.domain.events import ActionWithheld, Event
from agents.domain.hypotheses import Answer, Finding, Hypothesis
from agents.domain.incidents import Incident
from agents.domain.learning import Postmortem
from agents.domain.plans import Member, Policy, Roster
from agents.domain.state import IncidentState
from agents.ports import DocumentChange, Job, PagerMessage, RoomMessage, TargetInspector
from agents.specialists.framework import Assignment, Check
from agents.testing.code_host import InMemoryCodeHost
from agents.testing.journal import InMemoryJournal
from agents.testing.pager import InMemoryPager, Paged
from agents.testing.queues import InMemoryIncidentLock, InMemoryJobQueue, InMemoryPauses
from agents.testing.room import InMemoryRoom
from agents.testing.telemetry import InMemoryTelemetry
from jobs.engine import Access, Engine, PagerMessages, RoomMessages, RoomPlan
from jobs.tasks import perform
from tests.events import ACTOR, START, declared

NAMES = ("aws", "database", "kubernetes", "network")
INCIDENT = "inc"

ONE_LOOK = Policy(looks_at_most=1)
"""Nothing is wrong in most of these tests, and once is enough to see it."""

Reply = Callable[[Assignment], Answer]


@dataclass
class ManualClock:
    """Stands still until a test moves it."""

    now: datetime = START

    def __call__(self) -> datetime:
        """Return the present moment."""
        return self.now

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


def nothing_wrong(assignment: Assignment) -> Answer:
    """Answer that all is well in one's domain."""
    finding = Finding(text=f"{assignment.question.specialist} looks well", is_anomalous=False)
    return Answer(question_id=assignment.question.id, findings=(finding,))


@dataclass(frozen=True)
class ScriptedSpecialist:
    """Answers as it was told to."""

    member: Member
    reply: Reply = nothing_wrong
    checks: tuple[Check[object], ...] = ()

    def investigate(self, assignment: Assignment, only: str | None = None) -> Answer:
        """Give the answer."""
        return self.reply(assignment)


def members(**sources: tuple[str, ...]) -> tuple[Member, ...]:
    """Return the four specialists with what they may read; nothing by default."""
    return tuple(
        Member(name=name, title=name.title(), sources=sources.get(name, ())) for name in NAMES
    )


def specialists(
    roster: Roster, replies: Mapping[str, Reply] | None = None
) -> dict[str, ScriptedSpecialist]:
    """Return a specialist for every member; those without a reply find nothing wrong."""
    told = replies or {}
    return {m.name: ScriptedSpecialist(m, told.get(m.name, nothing_wrong)) for m in roster.members}


def board_and_account(state: IncidentState, now: datetime) -> tuple[RoomMessage, ...]:
    """Say little, in two messages: how far things are, and the account once there is one."""
    del now
    board = RoomMessage(
        key="board",
        text=f"{state.phase}: {len(state.answers)} of {len(state.questions)} answered",
        is_pinned=True,
    )
    if state.synthesis is None:
        return (board,)
    waiting = ", ".join(state.synthesis.waiting_for) or "nobody"
    account = f"revision {state.synthesis.revision}, waiting for {waiting}"
    return (board, RoomMessage(key="synthesis", text=account, thread_key="board"))


def acknowledgement(state: IncidentState) -> tuple[PagerMessage, ...]:
    """Tell the pager that somebody is on it, and what was found."""
    if state.synthesis is None:
        return (PagerMessage(key="acknowledge", kind="acknowledge"),) if state.plan else ()
    note = PagerMessage(key="account", kind="note", text="The agents have an account.")
    return (PagerMessage(key="acknowledge", kind="acknowledge"), note)


def nothing_due(state: IncidentState, roster: Roster, policy: Policy, now: datetime) -> list[Step]:
    """Decide nothing."""
    return []


def saying(*messages: RoomMessage) -> RoomMessages:
    """Have these messages due in the room."""

    def due(state: IncidentState, now: datetime) -> tuple[RoomMessage, ...]:
        return messages

    return due


def noting(*messages: PagerMessage) -> PagerMessages:
    """Have these messages due at the pager."""

    def due(state: IncidentState) -> tuple[PagerMessage, ...]:
        return messages

    return due


def nothing_to_offer(
    state: IncidentState,
    hypothesis: Hypothesis,
    inspectors: Mapping[str, TargetInspector],
    policy: Policy,
    now: datetime,
) -> ActionProposal | ActionWithheld:
    """Offer no action."""
    return ActionWithheld(hypothesis_id=hypothesis.id, reason="none")


def short_postmortem(
    state: IncidentState, events: tuple[Event, ...], now: datetime
) -> tuple[Postmortem, tuple[DocumentChange, ...]]:
    """Write a postmortem of a few words."""
    title = f"Postmortem of {state.incident_id}"
    postmortem = Postmortem(
        title=title,
        incident_id=state.incident_id,
        summary=f"{len(events)} events",
        impact="",
        cause=state.resolution.cause if state.resolution else "",
        diagnosis="",
        contributing_factors=(),
        timeline=(),
        action_items=(),
        time_to_acknowledge_seconds=None,
        time_to_resolve_seconds=None,
        drafted_at=now,
    )
    change = DocumentChange(
        kind="postmortem",
        branch=f"postmortem/{state.incident_id}",
        path=f"postmortems/{state.incident_id}.md",
        content=title,
        title=title,
        body=title,
    )
    return postmortem, (change,)


def room_plan(incident: Incident) -> RoomPlan:
    """Name the channel."""
    return RoomPlan(name="inc-checkout", topic=incident.title)


@dataclass
class Bench:
    """An engine on doubles, with the doubles at hand."""

    engine: Engine
    journal: InMemoryJournal
    queue: InMemoryJobQueue
    lock: InMemoryIncidentLock
    pauses: InMemoryPauses
    clock: ManualClock
    room: InMemoryRoom
    pager: InMemoryPager
    telemetry: InMemoryTelemetry
    code_host: InMemoryCodeHost

    @property
    def state(self) -> IncidentState:
        """The incident as it is now."""
        return self.engine.state(INCIDENT)

    def change(self, **fields: object) -> None:
        """Exchange parts of the engine."""
        self.engine = replace(self.engine, **fields)

    def declare(self) -> None:
        """Declare the incident and wake the commander."""
        self.journal.append(INCIDENT, [declared()], actor=ACTOR, at=self.clock())
        self.engine.wake(INCIDENT)

    def do(self, job: Job) -> None:
        """Do one job."""
        self.queue.waiting.pop(job.id, None)
        self.queue.running[job.id] = job
        try:
            perform(self.engine, job)
        finally:
            self.queue.finish(job)

    def work_off(self, *queues: str) -> list[str]:
        """Do all that is due in some queues, or in all; return the tasks in their order."""
        done: list[str] = []
        while job := self.queue.take(*queues):
            perform(self.engine, job)
            self.queue.finish(job)
            done.append(job.task)
        return done

    def pass_time(self, seconds: float) -> list[str]:
        """Let time pass, look at the incident as the clock does, and do what is due."""
        self.clock.move(seconds)
        self.queue.release()
        self.engine.wake(INCIDENT)
        return self.work_off()

    def said(self) -> list[str]:
        """Return what the room says now."""
        return [one.message.text for one in self.room.said.get("C-inc-checkout", [])]


def a_bench(
    replies: Mapping[str, Reply] | None = None,
    roster: Roster | None = None,
    policy: Policy | None = None,
) -> Bench:
    """Return an engine on doubles."""
    cast = roster or Roster(members=members())
    journal, queue, lock = InMemoryJournal(), InMemoryJobQueue(), InMemoryIncidentLock()
    pauses, clock, room = InMemoryPauses(), ManualClock(), InMemoryRoom()
    pager, telemetry = InMemoryPager(incidents={"Q1": Paged()}), InMemoryTelemetry()
    code_host = InMemoryCodeHost()
    engine = Engine(
        journal=journal,
        queue=queue,
        lock=lock,
        pauses=pauses,
        clock=clock,
        worker="worker-1",
        roster=cast,
        policy=policy or ONE_LOOK,
        specialists=specialists(cast, replies),
        decide=next_steps,
        propose=nothing_to_offer,
        draft_postmortem=short_postmortem,
        plan_room=room_plan,
        room_messages=board_and_account,
        pager_messages=acknowledgement,
        access=lambda queue: Access(telemetry),  # noqa: ARG005 - one for all
        room=room,
        pager=pager,
        code_host=code_host,
    )
    return Bench(engine, journal, queue, lock, pauses, clock, room, pager, telemetry, code_host)
