"""What the engine adds to RQ: four no-op questions fanned out and joined, against four bare jobs.

Both use the same Redis, five worker processes that fork for every job (one per specialist, one for
the join) and the JSON serialiser. The bare side enqueues four jobs and a fifth that depends on
them. The engine's side declares an incident whose room is open: the commander plans, asks four
specialists, each writes its answer to the journal, and the account is published.
"""

import logging
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import monotonic, perf_counter, sleep

from rq import Queue, Worker
from rq.job import Dependency, Job
from rq.serializers import JSONSerializer

from agents.domain.events import RoomOpened
from agents.integrations.redis.connecting import connect
from agents.integrations.redis.worker import worker_of
from agents.running import stop_on_signals
from jobs.embedded import start_redis
from jobs.engine import Engine
from jobs.supervising import Program, supervise
from jobs.worker import performing
from tests.benchmarks.figures import Figure, spread
from tests.events import ACTOR, declared
from tests.jobs.faults.installation import Installation
from tests.jobs.rig import NAMES, saying

ROUNDS = 40
_WARM_UP_ROUNDS = 3
_POLL_SECONDS = 0.001
_PATIENCE_SECONDS = 30.0
_QUEUES = ("commander", *NAMES)


def run() -> list[Figure]:
    """Measure both, and what lies between them."""
    with tempfile.TemporaryDirectory() as folder, start_redis(Path(folder)) as redis:
        installation = _Quiet(Path(folder), redis.url)
        installation.prepare()
        with _running({q: partial(_bare_worker, redis.url, q) for q in _QUEUES}):
            bare = _rounds(partial(_bare_round, redis.url))
        with _running({q: partial(_engine_worker, installation, q) for q in _QUEUES}):
            engine = _rounds(partial(_engine_round, installation))
    return [
        *spread("four no-op jobs and their join on bare RQ", bare),
        *spread("four no-op questions and their account through the engine", engine),
        Figure("ratio of the medians", median(engine) / median(bare), ""),
    ]


@dataclass(frozen=True)
class _Quiet:
    """An installation that says nothing to anybody."""

    folder: Path
    redis_url: str

    def prepare(self) -> None:
        """Make its files."""
        self._installation.prepare()

    def build(self, queue: str) -> Engine:
        """Build the engine of one process."""
        return replace(self._installation.build(queue), room_messages=saying())

    @property
    def _installation(self) -> Installation:
        return Installation(self.folder, self.redis_url)


def nothing() -> None:
    """Be the work of a bare job."""


def _bare_worker(url: str, queue: str) -> None:
    logging.disable(logging.CRITICAL)
    with connect(url) as connection:
        Worker([queue], connection=connection, serializer=JSONSerializer).work()


def _engine_worker(installation: _Quiet, queue: str) -> None:
    logging.disable(logging.CRITICAL)
    perform = performing(installation.build(queue))
    worker_of(queue, connect(installation.redis_url), perform).work()


@contextmanager
def _running(programs: dict[str, Program]) -> Generator[None]:
    """Run workers beside the measurement."""
    root = get_context("fork").Process(target=lambda: supervise(programs, stop_on_signals()))
    root.start()
    try:
        yield
    finally:
        root.terminate()
        root.join()


def _rounds(one_round: Callable[[int], None]) -> list[float]:
    """Time many rounds, after a few that fill caches."""
    seconds: list[float] = []
    for number in range(_WARM_UP_ROUNDS + ROUNDS):
        began = perf_counter()
        one_round(number)
        seconds.append(perf_counter() - began)
    return seconds[_WARM_UP_ROUNDS:]


def _bare_round(url: str, number: int) -> None:
    del number
    with connect(url) as connection:
        queues = [Queue(q, connection=connection, serializer=JSONSerializer) for q in _QUEUES]
        commander, *others = queues
        fanned = [_enqueue(queue) for queue in others]
        join = _enqueue(commander, Dependency(jobs=[*fanned]))
        _until(lambda: join.get_status() == "finished")


def _enqueue(queue: Queue, after: Dependency | None = None) -> Job:
    return queue.enqueue(  # pyright: ignore[reportUnknownMemberType] - RQ's own gap
        nothing, depends_on=after
    )


def _engine_round(installation: _Quiet, number: int) -> None:
    engine = installation.build("bot")
    incident_id = f"inc-{number}"
    now = datetime.now(UTC)
    opened = RoomOpened(channel="C1", name="inc")
    engine.journal.append(incident_id, [declared(number, now), opened], actor=ACTOR, at=now)
    engine.wake(incident_id)
    _until(lambda: engine.state(incident_id).synthesis is not None)


def _until(done: Callable[[], bool]) -> None:
    deadline = monotonic() + _PATIENCE_SECONDS
    while not done():
        if monotonic() > deadline:
            raise TimeoutError("a round did not end")
        sleep(_POLL_SECONDS)
