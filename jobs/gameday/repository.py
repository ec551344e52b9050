"""A bare Git repository on this machine, with what the people on call keep in Git."""

import shutil
import subprocess
from pathlib import Path

CONTENT = Path(__file__).parent / "seed_repository"
BRANCH = "main"
AUTHOR = ("shop-platform", "shop-platform@shop.example")
GIT_SECONDS = 20


def create_repository(directory: Path) -> Path:
    """Make `operations.git` below `directory` and commit runbooks and services to it.

    Raises:
        subprocess.CalledProcessError: if Git refuses.
    """
    bare = directory / "operations.git"
    work = directory / "operations"
    shutil.copytree(CONTENT, work)
    _git(directory, "init", "--quiet", "--bare", f"--initial-branch={BRANCH}", str(bare))
    _git(work, "init", "--quiet", f"--initial-branch={BRANCH}")
    _git(work, "add", "--all")
    _git(work, "commit", "--quiet", "--message", "Keep runbooks and services in Git")
    _git(work, "push", "--quiet", str(bare), BRANCH)
    shutil.rmtree(work)
    return bare


def _git(folder: Path, *arguments: str) -> None:
    """Run Git by its own rules, whatever the machine's configuration says."""
    name, email = AUTHOR
    settings = (f"user.name={name}", f"user.email={email}", "commit.gpgsign=false")
    quiet = ("core.hooksPath=/dev/null", "core.autocrlf=false")
    options = [part for setting in (*settings, *quiet) for part in ("-c", setting)]
    subprocess.run(
        ["git", "-C", str(folder), *options, *arguments],  # noqa: S607 git is where PATH says
        check=True,
        capture_output=True,
        timeout=GIT_SECONDS,
    )
