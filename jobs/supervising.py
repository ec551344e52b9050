"""Keeping several processes running from one: workers and the clock on one machine."""

import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing import connection, get_context
from multiprocessing.context import ForkProcess
from threading import Event, Thread
from time import monotonic

import structlog

Program = Callable[[], None]

STOP_SECONDS = 10.0
_POLL_SECONDS = 0.5
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 10.0
_STEADY_SECONDS = 10.0
"""A child that has lived this long is started again at once when it dies."""

_log = structlog.get_logger(__name__)


@dataclass
class _Child:
    """One program, and the process that runs it at present."""

    name: str
    program: Program
    process: ForkProcess | None = None
    started_at: float = 0.0
    starts_at: float = 0.0
    pause_seconds: float = field(default=_FIRST_PAUSE_SECONDS)

    def start(self) -> None:
        """Fork. The modules that the parent has imported are shared, not loaded again."""
        self.process = get_context("fork").Process(
            target=_run, args=(self.program, os.getpid()), name=self.name
        )
        self.process.start()
        self.started_at = monotonic()

    def bury(self, process: ForkProcess) -> None:
        """Note that the process has died, and when to start another."""
        lived = monotonic() - self.started_at
        code = process.exitcode
        process.close()
        self.process = None
        if lived > _STEADY_SECONDS:
            self.pause_seconds = _FIRST_PAUSE_SECONDS
        _log.warning("child_died", child=self.name, code=code, restarts_in=self.pause_seconds)
        self.starts_at = monotonic() + self.pause_seconds
        self.pause_seconds = min(2 * self.pause_seconds, _LONGEST_PAUSE_SECONDS)


def supervise(programs: Mapping[str, Program], stopping: Event) -> None:
    """Run every program in a child of its own, start what dies again, until told to stop."""
    children = [_Child(name, program) for name, program in programs.items()]
    while not stopping.is_set():
        for child in children:
            if child.process is None and monotonic() >= child.starts_at:
                child.start()
        running = [child.process for child in children if child.process]
        connection.wait([process.sentinel for process in running], timeout=_POLL_SECONDS)
        for child in children:
            if child.process is not None and not child.process.is_alive():
                child.bury(child.process)
    _stop([child.process for child in children if child.process])


def _stop(processes: list[ForkProcess]) -> None:
    """Ask every child to finish what it is doing; kill what does not."""
    deadline = monotonic() + STOP_SECONDS
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(max(0.0, deadline - monotonic()))
        if process.is_alive():
            _log.warning("child_killed", child=process.name)
            process.kill()
            process.join()


def _run(program: Program, parent: int) -> None:
    """Be a child: with the usual answers to signals, and not without the parent."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    Thread(target=_end_without, args=(parent,), daemon=True).start()
    program()


def _end_without(parent: int) -> None:
    """Stop this process when its parent was killed and could not stop it."""
    never = Event()
    while os.getppid() == parent:
        never.wait(_POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
