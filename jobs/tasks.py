"""Everything a job can be: the closed table that workers look names up in."""

from collections.abc import Callable, Mapping

from agents.ports import Job
from jobs.advancing import advance
from jobs.documenting import draft_postmortem, open_room
from jobs.engine import Engine
from jobs.executing import execute
from jobs.investigating import investigate, measure_recovery, propose, verify
from jobs.outbox import deliver

Task = Callable[[Engine, Job], None]

TASKS: Mapping[str, Task] = {
    "advance": advance,
    "deliver": deliver,
    "draft_postmortem": draft_postmortem,
    "execute": execute,
    "investigate": investigate,
    "measure_recovery": measure_recovery,
    "open_room": open_room,
    "propose": propose,
    "verify": verify,
}


def perform(engine: Engine, job: Job) -> None:
    """Do a job.

    Raises:
        LookupError: no task of ours has that name.
    """
    task = TASKS.get(job.task)
    if task is None:
        raise LookupError(f"job {job.id} names a task that does not exist: {job.task!r}")
    task(engine, job)
