"""The processes of a war room on one machine: two faces, the workers, the clock."""

import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import httpx
from redis import Redis
from rq import Worker

from agents.integrations.redis.connecting import connect
from jobs.embedded.processes import ManagedProcess

READY_SECONDS = 60.0
_READERS = ("commander", "kubernetes", "database", "aws", "network", "documents", "outbox")
"""The queues whose workers get no write credentials."""
_ALL = (*_READERS, "actions")


@dataclass(frozen=True, slots=True)
class Environments:
    """What each kind of process is told. Write credentials go to the executor alone."""

    common: Mapping[str, str]
    write: Mapping[str, str]

    def executor(self) -> dict[str, str]:
        """Return the environment of the `actions` worker."""
        return {**self.common, **self.write}


class Stack:
    """The running processes, each with a log of its own; stopped together, by pid."""

    def __init__(self, directory: Path, environments: Environments) -> None:
        """Keep where logs go and what each process is told."""
        self._logs = directory
        self._environments = environments
        self._ending = ExitStack()

    def start(self, http_url: str, redis_url: str) -> Self:
        """Start every process and wait until the receiver answers and every queue has a worker.

        Raises:
            jobs.embedded.processes.ServerNotReadyError: one died or stayed silent; the message has
                the end of its log.
        """
        self._logs.mkdir(parents=True, exist_ok=True)
        common = self._environments.common
        web = self._run("web", ("bot", "web"), common)
        self._run("bot", ("bot",), common)
        self._run("clock", ("jobs", "clock"), common)
        workers = self._run("workers", ("jobs", "worker", *_READERS), common)
        self._run("actions", ("jobs", "worker", "actions"), self._environments.executor())
        web.wait_ready(lambda: _answers(http_url), seconds=READY_SECONDS)
        redis = connect(redis_url)
        workers.wait_ready(lambda: _served(redis) >= set(_ALL), seconds=READY_SECONDS)
        redis.close()
        return self

    def stop(self) -> None:
        """End every process, the last started first."""
        self._ending.close()

    def _run(
        self, name: str, module: tuple[str, ...], environment: Mapping[str, str]
    ) -> ManagedProcess:
        process = ManagedProcess(
            name,
            (sys.executable, "-m", *module),
            log_path=self._logs / f"{name}.log",
            environment=environment,
        )
        process.reap()
        self._ending.callback(process.stop)
        return process


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", timeout=1.0, trust_env=False).is_success
    except httpx.TransportError:
        return False


def _served(redis: Redis) -> set[str]:
    """Return the queues that have a living worker."""
    workers = Worker.all(connection=redis)  # pyright: ignore[reportUnknownMemberType] - redis-py's
    return {name for worker in workers for name in worker.queue_names()}
