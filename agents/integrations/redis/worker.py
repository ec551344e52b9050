"""A worker process: takes jobs from one queue and does each in a fork of itself."""

from redis import Redis
from rq import Queue, Worker
from rq.job import Job as RqJob
from rq.serializers import JSONSerializer
from typing_extensions import override

from agents.integrations.redis.queue import rq_queue
from agents.integrations.redis.sealed import Perform, SealedJob

HEARTBEAT_SECONDS = 1
SILENCE_SECONDS = 6
"""After this long without a heartbeat a running job counts as abandoned and is done again."""
_WORKER_SECONDS = 45
"""How long an idle worker may be silent; it waits for jobs 15 seconds less at a time."""
_LONGEST_NAP_SECONDS = 2.0


class SealedWorker(Worker):
    """A worker whose death is noticed within seconds, and that runs sealed jobs only.

    It serves one queue: RQ moves a job out of a single queue in one step that survives a crash,
    but pops it from several, and loses it when the worker dies right then.
    """

    job_class = SealedJob
    max_connection_wait_time = _LONGEST_NAP_SECONDS
    perform: Perform

    @override
    def get_heartbeat_ttl(self, job: RqJob) -> int:
        """Return after how many seconds of silence the job counts as abandoned."""
        return SILENCE_SECONDS

    @override
    def perform_job(self, job: RqJob, queue: Queue) -> bool:
        """Do a job in the work-horse, after the fork."""
        if isinstance(job, SealedJob):
            job.perform_task = self.perform
        return super().perform_job(job, queue)


def worker_of(queue: str, connection: Redis, perform: Perform) -> SealedWorker:
    """Return a worker of one queue; `work()` keeps it busy until it is told to stop."""
    worker = SealedWorker(
        [rq_queue(queue, connection)],
        connection=connection,
        serializer=JSONSerializer,
        worker_ttl=_WORKER_SECONDS,
        job_monitoring_interval=HEARTBEAT_SECONDS,
        log_job_description=False,
    )
    worker.perform = perform
    return worker
