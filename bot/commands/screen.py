"""Where commands write: results to standard output, progress and problems to standard error."""

import logging
import signal
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

import structlog
import yaml
from pydantic import JsonValue
from rich.console import Console
from rich.progress import Progress

from agents.errors import WarroomError


def results() -> Console:
    """Return the console for results; plain text where it is not a terminal."""
    return Console(highlight=False, soft_wrap=True)


def progress() -> Console:
    """Return the console for progress and problems."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def working(what: str) -> Generator[None]:
    """Show that something takes a while: a spinner on a terminal, one line elsewhere."""
    console = progress()
    if console.is_terminal:
        with console.status(what):
            yield
    else:
        console.print(what)
        yield


@contextmanager
def counting(what: str) -> Generator[Callable[[int, int], None]]:
    """Give a way to say how many of how many are done; a line for every tenth elsewhere."""
    console = progress()
    if console.is_terminal:
        with Progress(console=console, transient=True) as bar:
            task = bar.add_task(what)
            yield lambda done, total: bar.update(task, completed=done, total=total)
    else:

        def say(done: int, total: int) -> None:
            if done == total or done % max(total // 10, 1) == 0:
                console.print(f"{what}: {done} of {total}")

        yield say


@contextmanager
def place_to_work(keep: Path | None) -> Generator[Path]:
    """Give a folder to work in: a new one to keep, else one that goes afterwards.

    A short path, because sockets have names of at most 100 characters.
    """
    if keep is not None:
        keep.mkdir(parents=True)
        yield keep.resolve()
        return
    with TemporaryDirectory(prefix="warroom-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def end_in_order() -> None:
    """Let a request to end (SIGTERM, Ctrl-C) unwind what was started, and exit as shells expect."""

    def end(number: int, frame: FrameType | None) -> None:
        del frame
        raise SystemExit(128 + number)

    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, end)


def note(notice: str) -> None:
    """Say something by the way."""
    progress().print(f"note: {notice}", markup=False, style="dim")


def as_yaml_text(value: Mapping[str, JsonValue]) -> str:
    """Return a value as YAML in its own order."""
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True).rstrip()


def quiet_logs() -> None:
    """Send log events to standard error, warnings and worse alone: results go to pipes."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def complain(error: WarroomError) -> None:
    """Say what went wrong and what to do about it."""
    console = progress()
    console.print(f"error: {error}", style="bold red", markup=False)
    if error.remedy:
        console.print(f"what to do: {error.remedy}", markup=False)
