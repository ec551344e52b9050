"""Readings kept for a moment, so that four specialists asking alike ask the source once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol


class ReadCache(Protocol):
    """Keeps texts under keys for a while. One that fails behaves as if it were empty."""

    def get(self, key: str) -> str | None:
        """Return the text under a key, if it is still fresh."""
        ...

    def put(self, key: str, text: str, *, seconds: float) -> None:
        """Keep a text under a key for some seconds."""
        ...


@dataclass
class MemoryReadCache(ReadCache):
    """Keeps texts in this process, the oldest out first when it is full."""

    clock: Callable[[], datetime]
    entries_at_most: int = 512
    _entries: dict[str, tuple[datetime, str]] = field(
        default_factory=dict[str, tuple[datetime, str]], repr=False
    )
    _using: Lock = field(default_factory=Lock, repr=False)

    def get(self, key: str) -> str | None:
        """Return the text under a key, if it is still fresh."""
        with self._using:
            expires, text = self._entries.get(key, (None, ""))
            return text if expires is not None and self.clock() < expires else None

    def put(self, key: str, text: str, *, seconds: float) -> None:
        """Keep a text under a key for some seconds."""
        with self._using:
            self._entries.pop(key, None)
            self._entries[key] = (self.clock() + timedelta(seconds=seconds), text)
            while len(self._entries) > self.entries_at_most:
                del self._entries[next(iter(self._entries))]
