"""Starts the AWS double, and holds the keys to it."""

import socket
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from boto3.session import Session
from botocore.config import Config

from jobs.embedded import ManagedProcess, free_port
from jobs.gameday.cloud.additions import Additions, TrailEvent, UnhealthyTarget
from jobs.gameday.cloud.seed import Seeded, ordinary_additions, seed

REGION = "eu-central-1"
SOURCE_ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class CloudKeys:
    """What a boto3 client needs to reach the double."""

    endpoint_url: str
    region: str = REGION
    access_key: str = "gameday"
    secret_key: str = "gameday"  # noqa: S105 moto takes any

    def client(self, service: str) -> Any:  # noqa: ANN401 boto3 makes its clients' types at run time
        """A boto3 client of the double."""
        session: Any = Session(
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            region_name=self.region,
        )
        config = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 2})
        return session.client(service, endpoint_url=self.endpoint_url, config=config)


class Cloud:
    """A running AWS, furnished with the shop's things."""

    def __init__(self, process: ManagedProcess, keys: CloudKeys, additions: Path) -> None:
        self._process = process
        self._additions = additions
        self.keys = keys
        self.things: Seeded | None = None

    @property
    def url(self) -> str:
        """The endpoint of every service."""
        return self.keys.endpoint_url

    def record_call(self, event: TrailEvent) -> None:
        """Let a change of the control plane show up in CloudTrail."""
        additions = Additions.read(self._additions)
        additions.trail.append(event)
        additions.write(self._additions)

    def mark_targets(self, unhealthy: dict[str, UnhealthyTarget]) -> None:
        """Say which targets the load balancer takes out of service, and why; the others are in."""
        additions = Additions.read(self._additions)
        if additions.unhealthy != unhealthy:
            additions.unhealthy = unhealthy
            additions.write(self._additions)

    def stop(self) -> None:
        """End the server. Safe to call twice."""
        self._process.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start_cloud(directory: Path, now: datetime, *, port: int | None = None) -> Cloud:
    """Start moto's server with the additions, and seed it.

    Raises:
        ServerNotReadyError: if it does not come up.
    """
    directory.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    additions = directory / "additions.json"
    ordinary_additions(now).write(additions)
    process = ManagedProcess(
        "moto",
        [sys.executable, "-m", "jobs.gameday.cloud", str(port), str(additions)],
        log_path=directory / "moto.log",
        cwd=SOURCE_ROOT,
    )
    cloud = Cloud(process, CloudKeys(f"http://127.0.0.1:{port}"), additions)
    process.wait_ready(lambda: _listens(port))
    try:
        cloud.things = seed(cloud.keys.client, now)
    except BaseException:
        cloud.stop()
        raise
    return cloud


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
