"""How one job is done inside a worker's fork."""

from collections.abc import Callable

from structlog.contextvars import bound_contextvars

from agents.ports import Job
from jobs.engine import Engine
from jobs.tasks import perform

BuildEngine = Callable[[str], Engine]
"""Builds the engine of a queue, with that queue's credentials and no others."""


def performing(build: BuildEngine) -> Callable[[Job], None]:
    """Return what does a job: connections are opened after the fork, so that none is shared."""

    def do(job: Job) -> None:
        with bound_contextvars(incident_id=job.incident_id, task=job.task, job_id=job.id):
            perform(build(job.queue), job)

    return do
