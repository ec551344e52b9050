"""Everything that a demonstration needs to stand before it breaks, started and stopped as one."""

import asyncio
import atexit
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self, TypeVar

import psycopg
import structlog
from pydantic import SecretStr

from jobs.embedded import PostgresServer, RedisServer, start_postgres, start_redis
from jobs.gameday.addresses import WorldAddresses, write_kubeconfig
from jobs.gameday.changes import ChangeLog, ordinary_changes
from jobs.gameday.cloud import Cloud, start_cloud
from jobs.gameday.cloud.feed import CloudFeed, Reading
from jobs.gameday.cloud.seed import DATABASE
from jobs.gameday.cluster.kubelet import BACK_OFF_SECONDS
from jobs.gameday.faults import Fault, MigrationHoldsLock, WrongMemoryLimit
from jobs.gameday.hosting import LoopThread, begin, end
from jobs.gameday.manifests import NAMESPACE
from jobs.gameday.metrics.prometheus import Prometheus, find_prometheus
from jobs.gameday.metrics.recorder import Recorder
from jobs.gameday.monitor import Monitor
from jobs.gameday.pagerduty import PagerDutyServer
from jobs.gameday.repository import CONTENT, create_repository
from jobs.gameday.shop import database
from jobs.gameday.shop.shop import Shop

log = structlog.get_logger(__name__)

Part = TypeVar("Part")


@dataclass(frozen=True)
class WorldSettings:
    """What a caller may choose."""

    redis_url: str | None = None
    """Use this Redis instead of starting one."""
    back_off_seconds: float = BACK_OFF_SECONDS
    """Kubernetes' first pause before it restarts a container that keeps dying."""
    with_monitor: bool = True
    """Page by itself when customers suffer."""
    with_prometheus: bool = True
    """Use the machine's Prometheus where there is one."""


class World:
    """The parts, all running. Stop it, or use it as a context manager."""

    def __init__(self, directory: Path, settings: WorldSettings) -> None:
        self.directory = directory
        self._settings = settings
        self._ending = ExitStack()
        self.loop = self._ending.enter_context(LoopThread("world"))
        self.changes = ChangeLog(directory / "changes.jsonl")
        self.redis: RedisServer
        self.postgres: PostgresServer
        self.shop: Shop
        self.cloud: Cloud
        self.pagerduty: PagerDutyServer
        self.metrics: Prometheus | Recorder
        self.repository: Path
        self.addresses: WorldAddresses

    def bring_up(self) -> None:
        """Start all parts, the two slow ones side by side."""
        now = datetime.now(UTC)
        for change in ordinary_changes(now):
            self.changes.record(change)
        self._start_redis()
        self._start_pagerduty()
        self.repository = create_repository(self.directory)
        with ThreadPoolExecutor(thread_name_prefix="world") as pool:
            slow = [pool.submit(self._start_shop), pool.submit(self._start_cloud, now)]
        for part in slow:
            part.result()
        self.loop.call(self._begin_watching())
        self.addresses = self._describe()

    def faults(self) -> dict[str, Fault]:
        """The game days of this world, by name; the first is the default."""
        owner_url = self._database_url(database.MIGRATION_ROLE)
        lock = MigrationHoldsLock(self.shop, self.changes, owner_url=owner_url)
        memory = WrongMemoryLimit(self.shop, self.changes)
        return {fault.scenario.name: fault for fault in (lock, memory)}

    def stop(self) -> None:
        """End everything that was started, the last first. Safe to call twice."""
        atexit.unregister(self.stop)
        self._ending.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _keep(self, part: Part, stop: Callable[[], object]) -> Part:
        """Note how to end a part as soon as it is there, so that no failure leaves it behind."""
        self._ending.callback(stop)
        return part

    def _start_redis(self) -> None:
        server = start_redis(self.directory / "redis", url=self._settings.redis_url)
        self.redis = self._keep(server, server.stop)

    def _start_cloud(self, now: datetime) -> None:
        cloud = start_cloud(self.directory / "aws", now)
        self.cloud = self._keep(cloud, cloud.stop)

    def _start_pagerduty(self) -> None:
        async def start() -> PagerDutyServer:
            server = PagerDutyServer(self.directory / "pagerduty")
            await server.start()
            return server

        server = self.loop.call(start())
        self.pagerduty = self._keep(server, lambda: self.loop.call(server.stop()))

    def _start_shop(self) -> None:
        server = start_postgres(self.directory / "postgres")
        self.postgres = self._keep(server, server.stop)
        database.prepare(server)
        self.loop.call(self._open_shop())

    async def _open_shop(self) -> None:
        self.shop = Shop(
            self.directory / "shop",
            self.postgres,
            back_off_seconds=self._settings.back_off_seconds,
        )
        self._keep(self.shop, lambda: self.loop.call(self.shop.stop()))
        program = find_prometheus() if self._settings.with_prometheus else None
        self.metrics = (
            Prometheus(program, self.directory / "prometheus", self.shop.targets)
            if program
            else Recorder(self.shop.targets)
        )
        self._keep(self.metrics, lambda: self.loop.call(self.metrics.stop()))
        await asyncio.gather(self.shop.start(), self.metrics.start())

    async def _begin_watching(self) -> None:
        """Start what looks at the other parts; it ends before they do."""
        tasks = [begin(CloudFeed(self.cloud, self._reading).run())]
        if self._settings.with_monitor:
            tasks.append(begin(Monitor(self.shop.customers, self.pagerduty).run()))
        self._ending.callback(lambda: self.loop.call(end(*tasks)))

    def _reading(self, seconds: float) -> Reading:
        seen = self.shop.customers.experience(seconds)
        with psycopg.connect(self._database_url(database.READER_ROLE)) as connection:
            row = connection.execute(
                "select count(*) from pg_stat_activity where backend_type = 'client backend'"
            ).fetchone()
        connections = int(row[0]) if row else 0
        return Reading(seen.requests, seen.failures, seen.slowest_seconds, connections)

    def _describe(self) -> WorldAddresses:
        """Gather where everything is, and write the kubeconfigs."""
        keys, tokens = self.cloud.keys, self.shop.cluster.credentials
        return WorldAddresses(
            storefront_url=self.shop.storefront,
            redis_url=self.redis.url,
            database_name=DATABASE,
            database_url=self._database_url(database.READER_ROLE),
            database_write_url=self._database_url(database.EXECUTOR_ROLE),
            prometheus_url=self.metrics.url,
            kubernetes_namespace=NAMESPACE,
            kubernetes_config=self._kubeconfig("view", tokens.view),
            kubernetes_write_config=self._kubeconfig("deployer", tokens.deployer),
            aws_endpoint_url=keys.endpoint_url,
            aws_region=keys.region,
            aws_access_key_id=keys.access_key,
            aws_secret_access_key=SecretStr(keys.secret_key),
            pagerduty_url=self.pagerduty.url,
            pagerduty_ca_file=self.pagerduty.ca_file,
            pagerduty_token=SecretStr(self.pagerduty.api_key),
            pagerduty_from=self.pagerduty.from_email,
            pagerduty_routing_key=SecretStr(self.pagerduty.routing_key),
            git_repository=self.repository,
            log_files=str(self.shop.directory / "logs" / "*.jsonl"),
            trace_files=str(self.shop.directory / "traces" / "*.jsonl"),
            topology_file=CONTENT / "services.yaml",
            changes_file=self.changes.path,
        )

    def _database_url(self, role: str) -> str:
        return self.postgres.url_of(database.DATABASE, user=role)

    def _kubeconfig(self, name: str, token: str) -> Path:
        path = self.directory / f"{name}.kubeconfig"
        url = self.shop.cluster.url
        return write_kubeconfig(path, url=url, token=token, namespace=NAMESPACE)


def start(directory: Path, settings: WorldSettings | None = None) -> World:
    """Bring up a world in an empty directory; on any failure, Ctrl-C included, leave nothing."""
    directory.mkdir(parents=True, exist_ok=True)
    world = World(directory, settings or WorldSettings())
    atexit.register(world.stop)
    try:
        world.bring_up()
    except BaseException:
        log.warning("world_start_failed", directory=str(directory))
        world.stop()
        raise
    return world
