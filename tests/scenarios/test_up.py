"""`warroom up` on a machine with nothing: everything comes up, and everything goes again."""

import signal
import sys
from pathlib import Path

import httpx
import psutil
import pytest

from jobs.embedded.processes import ManagedProcess, free_port


@pytest.mark.processes
def test_one_command_brings_a_war_room_up_and_takes_it_down(tmp_path: Path) -> None:
    """A left-over worker would go on answering for a war room that is gone."""
    port = free_port()
    program = str(Path(sys.executable).with_name("warroom"))
    process = ManagedProcess(
        "warroom",
        (program, "up", "--data", str(tmp_path / "data")),
        log_path=tmp_path / "warroom.log",
        environment={"WARROOM_HTTP_PORT": str(port), "PATH": "/usr/bin:/bin"},
    )
    process.wait_ready(lambda: "Webhooks" in _told(tmp_path), seconds=90)
    health = httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False)
    children = psutil.Process(process.pid).children(recursive=True)

    process.stop(with_signal=signal.SIGTERM, seconds=40)

    assert health.json() == {"status": "ok"}
    assert process.exit_code == 128 + signal.SIGTERM
    assert len(children) > 10
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []


def _told(folder: Path) -> str:
    return (folder / "warroom.log").read_text(encoding="utf-8")
