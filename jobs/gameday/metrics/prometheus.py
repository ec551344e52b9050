"""A real Prometheus, where the machine has one, scraping the shop every second."""

import asyncio
import http.client
import json
import shutil
from pathlib import Path

import yaml

from jobs.embedded import ManagedProcess, free_port
from jobs.gameday.hosting import begin, end
from jobs.gameday.metrics.targets import Discovery

SCRAPE_INTERVAL = "1s"
TARGETS_SECONDS = 0.5
HTTP_OK = 200


class Prometheus:
    """Debian's server as a child process; its targets are a file that follows the pods."""

    def __init__(self, program: str, directory: Path, discovery: Discovery) -> None:
        self._program = program
        self._directory = directory
        self._discovery = discovery
        self._process: ManagedProcess | None = None
        self._task: asyncio.Task[None] | None = None
        self._port = free_port()

    @property
    def url(self) -> str:
        """The address of the API."""
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Start the server and keep its list of targets fresh.

        Raises:
            ServerNotReadyError: if it does not come up.
        """
        self._directory.mkdir(parents=True, exist_ok=True)
        self._write_targets()
        config = self._directory / "prometheus.yml"
        config.write_text(yaml.safe_dump(_configuration(self._directory)))
        self._process = ManagedProcess(
            "prometheus",
            [
                self._program,
                f"--config.file={config}",
                f"--storage.tsdb.path={self._directory / 'data'}",
                f"--web.listen-address=127.0.0.1:{self._port}",
            ],
            log_path=self._directory / "prometheus.log",
        )
        self._process.reap()
        await asyncio.to_thread(self._process.wait_ready, self._answers)
        self._task = begin(self._follow())

    async def stop(self) -> None:
        """End the server. Safe to call twice."""
        if self._task is not None:
            await end(self._task)
        if self._process is not None:
            await asyncio.to_thread(self._process.stop)

    async def _follow(self) -> None:
        while True:
            self._write_targets()
            await asyncio.sleep(TARGETS_SECONDS)

    def _write_targets(self) -> None:
        targets = [{"targets": [t.address], "labels": dict(t.labels)} for t in self._discovery()]
        path = self._directory / "targets.json"
        text = json.dumps(targets)
        if not path.exists() or path.read_text() != text:
            fresh = path.with_suffix(".new")
            fresh.write_text(text)
            fresh.replace(path)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=1)
        try:
            connection.request("GET", "/-/ready")
            return connection.getresponse().status == HTTP_OK
        except OSError:
            return False
        finally:
            connection.close()


def find_prometheus() -> str | None:
    """The Prometheus on PATH, if there is one."""
    return shutil.which("prometheus")


def _configuration(directory: Path) -> dict[str, object]:
    return {
        "global": {"scrape_interval": SCRAPE_INTERVAL, "scrape_timeout": SCRAPE_INTERVAL},
        "scrape_configs": [
            {
                "job_name": "shop",
                "file_sd_configs": [
                    {"files": [str(directory / "targets.json")], "refresh_interval": "1s"}
                ],
            }
        ],
    }
