"""A whole engine in real processes, with specialists that a test can hold up."""

import os
import signal
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from agents.commander.deciding import next_steps
from agents.domain.events import IncidentDeclared
from agents.domain.hypotheses import Answer
from agents.domain.plans import Policy, Roster
from agents.domain.state import IncidentState, fold
from agents.integrations.redis.caretaker import RqCaretaker
from agents.integrations.redis.connecting import connect
from agents.integrations.redis.lock import RedisIncidentLock
from agents.integrations.redis.pauses import RedisPauses
from agents.integrations.redis.queue import RqJobQueue
from agents.integrations.redis.worker import worker_of
from agents.integrations.sql.connecting import open_database
from agents.integrations.sql.journal import SqlJournal
from agents.integrations.sql.migrations import upgrade
from agents.running import stop_on_signals
from agents.specialists.framework import Assignment
from agents.testing.telemetry import InMemoryTelemetry
from jobs.clock import IncidentClock
from jobs.dispatching import SUPPORT_QUEUES
from jobs.engine import Access, Engine
from jobs.supervising import Program, supervise
from jobs.worker import performing
from tests.events import ACTOR, declared
from tests.jobs.faults.room import SharedRoom
from tests.jobs.rig import (
    INCIDENT,
    NAMES,
    ONE_LOOK,
    board_and_account,
    members,
    nothing_to_offer,
    nothing_wrong,
    noting,
    room_plan,
    short_postmortem,
    specialists,
)
from tests.waiting import eventually

_POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Installation:
    """Where everything of one test lives, and how its processes are made."""

    folder: Path
    redis_url: str
    policy: Policy = ONE_LOOK
    workers_per_queue: int = 1

    @property
    def room(self) -> SharedRoom:
        """The room that all workers post to."""
        return SharedRoom(self.folder / "room.sqlite")

    @property
    def journal(self) -> SqlJournal:
        """The journal that all workers write."""
        return SqlJournal(open_database(f"sqlite:///{self.folder}/journal.sqlite"))

    def prepare(self) -> None:
        """Make the files that everybody shares."""
        database = open_database(f"sqlite:///{self.folder}/journal.sqlite")
        upgrade(database)
        database.dispose()  # SQLite must not be carried over a fork
        self.room.prepare()

    def build(self, queue: str) -> Engine:
        """Build the engine of one process."""
        del queue
        journal = self.journal
        journal.prepare_to_fork()
        connection = connect(self.redis_url)
        roster = Roster(members=members())
        return Engine(
            journal=journal,
            queue=RqJobQueue(connection),
            lock=RedisIncidentLock(connection),
            pauses=RedisPauses(connection),
            clock=partial(datetime.now, UTC),
            worker=str(os.getpid()),
            roster=roster,
            policy=self.policy,
            specialists=specialists(roster, dict.fromkeys(NAMES, self.answer)),
            decide=next_steps,
            propose=nothing_to_offer,
            draft_postmortem=short_postmortem,
            plan_room=room_plan,
            room_messages=board_and_account,
            pager_messages=noting(),
            access=_no_access,
            room=self.room,
        )

    def answer(self, assignment: Assignment) -> Answer:
        """Answer that all is well, once the test lets go of this specialist."""
        name = assignment.question.specialist
        (self.folder / f"asked-{name}-{os.getpid()}-{os.getppid()}").touch()
        while (self.folder / f"hold-{name}").exists():
            time.sleep(_POLL_SECONDS)
        return nothing_wrong(assignment)

    def hold(self, *names: str) -> None:
        """Have specialists take their time."""
        for name in names:
            (self.folder / f"hold-{name}").touch()

    def let_go(self, *names: str) -> None:
        """Have specialists answer."""
        for name in names:
            (self.folder / f"hold-{name}").unlink()

    def asked(self, name: str) -> list[tuple[int, int]]:
        """Return the work-horse and the worker of every attempt at a specialist's question."""
        return self.processes(f"asked-{name}")

    def processes(self, mark: str) -> list[tuple[int, int]]:
        """Return the work-horse and the worker of everybody who left a mark."""
        marks = (path.name.split("-") for path in self.folder.glob(f"{mark}-*"))
        return [(int(horse), int(worker)) for *_, horse, worker in marks]

    def until_asked(self, *names: str) -> None:
        """Wait until specialists are at work."""
        for name in names:
            eventually(lambda name=name: self.asked(name), what=f"{name} was asked")

    def declare(self, body: IncidentDeclared | None = None) -> None:
        """Do what a webhook does: write the incident down and wake the commander."""
        engine = self.build("bot")
        now = datetime.now(UTC)
        engine.journal.append(INCIDENT, [body or declared(at=now)], actor=ACTOR, at=now)
        engine.wake(INCIDENT)

    @property
    def state(self) -> IncidentState:
        """The incident as it is now."""
        return fold(INCIDENT, self.journal.read(INCIDENT))

    def kinds(self) -> list[str]:
        """Return what has happened, by kind, for a test that fails."""
        return [event.body.kind for event in self.journal.read(INCIDENT)]

    def programs(self) -> Mapping[str, Program]:
        """Return what runs: workers of every queue, and the clock."""
        queues = (*SUPPORT_QUEUES, *NAMES)
        workers = {
            f"{queue} {number}": partial(self.work, queue)
            for queue in queues
            for number in range(self.workers_per_queue)
        }
        return {**workers, "clock": self.tick}

    def work(self, queue: str) -> None:
        """Be a worker."""
        worker = worker_of(queue, connect(self.redis_url), performing(self.build(queue)))
        worker.work(logging_level="ERROR")

    def tick(self) -> None:
        """Be the clock."""
        caretaker = RqCaretaker(connect(self.redis_url), (*SUPPORT_QUEUES, *NAMES))
        IncidentClock(self.build("clock"), caretaker.tend).run(stop_on_signals())

    @contextmanager
    def running(self) -> Generator[None]:
        """Run everything beside the test."""
        root = get_context("fork").Process(target=self._supervise)
        root.start()
        try:
            yield
        finally:
            root.terminate()
            root.join(20)
            assert root.exitcode == 0

    def _supervise(self) -> None:
        supervise(self.programs(), stop_on_signals())


def _no_access(queue: str) -> Access:
    del queue
    return Access(InMemoryTelemetry())


def kill(*pids: int) -> None:
    """Kill processes as the kernel does when memory runs out."""
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
