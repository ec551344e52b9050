"""Reading files that grow, each line once."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

import structlog

from agents.errors import InvalidCapture, SourceUnavailable

Item = TypeVar("Item")

_BYTES_AT_FIRST = 64 * 1024 * 1024
"""Of a file met for the first time, so much of its end is read."""
_KEPT_AT_MOST = 500_000

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Position:
    """How far one file has been read."""

    inode: int
    offset: int


class Tail(Generic[Item]):
    """The items of all files under some globs; each look reads what has been added since.

    A file that was rotated or cut is read from its start; what was read before is kept. A line
    that is not what it should be is left out and logged: live logs are never quite clean.
    """

    def __init__(self, globs: Sequence[str], parse: Callable[[str, str], Iterator[Item]]) -> None:
        """Keep the globs and what makes items of one line and the name of its file."""
        self._globs = tuple(globs)
        self._parse = parse
        self._positions: dict[Path, _Position] = {}
        self._items: deque[Item] = deque(maxlen=_KEPT_AT_MOST)
        self._reading = Lock()

    def files(self) -> tuple[Path, ...]:
        """Return the files that are there now."""
        patterns = self._globs  # of settings, often absolute, which `Path.glob` does not take
        found = {Path(name) for each in patterns for name in glob(each, recursive=True)}  # noqa: PTH207
        return tuple(sorted(path for path in found if path.is_file()))

    def items(self) -> tuple[Item, ...]:
        """Return every item, those of one file in its order.

        Raises:
            SourceUnavailable: a file is there but cannot be read.
        """
        with self._reading:
            for path in self.files():
                self._items.extend(self._added(path))
            return tuple(self._items)

    def _added(self, path: Path) -> Iterator[Item]:
        """Yield the items of the whole lines that were added to a file."""
        skipped = 0
        for line in _whole_lines(self._read_on(path)):
            try:
                yield from self._parse(line, path.name)
            except InvalidCapture:
                skipped += 1
        if skipped:
            _log.warning("lines_skipped", file=str(path), lines=skipped)

    def _read_on(self, path: Path) -> bytes:
        """Return what was added up to the last whole line, and remember how far that is."""
        try:
            with path.open("rb") as file:
                stat = path.stat()
                position = self._positions.get(path)
                if position is None:
                    position = _Position(stat.st_ino, max(0, stat.st_size - _BYTES_AT_FIRST))
                elif position.inode != stat.st_ino or stat.st_size < position.offset:
                    position = _Position(stat.st_ino, 0)
                file.seek(position.offset)
                added = file.read()
        except OSError as refused:
            raise SourceUnavailable(
                f"{path} cannot be read: {refused.strerror}", remedy=f"make {path} readable"
            ) from refused
        whole = added[: added.rfind(b"\n") + 1]
        self._positions[path] = _Position(position.inode, position.offset + len(whole))
        return whole


def _whole_lines(added: bytes) -> Iterator[str]:
    for line in added.splitlines():
        if line.strip():
            yield line.decode("utf-8", errors="replace")
