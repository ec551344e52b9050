"""The composition root of the engine: `python -m jobs worker QUEUE... | clock | all`."""

import argparse
import os
import re
import socket
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Engine as Database

from agents.commander.deciding import next_steps
from agents.domain.events import Event
from agents.domain.incidents import Incident
from agents.domain.learning import Postmortem
from agents.domain.state import IncidentState
from agents.integrations import wiring
from agents.integrations.redis.caretaker import RqCaretaker
from agents.integrations.redis.connecting import connect
from agents.integrations.redis.lock import RedisIncidentLock
from agents.integrations.redis.pauses import RedisPauses
from agents.integrations.redis.queue import RqJobQueue
from agents.integrations.redis.worker import worker_of
from agents.integrations.sql.connecting import open_database
from agents.integrations.sql.journal import SqlJournal
from agents.integrations.sql.migrations import upgrade
from agents.integrations.sql.recording import SqlRecording
from agents.knowledge.postmortems import draft_postmortem
from agents.knowledge.runbooks import draft_runbook
from agents.ports import DocumentChange
from agents.remediation.catalogue import propose_action
from agents.running import configure_logs, stop_on_signals
from agents.settings import Settings
from jobs.clock import IncidentClock
from jobs.dispatching import SUPPORT_QUEUES
from jobs.engine import Access, Engine, RoomPlan
from jobs.supervising import Program, supervise
from jobs.worker import performing
from templates.docs import postmortem_change, runbook_change
from templates.pagerduty import pager_messages
from templates.slack import room_messages

_CHANNEL_CHARACTERS = 80


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the processes that the command names, until told to stop."""
    settings = Settings()
    queues = (*SUPPORT_QUEUES, *wiring.names())
    chosen = _parser(queues).parse_args(arguments)
    configure_logs(as_json=settings.log_json)
    database = open_database(settings.database_url)
    upgrade(database)
    database.dispose()
    running = {"worker": chosen.queues, "clock": (), "all": queues}[chosen.command]
    programs: dict[str, Program] = {
        f"worker {queue}": partial(_work, settings, queue) for queue in running
    }
    if chosen.command != "worker":
        programs["clock"] = partial(_tick, settings, queues)
    if len(programs) == 1:
        next(iter(programs.values()))()
    else:
        supervise(programs, stop_on_signals())


def _parser(queues: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m jobs", description=__doc__)
    parser.set_defaults(queues=())
    commands = parser.add_subparsers(dest="command", required=True)
    worker = commands.add_parser("worker", help="do the jobs of some queues")
    worker.add_argument("queues", nargs="+", metavar="QUEUE", choices=queues)
    commands.add_parser("clock", help="wake incidents, start what is due, recover lost jobs")
    commands.add_parser("all", help="run a worker of every queue, and the clock")
    return parser


def _work(settings: Settings, queue: str) -> None:
    """Be a worker of one queue."""
    database = open_database(settings.database_url)
    engine = build_engine(settings, queue, database)
    SqlJournal(database).prepare_to_fork()
    worker_of(queue, connect(settings.redis_url), performing(engine)).work(logging_level="WARNING")


def _tick(settings: Settings, queues: Sequence[str]) -> None:
    """Be the clock."""
    caretaker = RqCaretaker(connect(settings.redis_url), queues)
    IncidentClock(
        build_engine(settings, "clock", open_database(settings.database_url)), caretaker.tend
    ).run(stop_on_signals())


def build_engine(settings: Settings, queue: str, database: Database) -> Engine:
    """Build the engine of one queue; connections are opened when they are first used."""
    redis, hands = connect(settings.redis_url), wiring.hands(settings, queue)
    readers = wiring.Readers(settings, SqlRecording(database), redis)
    readers.prepare(queue)

    def access(reader: str) -> Access:
        return Access(*readers.gated(reader))

    return Engine(
        journal=SqlJournal(database),
        queue=RqJobQueue(redis),
        lock=RedisIncidentLock(redis),
        pauses=RedisPauses(redis),
        clock=partial(datetime.now, UTC),
        worker=f"{socket.gethostname()}:{os.getpid()}",
        roster=wiring.roster(settings),
        policy=settings.policy(),
        specialists=wiring.specialists(queue),
        decide=next_steps,
        propose=propose_action,
        draft_postmortem=partial(_documents, settings.public_url),
        plan_room=partial(_room_plan, settings.channel_prefix),
        room_messages=room_messages,
        pager_messages=pager_messages,
        access=access,
        inspectors=hands.inspectors,
        executors=hands.executors,
        room=hands.room,
        pager=hands.pager,
        code_host=hands.code_host,
    )


def _documents(
    public_url: str, state: IncidentState, events: tuple[Event, ...], now: datetime
) -> tuple[Postmortem, tuple[DocumentChange, ...]]:
    """Write the postmortem, and the runbook where the incident taught one."""
    postmortem, runbook = draft_postmortem(state, events, now), draft_runbook(state)
    learned = (runbook_change(runbook, public_url),) if runbook else ()
    return postmortem, (postmortem_change(postmortem, public_url), *learned)


def _room_plan(prefix: str, incident: Incident) -> RoomPlan:
    """Name the channel so that people find it, and so that no two incidents share one."""
    about = re.sub(r"[^a-z0-9]+", "-", (incident.alert.service or incident.title).lower())
    start = f"{prefix}{incident.declared_at:%m%d}-{about.strip('-')}"
    end = f"-{incident.id[-4:]}"
    name = start[: _CHANNEL_CHARACTERS - len(end)] + end
    return RoomPlan(name=name, topic=f"{incident.severity.upper()}: {incident.title}")


if __name__ == "__main__":
    main()
