"""The layout of a description: keys with values, blocks by indentation, tables by columns."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_KEY = re.compile(r"^(?P<indent> *)(?P<key>[^\s:][^:]*?):(?:\s+(?P<value>.*?))?\s*$")
_NOTHING = frozenset({"", "<none>", "<unset>", "<nil>", "<unknown>", "<invalid>"})
_AGE = re.compile(r"(\d+)([smhdy])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "y": 365 * 86400}
_COLUMN_GAP = re.compile(r"\s{2,}")


@dataclass(frozen=True, slots=True)
class Field:
    """One key with what stands behind it and below it."""

    key: str
    value: str
    """What stands on the same line; empty for `<none>` and its like."""
    block: tuple[str, ...]
    """The lines below that are indented further."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The value and what continues it, line by line, without blank lines."""
        further = (line.strip() for line in self.block if line.strip())
        return tuple(line for line in (self.value, *further) if line)

    @property
    def children(self) -> "Fields":
        """The fields within the block."""
        return Fields(self.block)

    @property
    def pairs(self) -> dict[str, str]:
        """Entries such as labels (`key=value`) or annotations (`key: value`), one to a line."""
        cut = (re.split(r"=|:\s+|:$", line, maxsplit=1) for line in self.lines)
        return {key.strip(): (rest[0].strip() if rest else "") for key, *rest in cut}


class Fields:
    """The fields of one level, by key."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Cut lines into fields; what has no key at this level belongs to the field above it."""
        self._fields = tuple(_cut(tuple(lines)))

    def __iter__(self) -> Iterator[Field]:
        """Yield the fields in order."""
        return iter(self._fields)

    def get(self, key: str) -> Field:
        """Return a field; an empty one where there is none."""
        return next((one for one in self._fields if one.key == key), Field(key, "", ()))

    def value(self, key: str) -> str:
        """Return the text of a field; empty where there is none."""
        return self.get(key).value

    def has(self, key: str) -> bool:
        """Tell whether there is such a field, empty or not."""
        return any(one.key == key for one in self._fields)


def _cut(lines: tuple[str, ...]) -> Iterator[Field]:
    filled = [line for line in lines if line.strip()]
    if not filled:
        return
    depth = min(_indent(line) for line in filled)
    begun: tuple[str, str] | None = None
    block: list[str] = []
    for line in lines:
        found = _KEY.match(line) if _indent(line) == depth else None
        if found is None:
            block.append(line)
            continue
        if begun:
            yield Field(*begun, tuple(block))
        begun, block = (found["key"], something(found["value"] or "")), []
    if begun:
        yield Field(*begun, tuple(block))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def something(text: str) -> str:
    """Return a value, or an empty text for the ways in which kubectl writes nothing."""
    stripped = text.strip()
    return "" if stripped in _NOTHING else stripped


def table(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """Yield the rows of a table, cut where the columns of its heading begin."""
    heading, *rows = [line for line in lines if line.strip()] or [""]
    names = [(found.start(), found[0]) for found in re.finditer(r"\S+(?: \S+)*", heading)]
    ends = [start for start, _ in names[1:]] + [None]
    for row in rows:
        if set(row) <= {" ", "-"}:
            continue
        cells = zip(names, ends, strict=True)
        yield {name: row[start:end].strip() for (start, name), end in cells}


def columns(line: str) -> tuple[str, ...]:
    """Cut a line where two or more spaces part it."""
    return tuple(_COLUMN_GAP.split(line.strip()))


def moment(text: str) -> str | None:
    """Return a time as written by kubectl (`Mon, 17 Nov 2025 17:47:52 +0800`) in ISO 8601."""
    if not something(text):
        return None
    try:
        return iso(parsedate_to_datetime(text))
    except ValueError:
        return None


def iso(at: datetime) -> str:
    """Return a time as the API writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def age(text: str) -> timedelta | None:
    """Return how long ago something was: `73s`, `3m20s`, `11d`."""
    found = _AGE.findall(text)
    if not found:
        return None
    return timedelta(seconds=sum(int(number) * _SECONDS[unit] for number, unit in found))


def number(text: str) -> int | None:
    """Return the whole number that a text begins with."""
    found = re.match(r"-?\d+", text.strip())
    return int(found[0]) if found else None
