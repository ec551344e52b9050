"""RQ jobs that cannot be made to run anything but a task of ours."""

from collections.abc import Callable
from functools import partial

from rq.job import Job as RqJob
from rq.job import JobStatus
from typing_extensions import override

Perform = Callable[[str, str, str], None]
"""Takes the name of a task, an incident id and the id of what the work is about."""


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
        """Return the task, bound to what performs it."""
        if self.perform_task is None:
            raise RuntimeError("only a worker performs jobs")
        return partial(self.perform_task, str(self.func_name))

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
