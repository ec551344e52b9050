"""What every queue and every lock promises."""

import pytest

from agents.ports import IncidentLock, Job, JobQueue

pytestmark = pytest.mark.contract


def a_job(job_id: str = "inc-1-advance", *, delay_seconds: float = 0.0) -> Job:
    """Return a job for the commander."""
    return Job(
        id=job_id,
        queue="commander",
        task="advance",
        incident_id="inc-1",
        delay_seconds=delay_seconds,
    )


def test_a_job_that_waits_is_not_enqueued_again(queue: JobQueue) -> None:
    """The clock asks every second; the work must not pile up."""
    assert queue.enqueue(a_job())
    assert not queue.enqueue(a_job())


def test_a_delayed_job_waits_under_its_id_as_well(queue: JobQueue) -> None:
    """A recovery check that is due in five seconds is asked for five times before."""
    assert queue.enqueue(a_job(delay_seconds=5))
    assert not queue.enqueue(a_job(delay_seconds=5))


def test_jobs_with_other_ids_do_not_bind_each_other(queue: JobQueue) -> None:
    """Four specialists are asked at once."""
    assert all(queue.enqueue(a_job(f"inc-1-investigate-{number}")) for number in range(4))


def test_a_name_is_held_by_one_holder_at_a_time(lock: IncidentLock) -> None:
    """Two workers that decide for one incident would ask the same questions twice."""
    with (
        lock.holding("inc-1") as first,
        lock.holding("inc-1") as second,
        lock.holding("inc-2") as other,
    ):
        assert (first, second, other) == (True, False, True)

    with lock.holding("inc-1") as later:
        assert later


def test_a_holder_that_fails_lets_go(lock: IncidentLock) -> None:
    """A bug in one decision must not lock the incident for good."""

    def fail() -> None:
        with lock.holding("inc-1"):
            raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        fail()
    with lock.holding("inc-1") as held:
        assert held
