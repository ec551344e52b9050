"""The feed of what has changed on people's screens: for the page, and for tests that wait."""

import asyncio
from collections import deque
from dataclasses import dataclass

from bot.workspace.json_types import JsonObject

KEPT = 5000


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a screen has to redraw."""

    number: int
    kind: str
    body: JsonObject
    only_for: str | None
    """The one person that sees it; everybody when there is none."""

    def to_json(self) -> JsonObject:
        """Render for the page."""
        return {"number": self.number, "kind": self.kind, **self.body}


class Changes:
    """Numbered changes; whoever reads says which number it has seen."""

    def __init__(self) -> None:
        self._kept: deque[Change] = deque(maxlen=KEPT)
        self._woken = asyncio.Event()
        self.number = 0

    def publish(self, kind: str, body: JsonObject, *, only_for: str | None = None) -> None:
        """Record a change and wake every reader."""
        self.number += 1
        self._kept.append(Change(self.number, kind, body, only_for))
        self._woken.set()
        self._woken = asyncio.Event()

    def after(self, number: int, user_id: str) -> list[Change]:
        """Give what one person has not seen yet."""
        return [
            change
            for change in self._kept
            if change.number > number and change.only_for in (None, user_id)
        ]

    async def wait_after(self, number: int, timeout_seconds: float) -> None:
        """Return as soon as there is a change after `number`, or when time is up."""
        try:
            async with asyncio.timeout(timeout_seconds):
                while self.number <= number:
                    await self._woken.wait()
        except TimeoutError:
            return
