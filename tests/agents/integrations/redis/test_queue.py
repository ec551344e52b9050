"""RQ, held to what the engine needs of it."""

import os
import signal
from collections.abc import Generator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import pytest
from redis import Redis
from rq.job import JobStatus

from agents.integrations.redis.caretaker import RqCaretaker
from agents.integrations.redis.connecting import connect
from agents.integrations.redis.lock import RedisIncidentLock
from agents.integrations.redis.queue import RqJobQueue, rq_queue
from agents.integrations.redis.sealed import Perform
from agents.integrations.redis.worker import worker_of
from agents.ports import Job
from jobs.embedded import start_redis
from tests.waiting import eventually

pytestmark = pytest.mark.processes


def a_job(task: str = "note", *, delay_seconds: float = 0.0, runs_again: bool = False) -> Job:
    """Return a job about one incident."""
    return Job(
        id=f"inc-{task}",
        queue="commander",
        task=task,
        incident_id="inc",
        subject_id="subject",
        delay_seconds=delay_seconds,
        timeout_seconds=30,
        runs_again=runs_again,
    )


def noting(folder: Path) -> Perform:
    """Return a table of tasks that write into a file what they were given."""

    def perform(job: Job) -> None:
        task = job.task
        number = len(list(folder.iterdir()))
        if task == "fail_once" and number == 0:
            (folder / "failed").touch()
            raise ValueError
        (folder / f"{number}-{task}-{job.incident_id}-{job.subject_id}").touch()
        while task == "wait" and not (folder.parent / "go").exists():
            os.sched_yield()

    return perform


def work(url: str, perform: Perform, *, burst: bool) -> None:
    """Be a worker process."""
    with connect(url) as connection:
        worker_of("commander", connection, perform).work(burst=burst, logging_level="ERROR")


@contextmanager
def a_worker(url: str, perform: Perform) -> Generator[int]:
    """Run a worker beside the test and give its pid."""
    process = get_context("fork").Process(target=work, args=(url, perform), kwargs={"burst": False})
    process.start()
    assert process.pid
    try:
        yield process.pid
    finally:
        if process.is_alive():
            process.terminate()
        process.join(10)


def burst(url: str, perform: Perform) -> None:
    """Let a worker do what waits, and nothing else."""
    process = get_context("fork").Process(target=work, args=(url, perform), kwargs={"burst": True})
    process.start()
    process.join(20)
    assert process.exitcode == 0


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """Give the folder that tasks write into."""
    folder = tmp_path / "notes"
    folder.mkdir()
    return folder


def test_a_job_that_ended_can_be_enqueued_again_at_once(
    redis_url: str, connection: Redis, notes: Path
) -> None:
    """RQ keeps finished jobs for minutes by default: every later decision would be refused."""
    queue = RqJobQueue(connection)

    for _ in range(2):
        assert queue.enqueue(a_job())
        burst(redis_url, noting(notes))

    assert sorted(path.name for path in notes.iterdir()) == [
        "0-note-inc-subject",
        "1-note-inc-subject",
    ]
    assert not connection.exists("rq:job:inc-note")


def test_a_request_while_the_job_runs_makes_it_run_once_more(
    redis_url: str, connection: Redis, notes: Path
) -> None:
    """An answer that arrives while the commander is deciding must not wait for the clock."""
    queue = RqJobQueue(connection)
    job = a_job("wait", runs_again=True)

    with a_worker(redis_url, noting(notes)):
        assert queue.enqueue(job)
        eventually(lambda: list(notes.iterdir()), what="the job runs")
        assert queue.enqueue(job)
        assert not queue.enqueue(job)
        assert not queue.enqueue(job.model_copy(update={"runs_again": False}))
        (notes.parent / "go").touch()
        eventually(lambda: len(list(notes.iterdir())) == 2, what="it runs once more")


def test_a_request_while_the_job_is_just_ending_is_not_lost(connection: Redis) -> None:
    """RQ keeps a finished job for a moment, in which its id is taken though it will not run."""
    queue, waiting = RqJobQueue(connection), rq_queue("commander", connection)
    job = a_job(runs_again=True)
    queue.enqueue(job)
    (ending,) = waiting.jobs
    waiting.remove(ending)
    ending.set_status(JobStatus.FINISHED)

    taken = queue.enqueue(job)

    assert taken
    assert waiting.job_ids == [f"{job.id}-again"]


def test_a_job_that_fails_is_tried_again(redis_url: str, connection: Redis, notes: Path) -> None:
    """A source that was away for a second must not cost the answer."""
    caretaker = RqCaretaker(connection, ["commander"])
    RqJobQueue(connection).enqueue(a_job("fail_once"))

    with a_worker(redis_url, noting(notes)):

        def done() -> bool:
            caretaker.tend()
            return len(list(notes.iterdir())) == 2

        eventually(done, what="the second try")


def test_a_delayed_job_runs_when_it_is_due(redis_url: str, connection: Redis, notes: Path) -> None:
    """Recovery is measured some seconds after the action, not at once."""
    caretaker = RqCaretaker(connection, ["commander"])
    RqJobQueue(connection).enqueue(a_job(delay_seconds=2))

    caretaker.tend()
    burst(redis_url, noting(notes))
    assert list(notes.iterdir()) == []

    def due() -> bool:
        caretaker.tend()
        return len(rq_queue("commander", connection)) == 1

    eventually(due, what="the job is due")
    burst(redis_url, noting(notes))
    assert [path.name for path in notes.iterdir()] == ["0-note-inc-subject"]


def test_a_job_taken_by_a_worker_that_died_at_once_is_given_back(
    connection: Redis,
) -> None:
    """Between taking a job and starting it lies a moment in which RQ alone would wait a minute."""
    caretaker = RqCaretaker(connection, ["commander"])
    RqJobQueue(connection).enqueue(a_job())
    queue = rq_queue("commander", connection)
    connection.lmove(queue.key, queue.intermediate_queue_key)

    def back() -> bool:
        caretaker.tend()
        return queue.job_ids == ["inc-note"]

    eventually(back, what="the job is back", within_seconds=6)


def test_a_record_whose_job_is_on_no_list_does_not_block_its_id(connection: Redis) -> None:
    """One crash at the wrong moment must not silence an incident for good."""
    queue = RqJobQueue(connection)
    queue.enqueue(a_job())
    connection.delete(rq_queue("commander", connection).key)
    assert not queue.enqueue(a_job())

    connection.hset("rq:job:inc-note", "enqueued_at", "2026-01-01T00:00:00.000000Z")

    assert queue.enqueue(a_job())
    assert rq_queue("commander", connection).job_ids == ["inc-note"]
    assert not queue.enqueue(a_job())


def test_a_damaged_record_does_not_block_its_id(connection: Redis) -> None:
    """RQ leaves such a stump when a heartbeat comes after a job was deleted."""
    connection.hset("rq:job:inc-note", "last_heartbeat", "2026-01-01T00:00:00.000000Z")

    assert RqJobQueue(connection).enqueue(a_job())


def test_whoever_writes_to_redis_cannot_run_code(
    redis_url: str, connection: Redis, notes: Path
) -> None:
    """RQ runs any function that a job names; ours reaches the closed table of tasks only."""
    target = notes.parent / "pwned"
    evil = Job(
        id="evil", queue="commander", task="os.mkdir", incident_id=str(target), subject_id="0"
    )
    RqJobQueue(connection).enqueue(evil)
    connection.hset("rq:job:evil", "success_callback_name", "os.abort")

    burst(redis_url, noting(notes))

    assert not target.exists()


def test_a_redis_that_is_away_for_a_moment_loses_no_request(tmp_path: Path) -> None:
    """Redis is restarted for an update while webhooks come in."""
    first = start_redis(tmp_path)
    port = int(first.url.rpartition(":")[2].partition("/")[0])
    with connect(first.url) as connection:
        queue = RqJobQueue(connection)
        assert queue.enqueue(a_job("before"))
        first.stop()

        assert not queue.enqueue(a_job("during"))

        with start_redis(tmp_path, port=port):
            assert queue.enqueue(a_job("after"))


def test_the_lock_of_a_killed_holder_is_free_after_its_lease(redis_url: str) -> None:
    """A worker that ran out of memory must not hold up its incident."""
    process = get_context("fork").Process(target=hold_and_die, args=(redis_url,))
    process.start()
    process.join(10)

    with connect(redis_url) as connection:
        assert connection.exists("warroom:lock:inc")
        eventually(
            lambda: not connection.exists("warroom:lock:inc"),
            what="the lease ends",
            within_seconds=3,
        )


def hold_and_die(url: str) -> None:
    """Take a lock and be killed."""
    with RedisIncidentLock(connect(url), lease_seconds=1).holding("inc"):
        os.kill(os.getpid(), signal.SIGKILL)
