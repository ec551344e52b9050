"""RQ jobs that cannot be made to run anything but a task of ours."""

from collections.abc import Callable

from rq.job import Job as RqJob
from rq.job import JobStatus
from typing_extensions import override

from agents.ports import Job

Perform = Callable[[Job], None]


class SealedJob(RqJob):
    """A job that names a task.

    RQ imports whatever dotted path a job, or one of its callbacks, names: with the JSON serialiser
    too, anybody who can write to Redis could run any function. This job hands its name to
    `perform`, which looks it up in a closed table, and has no callbacks.
    """

    perform_task: Perform | None = None
    """Set by the worker in its work-horse."""

    @property
    @override
    def func(self) -> Callable[[str, str], None]:
        """Return what does the task, given its two ids."""
        perform = self.perform_task
        if perform is None:
            raise RuntimeError("only a worker performs jobs")

        def do(incident_id: str, subject_id: str) -> None:
            perform(
                Job(
                    id=self.id,
                    queue=self.origin,
                    task=str(self.func_name),
                    incident_id=incident_id,
                    subject_id=subject_id,
                )
            )

        return do

    @property
    @override
    def success_callback(self) -> None:
        """There is none."""

    @property
    @override
    def failure_callback(self) -> None:
        """There is none."""

    @property
    @override
    def stopped_callback(self) -> None:
        """There is none."""

    @override
    def send_webhooks(self, status: str | JobStatus, *, exc_string: str | None = None) -> None:
        """Send none."""
