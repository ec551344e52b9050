"""Keeping what an agent is handed to a size that it, and the journal, can bear."""

from typing import TypeVar, cast

from agents.domain.base import Value
from agents.domain.readings import Change, LogLine, Series, Span
from agents.gateway.redaction import redact, scrub_value

_Reading = TypeVar("_Reading")
_MARGIN = 4096
"""Characters beyond the cap that are looked at, so that a secret at the cut is seen whole."""
_OLDEST_FIRST = (LogLine, Span, Change)


class Caps(Value):
    """How much of one reading is passed on."""

    items: int = 5000
    samples: int = 20_000
    """Per time series."""
    characters: int = 20_000
    """Per text."""


def clean(reading: _Reading, caps: Caps) -> tuple[_Reading, tuple[str, ...]]:
    """Return a reading without secrets and within the caps, and what was left out of it.

    Whoever reads on is told in one sentence per cut; a text that was cut says so itself.
    """
    notices: list[str] = []
    capped = _capped(reading, caps, notices)
    cuts = 0

    def on_text(text: str) -> str:
        nonlocal cuts
        looked_at = text[: caps.characters + _MARGIN]
        kept = redact(looked_at)
        if len(kept) <= caps.characters and len(looked_at) == len(text):
            return kept
        cuts += 1
        left_out = len(kept[caps.characters :]) + len(text) - len(looked_at)
        return f"{kept[: caps.characters]} [cut: {left_out} more characters]"

    cleaned = scrub_value(capped, on_text)
    if cuts:
        notices.append(f"{cuts} texts were cut to their first {caps.characters} characters")
    return cast("_Reading", cleaned), tuple(notices)


def _capped(reading: object, caps: Caps, notices: list[str]) -> object:
    if not isinstance(reading, tuple):
        return reading
    items = cast("tuple[object, ...]", reading)
    if len(items) > caps.items:
        newest = isinstance(items[0], _OLDEST_FIRST)
        which = "newest" if newest else "first"
        notices.append(f"only the {which} {caps.items} of {len(items)} items were read")
        items = items[-caps.items :] if newest else items[: caps.items]
    return tuple(
        _thinned(item, caps, notices) if isinstance(item, Series) else item for item in items
    )


def _thinned(series: Series, caps: Caps, notices: list[str]) -> Series:
    if len(series.times) <= caps.samples:
        return series
    notices.append(
        f"only the newest {caps.samples} of {len(series.times)} samples of {series.name} were read"
    )
    return series.model_copy(
        update={"times": series.times[-caps.samples :], "values": series.values[-caps.samples :]}
    )


def count(reading: object) -> int:
    """Return of how many items a reading consists."""
    return len(cast("tuple[object, ...]", reading)) if isinstance(reading, tuple) else 1
