"""Figures in code and configuration: what was set to what, in comparable units."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

_UNITS = {
    "ns": 1e-9,
    "us": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "min": 60.0,
    "h": 3600.0,
    "d": 86400.0,
    "nanosecond": 1e-9,
    "microsecond": 1e-6,
    "millisecond": 1e-3,
    "second": 1.0,
    "minute": 60.0,
    "hour": 3600.0,
    "day": 86400.0,
    "k": 1e3,
    "kb": 1e3,
    "ki": 1024.0,
    "kib": 1024.0,
    "mb": 1e6,
    "mi": 2.0**20,
    "mib": 2.0**20,
    "gb": 1e9,
    "gi": 2.0**30,
    "gib": 2.0**30,
    "g": 1e9,
}
_FIGURE = re.compile(
    r"(?<![\w.#])(?P<number>\d[\d_]*(?:\.\d+)?)"
    r"(?:\s*\*?\s*(?:time\.)?(?P<unit>(?:nano|micro|milli)?seconds?|minutes?|hours?|days?|"
    r"ms|us|ns|min|[smhd]|[kmg]i?b?))?(?![\w.])",
    re.IGNORECASE,
)
_SAME_LINE = 0.6


@dataclass(frozen=True, slots=True)
class Moved:
    """One figure that went from one value to another."""

    old: float
    new: float
    line: str
    """The line as it was."""
    now: str
    """The line as it is."""

    @property
    def is_lower(self) -> bool:
        """Whether it is less than it was."""
        return self.new < self.old

    @property
    def times(self) -> float:
        """By which factor it moved, always above one."""
        low, high = sorted((self.old, self.new))
        return high / low if low > 0 else float("inf")


def moved_figures(removed: Iterable[str], added: Iterable[str]) -> Iterator[Moved]:
    """Yield every figure that changed between a removed line and the added one most like it."""
    fresh = [line for line in added if _FIGURE.search(line)]
    for line in removed:
        if not _FIGURE.search(line):
            continue
        twin = best_twin(line, fresh)
        if twin is not None:
            yield from _moved_between(line, twin)


def best_twin(line: str, others: Iterable[str]) -> str | None:
    """Return the line that says most nearly the same, if any is near enough."""
    masked = _masked(line)
    scored = [(SequenceMatcher(None, masked, _masked(one)).ratio(), one) for one in others]
    best = max(scored, default=(0.0, ""))
    return best[1] if best[0] >= _SAME_LINE else None


def _masked(line: str) -> str:
    return re.sub(r"\s+", " ", _FIGURE.sub("0", line)).strip()


def _moved_between(line: str, twin: str) -> Iterator[Moved]:
    before, after = _keyed(line), _keyed(twin)
    shared = [key for key in before if key in after]
    if shared:
        pairs = [(before[key], after[key]) for key in shared]
    else:
        pairs = list(zip(before.values(), after.values(), strict=False))
    for old, new in pairs:
        if old != new:
            yield Moved(old, new, line.strip(), twin.strip())


def _keyed(line: str) -> dict[str, float]:
    """Return the figures of a line by what stands before them."""
    found: dict[str, float] = {}
    for match in _FIGURE.finditer(line):
        before = re.findall(r"[A-Za-z_]\w*", line[: match.start()])
        key = before[-1] if before else ""
        while key in found:
            key += "'"
        found[key] = _value(match)
    return found


def _value(match: re.Match[str]) -> float:
    number = float(match["number"].replace("_", ""))
    unit = (match["unit"] or "").lower()
    return number * _UNITS.get(unit, _UNITS.get(unit.removesuffix("s"), 1.0))


def figures(line: str) -> tuple[float, ...]:
    """Return the figures of a line."""
    return tuple(_keyed(line).values())
