"""Words of telemetry and of code, made comparable."""

import re
from collections.abc import Iterable
from itertools import takewhile

_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SHORTEST = 3
_EVERYWHERE = frozenset(
    {
        *("key", "keys", "many", "too", "time", "timed", "took"),
        *("the", "and", "for", "with", "from", "that", "this", "not", "was", "are", "has"),
        *("have", "had", "but", "all", "any", "can", "did", "does", "its", "into", "new"),
        *("old", "out", "per", "via", "use", "used", "func", "return", "error", "errors"),
        *("err", "failed", "fail", "failure", "failing", "string", "int", "bool", "true"),
        *("false", "null", "nil", "none", "self", "var", "let", "const", "context", "ctx"),
        *("import", "package", "type", "struct", "class", "def", "public", "private"),
        *("static", "void", "async", "await", "http", "https", "json", "get", "set"),
        *("service", "services", "svc", "server", "client", "src", "lib", "pkg", "internal"),
        *("main", "value", "values", "name", "names", "data", "item", "items", "list"),
        *("code", "status", "request", "requests", "response", "total", "ratio", "rate"),
        *("count", "seconds", "sec", "percent", "api", "app", "com", "github", "file"),
        *("line", "after", "before", "while", "over", "above", "below", "now", "high", "low"),
        *("observed", "threshold", "alert", "monitor"),
    }
)
"""Words that say nothing, in code and in logs alike."""
_ENDINGS = ("ations", "ation", "ings", "ing", "ers", "ies", "er", "ed", "es", "s")
_STEM = 4
_KIN = 4
_KIN_SHARE = 0.8


def words(text: str) -> frozenset[str]:
    """Return the telling words of a text, split at case and punctuation, without endings."""
    return frozenset(
        stem(piece)
        for piece in (found.lower() for found in _PIECES.findall(text))
        if len(piece) >= _SHORTEST and piece not in _EVERYWHERE
    )


def stem(word: str) -> str:
    """Return a word without its ending, so that `batching` and `batch` meet."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM:
            return word[: -len(ending)]
    return word


def _common_start(one: str, other: str) -> int:
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return sum(1 for _ in pairs)


def are_kin(one: str, other: str) -> bool:
    """Tell whether two words are the same, or most of the shorter one begins the longer."""
    if one == other:
        return True
    shorter, longer = sorted((one, other), key=len)
    same = _common_start(shorter, longer)
    return same >= _KIN and same >= _KIN_SHARE * len(shorter)


_VARIABLE = re.compile(
    r"\b[0-9a-f]{8,}(?:-[0-9a-f]{4,})*\b|\d{4}-\d\d-\d\d[T ][\d:.]+Z?|\b\d[\d.:_]*(?:ms|s|m|%)?"
    r"|(?<==)\S+",
    re.IGNORECASE,
)


def template(message: str) -> str:
    """Return a message with what varies from line to line replaced by a star."""
    return re.sub(r"\s+", " ", _VARIABLE.sub("*", message)).strip()


_PATTERN_LENGTH = 160


def pattern_of(message: str) -> str:
    """Return a regular expression that finds messages like this one."""
    parts = template(message)[:_PATTERN_LENGTH].split("*")
    return ".*".join(re.escape(part).replace(r"\ ", " ") for part in parts)


class Masking:
    """Hides the names of entities, so that what a thing is called never counts as evidence."""

    def __init__(self, names: Iterable[str]) -> None:
        """Keep the names, the longest first."""
        longest = sorted({name for name in names if len(name) >= _SHORTEST}, key=len, reverse=True)
        either = "|".join(map(re.escape, longest))
        self._names = re.compile(rf"(?<![A-Za-z0-9_])(?:{either})(?![A-Za-z0-9_])")
        self._is_empty = not longest

    def __call__(self, text: str) -> str:
        """Return a text without the names."""
        return text if self._is_empty else self._names.sub("~", text)
