"""The job queue on RQ."""

from datetime import UTC, datetime, timedelta
from time import sleep

import structlog
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from rq import Queue, Retry
from rq.exceptions import DuplicateJobError, InvalidJobOperation, NoSuchJobError
from rq.job import JobStatus
from rq.serializers import JSONSerializer
from typing_extensions import override

from agents.integrations.redis.sealed import SealedJob
from agents.ports import Job, JobQueue

RETRY_SECONDS = (1, 5, 15)
"""When a failed job is tried again. After the last time the clock starts it anew."""
FAILED_SECONDS = 30
"""How long a job that failed for good is kept, and with it its id blocked: a pause for a bug that
would otherwise be hit every second."""
_LOST_SECONDS = 60
"""How long after its own time limit a job is looked for: a crash may have left it on no list."""
_OUT_OF_REACH = (RedisConnectionError, RedisTimeoutError)

_BEGUN = frozenset({JobStatus.STARTED, JobStatus.FINISHED})
_TRIES = 20
_TRY_SECONDS = 0.005

_log = structlog.get_logger(__name__)


def rq_queue(name: str, connection: Redis) -> Queue:
    """Return the RQ queue of a name, as everybody here must open it."""
    return Queue(name, connection=connection, serializer=JSONSerializer, job_class=SealedJob)


class RqJobQueue(JobQueue):
    """Enqueues under deterministic ids.

    RQ counts a job as a duplicate for as long as its record exists, so a finished job's record is
    not kept at all.
    """

    def __init__(self, connection: Redis) -> None:
        """Keep the connection."""
        self._connection = connection

    @override
    def enqueue(self, job: Job) -> bool:
        """Enqueue a job unless one with its id is waiting or running."""
        queue = rq_queue(job.queue, self._connection)
        try:
            return self._put(queue, job, job.id) or (job.runs_again and self._again(queue, job))
        except _OUT_OF_REACH as failure:
            _log.warning("queue_unreachable", job_id=job.id, reason=str(failure))
            return False

    def _again(self, queue: Queue, job: Job) -> bool:
        """Have a job run once more if it may have looked before what is to be looked at now.

        A job that has finished keeps its record, and with it its id, for a moment: then it is
        tried anew. Whatever is missed all the same, the clock finds within a second.
        """
        again = f"{job.id}-again"
        for _ in range(_TRIES):
            if self._waits(job.id) or self._waits(again):
                return False
            if self._put(queue, job, job.id) or self._put(queue, job, again):
                return True
            sleep(_TRY_SECONDS)
        return False

    def _put(self, queue: Queue, job: Job, job_id: str) -> bool:
        try:
            self._enqueue(queue, job, job_id)
        except DuplicateJobError:
            if not self._is_gone(job_id):
                return False
            self._enqueue(queue, job, job_id)
        return True

    def _enqueue(self, queue: Queue, job: Job, job_id: str) -> None:
        prepared = queue.create_job(  # pyright: ignore[reportUnknownMemberType] - RQ's own gap
            job.task,
            args=(job.incident_id, job.subject_id),
            job_id=job_id,
            timeout=job.timeout_seconds,
            retry=Retry(max=len(RETRY_SECONDS), interval=list(RETRY_SECONDS)),
            result_ttl=0,
            failure_ttl=FAILED_SECONDS,
        )
        if job.delay_seconds:
            due = datetime.now(UTC) + timedelta(seconds=job.delay_seconds)
            queue.schedule_job(prepared, due, unique=True)
        else:
            queue.enqueue_job(prepared, unique=True)

    def _waits(self, job_id: str) -> bool:
        """Tell whether a job is still to begin, and so will see what is new."""
        found = self._find(job_id)
        return found is not None and found.get_status(refresh=False) not in _BEGUN

    def _is_gone(self, job_id: str) -> bool:
        """Tell whether a job has just ended, or its record outlived it and was cleared away."""
        found = self._find(job_id)
        if found is not None:
            if not _is_overdue(found) or found.get_position() is not None:
                return False
            _log.warning("job_lost", job_id=job_id)
        self._connection.delete(SealedJob.key_for(job_id))
        return True

    def _find(self, job_id: str) -> SealedJob | None:
        """Return a job by its record; None as well for a record too damaged to have a status."""
        job = SealedJob(job_id, connection=self._connection, serializer=JSONSerializer)
        try:
            job.refresh()
            job.get_status(refresh=False)
        except (NoSuchJobError, InvalidJobOperation):
            return None
        return job


def _is_overdue(job: SealedJob) -> bool:
    if job.get_status(refresh=False) not in {JobStatus.QUEUED, JobStatus.STARTED}:
        return False
    signs = [sign for sign in (job.enqueued_at, job.started_at, job.last_heartbeat) if sign]
    limit = timedelta(seconds=float(job.timeout or 0) + _LOST_SECONDS)
    return bool(signs) and datetime.now(UTC) - max(signs) > limit
