"""The clock: what keeps incidents moving when nobody else does."""

from threading import Event

import pytest

from agents.errors import JournalUnavailable
from jobs.clock import IncidentClock
from tests.jobs.rig import INCIDENT, a_bench, nothing_due


def test_an_incident_whose_wake_up_was_lost_is_woken() -> None:
    """Redis forgot everything; the journal did not."""
    bench = a_bench()
    bench.declare()
    bench.queue.waiting.clear()

    IncidentClock(bench.engine, lambda: None).tick()

    assert [job.task for job in bench.queue.waiting.values()] == ["advance"]


def test_an_incident_with_nothing_to_do_costs_no_job() -> None:
    """Fifty incidents that wait for people must not keep the workers busy."""
    bench = a_bench()
    bench.declare()
    bench.work_off()
    bench.pass_time(3)
    clock = IncidentClock(bench.engine, lambda: None)

    for _ in range(3):
        bench.clock.move(10)
        clock.tick()

    assert bench.queue.waiting == {}


def test_a_message_that_is_due_wakes_the_commander() -> None:
    """A worker may have died after deciding and before delivering."""
    bench = a_bench()
    bench.declare()
    bench.work_off("commander", "aws", "database", "kubernetes", "network")
    bench.queue.waiting.clear()
    bench.change(decide=nothing_due)

    IncidentClock(bench.engine, lambda: None).tick()

    assert list(bench.queue.waiting) == [f"{INCIDENT}-advance"]


def test_a_closed_incident_is_left_alone() -> None:
    """Last year's incidents cost nothing."""
    bench = a_bench()
    bench.declare()
    bench.queue.waiting.clear()
    bench.journal.close(INCIDENT, sequence=1)

    IncidentClock(bench.engine, lambda: None).tick()

    assert bench.queue.waiting == {}


def test_a_tick_that_fails_is_logged_and_the_clock_goes_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A database that restarts must not need a person to restart the clock."""
    bench, ticks, stopping = a_bench(), list[int](), Event()

    def tend() -> None:
        ticks.append(len(ticks))
        if len(ticks) == 1:
            raise JournalUnavailable
        stopping.set()

    IncidentClock(bench.engine, tend).run(stopping)

    assert ticks == [0, 1]
    assert "tick_failed" in capsys.readouterr().out
