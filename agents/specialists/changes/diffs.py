"""Reading a diff: which lines really changed, in which file, and which files cannot matter."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

_FILE_HEADER = re.compile(
    r"^(?:\+\+\+ (?:b/)?(?P<new>\S+)|diff --git a/(?P<git>\S+) b/\S+|@@ (?P<bare>[\w./-]+) @@)"
)
_OLD_HEADER = re.compile(r"^--- (?:a/)?(?P<old>\S+)")
_COMMENT = re.compile(r"^\s*(?://|/\*|\*(?:\s|/|$)|#(?!\[|!|include|define|[0-9a-f]{3})|--\s|<!--)")
_TRAILING_COMMENT = re.compile(r"\s+(?://|#)\s.*$")
_NEVER_RUNS = re.compile(
    r"(?:^|/)(?:docs?|documentation|tests?|testdata|__tests__|spec|fixtures|\.github|\.circleci|"
    r"examples?|staging)/|\.(?:md|rst|adoc|css|scss|less|svg|png)$|"
    r"_test\.\w+$|\.(?:test|spec)\.\w+$|(?:^|/)(?:test_\w+\.py|theme\.\w+|CODEOWNERS|LICENSE|"
    r"CHANGELOG\S*|\.gitlab-ci\.yml|Jenkinsfile|\.golangci\.yml|\.editorconfig|\.gitignore)$",
    re.IGNORECASE,
)
_SUMS = re.compile(r"(?:go\.sum|package-lock\.json|yarn\.lock|poetry\.lock|Cargo\.lock)$")
_TELLS = re.compile(
    r"\b(?:log(?:ger|ging)?\w*|slog|console|print\w*|fmt\.Print\w*|metrics?|prometheus|statsd|span)"
    r"\b[\w.]*\s*[.(]|LOG_\w+\(|logger\s*=|SetAttributes|Set_attribute|\.Inc\(\)|\.Observe\(",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class FileDiff:
    """What became of one file, without comments and without lines that only moved."""

    path: str
    removed: tuple[str, ...]
    added: tuple[str, ...]
    context: tuple[str, ...] = ()

    @cached_property
    def never_runs(self) -> bool:
        """Whether nothing in production executes or reads this file."""
        return bool(_NEVER_RUNS.search(self.path) or _SUMS.search(self.path))

    @cached_property
    def only_tells(self) -> bool:
        """Whether every changed line only writes logs, metrics or traces."""
        changed = [line for line in (*self.removed, *self.added) if len(line.strip(" {}()")) > 1]
        return all(tells(line) for line in changed)


def tells(line: str) -> bool:
    """Tell whether a line only writes a log line, a metric or a trace attribute."""
    return bool(_TELLS.search(line))


def file_diffs(diff: str) -> tuple[FileDiff, ...]:
    """Return the files of a unified diff; a diff without headers is one file without a name."""
    return tuple(
        FileDiff(path, *_really_changed(removed, added), tuple(context))
        for path, removed, added, context in _files(diff.splitlines())
    )


def _files(lines: Iterable[str]) -> Iterator[tuple[str, list[str], list[str], list[str]]]:
    path = ""
    removed: list[str] = []
    added: list[str] = []
    context: list[str] = []
    for line in lines:
        old, header = _OLD_HEADER.match(line), _FILE_HEADER.match(line)
        name = _name(header) if header else None
        if name and name != path:
            if path or removed or added:
                yield path, removed, added, context
            path, removed, added, context = name, [], [], []
        elif not header and not old:
            _sort(line, removed, added, context)
    if path or removed or added:
        yield path, removed, added, context


def _name(header: re.Match[str]) -> str:
    return header["new"] or header["git"] or header["bare"]


def _sort(line: str, removed: list[str], added: list[str], context: list[str]) -> None:
    sides = {"-": removed, "+": added, " ": context}
    side = sides.get(line[:1])
    if side is not None and line[1:].strip():
        side.append(line[1:])


def _really_changed(
    removed: Iterable[str], added: Iterable[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Leave out comments, and lines that stand on both sides but for their spacing."""
    gone, come = [*map(_code, removed)], [*map(_code, added)]
    both = Counter(map(_squeezed, gone)) & Counter(map(_squeezed, come))
    return _without(gone, both), _without(come, both)


def _code(line: str) -> str:
    return "" if _COMMENT.match(line) else _TRAILING_COMMENT.sub("", line)


def _squeezed(line: str) -> str:
    return re.sub(r"\s+", "", line)


def _without(lines: Iterable[str], spare: Counter[str]) -> tuple[str, ...]:
    left = Counter(spare)
    kept: list[str] = []
    for line in lines:
        key = _squeezed(line)
        if not key:
            continue
        if left[key]:
            left[key] -= 1
        else:
            kept.append(line)
    return tuple(kept)
