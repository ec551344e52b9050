"""A GitHub on this machine: the `emulate` package, where Node can fetch it."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

PACKAGE = "emulate@0.11.2"
REPOSITORY = "warroom/runbooks"
TOKEN = "github-token"
_SEED = f"""tokens:
  {TOKEN}:
    login: warroom
    scopes: [repo]
github:
  users:
    - login: warroom
      name: War room
      email: warroom@example.com
  repos:
    - owner: warroom
      name: runbooks
      auto_init: true
"""
_FETCH_SECONDS = 90
_CONNECTION_ATTEMPTS = 6


def install(folder: Path) -> Path:
    """Fetch the package and return its command, or skip the test and say why."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("Node is not installed, so there is no GitHub to try this on")
    try:
        subprocess.run(
            [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), PACKAGE],
            check=True,
            capture_output=True,
            timeout=_FETCH_SECONDS,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"npm could not fetch {PACKAGE}: {error}")
    return folder / "node_modules" / "emulate" / "dist" / "index.js"


@contextmanager
def serve(command: Path, folder: Path) -> Generator[str]:
    """Serve an empty repository and yield the base URL of its API.

    By the name `localhost`, because that is how the links in its answers name it.
    """
    seed = folder / "seed.yaml"
    seed.write_text(_SEED, encoding="utf-8")
    url = f"http://localhost:{free_port()}"
    node = shutil.which("node") or sys.exit("node has gone")
    arguments = [node, str(command), "start", "-s", "github"]
    arguments += ["-p", url.rpartition(":")[2], "--seed", str(seed)]
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as it:
        try:
            wait_for(url)
            yield url
        finally:
            it.terminate()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str) -> None:
    """Wait until the server answers, with httpx's own patience for refused connections."""
    transport = httpx.HTTPTransport(retries=_CONNECTION_ATTEMPTS)
    with httpx.Client(transport=transport, trust_env=False) as client:
        client.get(f"{url}/repos/{REPOSITORY}").raise_for_status()
