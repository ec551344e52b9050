"""What keeps the queues going: jobs that are due, and jobs whose worker died."""

from collections.abc import Sequence
from time import monotonic

import structlog
from redis import Redis
from rq import Queue
from rq.intermediate_queue import IntermediateQueue
from rq.registry import StartedJobRegistry
from rq.scheduler import RQScheduler
from rq.serializers import JSONSerializer

from agents.integrations.redis.queue import rq_queue
from agents.integrations.redis.sealed import SealedJob

_STRANDED_SECONDS = 3.0
"""How long a job may lie between the queue and its worker before that worker counts as dead."""

_log = structlog.get_logger(__name__)


class RqCaretaker:
    """Does RQ's housekeeping at every call. Several may run: a job put back twice runs once."""

    def __init__(self, connection: Redis, queues: Sequence[str]) -> None:
        """Keep the names of all queues."""
        self._connection = connection
        self._queues = [rq_queue(name, connection) for name in queues]
        self._scheduler = RQScheduler(
            self._queues, connection=connection, serializer=JSONSerializer
        )
        self._scheduler.prepare_registries(queues)
        self._in_between: dict[str, float] = {}
        """When each job was first seen between its queue and a worker, by queue and id."""

    def tend(self) -> None:
        """Start what is due, and give back what a dead worker had taken."""
        self._scheduler.enqueue_scheduled_jobs()
        self._in_between = {
            place: seen
            for queue in self._queues
            for place, seen in self._rescue_stranded(queue).items()
        }
        for queue in self._queues:
            started = StartedJobRegistry(
                queue.name,
                connection=self._connection,
                job_class=SealedJob,
                serializer=JSONSerializer,
            )
            started.cleanup()  # pyright: ignore[reportUnknownMemberType] - RQ's own gap

    def _rescue_stranded(self, queue: Queue) -> dict[str, float]:
        """Put jobs back that were taken but never started; return those still to be watched."""
        between = IntermediateQueue(queue.key, self._connection)
        watched: dict[str, float] = {}
        for job_id in between.get_job_ids():
            place = f"{queue.name}:{job_id}"
            seen = self._in_between.get(place, monotonic())
            if monotonic() - seen < _STRANDED_SECONDS:
                watched[place] = seen
                continue
            between.remove(job_id)
            if job_id not in queue.started_job_registry and queue.fetch_job(job_id) is not None:
                _log.warning("job_stranded", job_id=job_id, queue=queue.name)
                queue.push_job_id(job_id, at_front=True)
        return watched
