"""A job queue, an incident lock and pauses that live in one process."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from typing_extensions import override

from agents.ports import IncidentLock, Job, JobQueue, Pauses


@dataclass
class InMemoryJobQueue(JobQueue):
    """Keeps jobs until a test takes them."""

    waiting: dict[str, Job] = field(default_factory=dict[str, Job])
    running: dict[str, Job] = field(default_factory=dict[str, Job])

    @override
    def enqueue(self, job: Job) -> bool:
        """Keep a job unless one with its id waits, or runs and need not run again."""
        is_busy = job.id in self.running and not job.runs_again
        if job.id in self.waiting or is_busy:
            return False
        self.waiting[job.id] = job
        return True

    def take(self, *queues: str) -> Job | None:
        """Start the oldest job of these queues, or of all, that is not delayed."""
        for job_id, job in self.waiting.items():
            if not job.delay_seconds and (not queues or job.queue in queues):
                del self.waiting[job_id]
                self.running[job_id] = job
                return job
        return None

    def release(self) -> None:
        """Make every delayed job due."""
        self.waiting = {
            job_id: job.model_copy(update={"delay_seconds": 0.0})
            for job_id, job in self.waiting.items()
        }

    def finish(self, job: Job) -> None:
        """Note that a job has come to its end, well or badly."""
        self.running.pop(job.id, None)


@dataclass
class InMemoryIncidentLock(IncidentLock):
    """Keeps the names that are held; a second holder is turned away at once."""

    held: set[str] = field(default_factory=set[str])

    @override
    @contextmanager
    def holding(self, incident_id: str) -> Generator[bool]:
        """Hold a name unless it is held."""
        if incident_id in self.held:
            yield False
            return
        self.held.add(incident_id)
        try:
            yield True
        finally:
            self.held.discard(incident_id)


@dataclass
class InMemoryPauses(Pauses):
    """Keeps pauses by the seconds that were asked for; they last until a test clears them."""

    paused: dict[str, float] = field(default_factory=dict[str, float])

    @override
    def pause(self, name: str, seconds: float) -> None:
        """Leave something alone."""
        self.paused[name] = seconds

    @override
    def remaining(self, name: str) -> float:
        """Return the pause as it was asked for."""
        return self.paused.get(name, 0.0)
