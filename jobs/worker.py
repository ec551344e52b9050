"""How one job is done inside a worker's fork."""

from collections.abc import Callable

from structlog.contextvars import bound_contextvars

from agents.ports import Job
from jobs.engine import Engine
from jobs.tasks import perform


def performing(engine: Engine) -> Callable[[Job], None]:
    """Return what does a job.

    The engine is built before the fork, once, so that a job costs no imports and no set-up. It
    must hold no open connection then: what is open in two processes at once serves neither.
    """

    def do(job: Job) -> None:
        with bound_contextvars(incident_id=job.incident_id, task=job.task, job_id=job.id):
            perform(engine, job)

    return do
