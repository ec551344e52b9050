"""Child processes that are known by pid, waited for until ready, and ended by their starter."""

import contextlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

import structlog

log = structlog.get_logger(__name__)

REAPER = Path(__file__).parent / "reaper.py"

READY_SECONDS = 20.0
STOP_SECONDS = 5.0
POLL_SECONDS = 0.02


class EmbeddedServerError(Exception):
    """An embedded server could not be run."""


class ServerNotFoundError(EmbeddedServerError):
    """No program to run was found on this machine."""


class ServerNotReadyError(EmbeddedServerError):
    """The server was started but did not become ready."""


def free_port() -> int:
    """Return a loopback TCP port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(ready: Callable[[], bool], *, what: str, seconds: float = READY_SECONDS) -> None:
    """Poll a condition that has no event to wait for.

    Raises:
        ServerNotReadyError: if the condition does not hold in time.
    """
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise ServerNotReadyError(f"{what} was not ready within {seconds:g} s")
        time.sleep(POLL_SECONDS)


class ManagedProcess:
    """One child in its own session, so that Ctrl-C reaches the starter, which ends it in order.

    Nothing outlives a starter that was killed: our own servers exit when their stdin, a pipe from
    the starter, closes; for a server that does not look at stdin, `reap()` sets a watch.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log_path: Path,
        cwd: Path | None = None,
        user: int | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.log_path = log_path
        self._reaper: subprocess.Popen[bytes] | None = None
        with log_path.open("ab") as output:
            self._popen = subprocess.Popen(
                list(command),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                user=user,
                env=environment,
                start_new_session=True,
            )

    def reap(self, *folders: Path) -> None:
        """Have the process ended, and these folders removed, even if the starter is killed."""
        self._reaper = subprocess.Popen(
            [sys.executable, str(REAPER), str(self.pid), *map(str, folders)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The process id, valid until `stop()` returns."""
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """The exit code once the process has ended (negative: the signal), else None."""
        return self._popen.poll()

    def wait_ready(self, ready: Callable[[], bool], *, seconds: float = READY_SECONDS) -> None:
        """Wait for the process to answer; a process that dies first is reported with its output.

        Raises:
            ServerNotReadyError: if it exits or stays silent.
        """

        def ready_or_dead() -> bool:
            return self.exit_code is not None or ready()

        try:
            wait_until(ready_or_dead, what=self.name, seconds=seconds)
            if self.exit_code is not None:
                raise ServerNotReadyError(
                    f"{self.name} exited with {self.exit_code}: {self._last_words()}"
                )
        except ServerNotReadyError:
            self.stop()
            raise

    def stop(
        self, *, with_signal: signal.Signals = signal.SIGTERM, seconds: float = STOP_SECONDS
    ) -> None:
        """End the process: ask, wait, then kill. Safe to call twice."""
        if self._popen.poll() is None:
            self._popen.send_signal(with_signal)
            try:
                self._popen.wait(seconds)
            except subprocess.TimeoutExpired:
                log.warning("process_killed", process=self.name, pid=self.pid)
                self._popen.kill()
                self._popen.wait()
        for child in filter(None, (self._popen, self._reaper)):
            if child.stdin is not None:
                with contextlib.suppress(BrokenPipeError):
                    child.stdin.close()
        if self._reaper is not None:
            # Not by closing its stdin alone: a fork of the starter may hold that open as well.
            self._reaper.kill()
            self._reaper.wait()

    def kill(self) -> None:
        """End the process at once, as the kernel does when memory runs out."""
        self.stop(with_signal=signal.SIGKILL)

    def _last_words(self) -> str:
        output = self.log_path.read_text(errors="replace").strip()
        return output[-500:] or "no output"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
