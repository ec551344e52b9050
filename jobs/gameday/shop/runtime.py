"""Pods as processes: every container of the shop is one, and its memory limit is enforced."""

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil
from aiohttp import ClientError, ClientSession, ClientTimeout

from jobs.embedded import ManagedProcess, free_port
from jobs.gameday.cluster.objects import KubeObject
from jobs.gameday.cluster.runtime import OUT_OF_MEMORY, Exit, memory_limit
from jobs.gameday.shop.settings import Addresses, Role, ServiceSettings

POLL_SECONDS = 0.1
PROBE_TIMEOUT = ClientTimeout(total=1)
PRICE_BOOK_MIB = {Role.CHECKOUT: 80}
SOURCE_ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class ProcessContainer:
    """One run of one service as a child process."""

    process: ManagedProcess
    port: int
    limit: int | None
    """Resident memory in bytes above which the process is killed, as a kernel does for a cgroup."""

    async def ready(self) -> None:
        """Return once the process answers its readiness probe."""
        async with ClientSession(timeout=PROBE_TIMEOUT) as session:
            while True:
                try:
                    async with session.get(f"http://127.0.0.1:{self.port}/healthz") as answer:
                        if answer.ok:
                            return
                except (ClientError, TimeoutError):
                    pass
                await asyncio.sleep(POLL_SECONDS)

    async def exited(self) -> Exit:
        """Watch the process; kill it when it outgrows its limit."""
        while (code := self.process.exit_code) is None:
            if self.limit is not None and self._resident_bytes() > self.limit:
                await asyncio.to_thread(self.process.kill)
                return OUT_OF_MEMORY
            await asyncio.sleep(POLL_SECONDS)
        return Exit(code if code >= 0 else 128 - code, "Completed" if code == 0 else "Error")

    async def stop(self) -> None:
        """End the process."""
        await asyncio.to_thread(self.process.stop)

    def log(self) -> list[str]:
        """What the process has written to its standard output."""
        return self.process.log_path.read_text(errors="replace").splitlines()

    def _resident_bytes(self) -> int:
        try:
            return int(psutil.Process(self.process.pid).memory_info().rss)
        except psutil.NoSuchProcess:
            return 0


class ProcessRuntime:
    """Starts a process per container, in the shop's folder."""

    def __init__(self, directory: Path, addresses: Addresses) -> None:
        self._directory = directory
        self._addresses = addresses
        self._runs = 0

    async def start(self, pod: KubeObject, container: KubeObject) -> ProcessContainer:
        """Start one container of a pod."""
        self._runs += 1
        role, name = Role(container["name"]), pod["metadata"]["name"]
        settings = ServiceSettings(
            role=role,
            pod=name,
            port=free_port(),
            directory=self._directory,
            addresses=self._addresses,
            price_book_mib=PRICE_BOOK_MIB.get(role, 0),
        )
        folder = self._directory / "pods"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.{self._runs}.json"
        path.write_text(settings.model_dump_json())
        process = ManagedProcess(
            name,
            [sys.executable, "-m", "jobs.gameday.shop", os.fspath(path)],
            log_path=path.with_suffix(".log"),
            cwd=SOURCE_ROOT,
        )
        return ProcessContainer(process, settings.port, memory_limit(container))
