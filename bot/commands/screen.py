"""Where commands write: results to standard output, progress and problems to standard error."""

import logging
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
import yaml
from pydantic import JsonValue
from rich.console import Console

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
