"""Running `warroom` the way a shell does."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
COMMAND = (sys.executable, "-c", "from bot.cli import main; main()")
NOBODY_LISTENS = "redis://127.0.0.1:1/0"


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment in which nothing of this machine's is configured."""
    return {
        "PATH": str(Path(sys.executable).parent),
        "PYTHONPATH": str(ROOT),
        "WARROOM_REDIS_URL": NOBODY_LISTENS,
        "WARROOM_DATABASE_URL": "sqlite:////nowhere/journal.sqlite",
        **(extra or {}),
    }


def warroom(*arguments: str | Path, env: Mapping[str, str] | None = None) -> Ran:
    """Run `warroom` to its end, its output going to pipes."""
    done = subprocess.run(  # noqa: PLW1510 - the exit code is what the tests look at
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment(env),
    )
    return Ran(code=done.returncode, out=done.stdout, err=done.stderr)
