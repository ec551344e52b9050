"""Sources of metrics that all hold the same half hour."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from agents.integrations.prometheus import PrometheusTelemetry
from agents.ports import Telemetry
from jobs.embedded import ManagedProcess, free_port
from jobs.gameday.hosting import LoopThread
from jobs.gameday.metrics.recorder import Recorder
from tests.contracts.metrics.recorded import in_a_store, in_memory, into_blocks

_CONFIGURATION = "scrape_configs: []\n"


@pytest.fixture(scope="session")
def prometheus_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start the real Prometheus on blocks that promtool wrote."""
    program, promtool = shutil.which("prometheus"), shutil.which("promtool")
    if program is None or promtool is None:
        pytest.skip("prometheus and promtool are not on PATH (Debian: apt-get install prometheus)")
    directory = tmp_path_factory.mktemp("prometheus")
    into_blocks(promtool, directory)
    with _serving(program, directory) as url:
        yield url


class _serving:  # noqa: N801 - reads as a statement: `with _serving(...)`
    """A Prometheus process for the length of a `with`."""

    def __init__(self, program: str, directory: Path) -> None:
        port = free_port()
        self._url = f"http://127.0.0.1:{port}"
        (directory / "prometheus.yml").write_text(_CONFIGURATION)
        self._process = ManagedProcess(
            "prometheus",
            [
                program,
                f"--config.file={directory / 'prometheus.yml'}",
                f"--storage.tsdb.path={directory / 'data'}",
                "--storage.tsdb.retention.time=100y",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            log_path=directory / "prometheus.log",
        )

    def __enter__(self) -> str:
        self._process.wait_ready(self._answers)
        return self._url

    def __exit__(self, *_: object) -> None:
        self._process.stop()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self._url}/-/ready", timeout=1).is_success
        except httpx.HTTPError:
            return False


@pytest.fixture(scope="session")
def recorder_url() -> Iterator[str]:
    """Start the game day's recorder on the same samples."""
    with LoopThread("recorder") as loop:
        recorder = Recorder(list, in_a_store())
        loop.call(recorder.start())
        yield recorder.url
        loop.call(recorder.stop())


@pytest.fixture(params=["recorder", "prometheus"])
def prometheus(request: pytest.FixtureRequest) -> Iterator[PrometheusTelemetry]:
    """Connect to each server that speaks the Prometheus API."""
    telemetry = PrometheusTelemetry(request.getfixturevalue(f"{request.param}_url"))
    yield telemetry
    telemetry.close()


@pytest.fixture(params=["memory", "recorder", "prometheus"])
def source(request: pytest.FixtureRequest) -> Iterator[Telemetry]:
    """Give each kind of source of metrics."""
    if request.param == "memory":
        yield in_memory()
        return
    telemetry = PrometheusTelemetry(request.getfixturevalue(f"{request.param}_url"))
    yield telemetry
    telemetry.close()
