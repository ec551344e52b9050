"""The whole war room in one piece, from the page to the postmortem."""

import subprocess
import sys
from pathlib import Path

import pytest

_SECONDS = 280


@pytest.mark.demo
@pytest.mark.processes
@pytest.mark.timeout(_SECONDS + 20)
@pytest.mark.parametrize("game_day", ["lock", "memory"])
def test_a_game_day_ends_with_the_right_cause_fix_recovery_and_pull_request(
    game_day: str, tmp_path: Path
) -> None:
    """If this fails, nothing else matters: this is what the pager will do tonight."""
    program = Path(sys.executable).with_name("warroom")
    command = [program, "demo", "--headless", "--game-day", game_day, "--keep", tmp_path / "kept"]

    done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert done.stdout.count("right") >= 4
