"""What a change does, in kinds that a mechanism can be held against.

An edit is named `<what>:<about>`: `lowered:timeout`, `removed:guard`, `added:query_in_loop`,
`renamed:field`, `bumped:dependency`. What stands on both sides of a diff has only moved and yields
nothing; so do comments, tests, documentation, styling and lines that only write logs.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from agents.specialists.changes.diffs import FileDiff, file_diffs, tells
from agents.specialists.changes.numbers import Moved, best_twin, moved_figures
from agents.specialists.changes.statements import STATEMENTS, SUBJECTS
from agents.specialists.changes.text import words

_STRING = re.compile(r"\"([^\"\n]{1,120})\"|'([^'\n]{1,120})'|`([^`\n]{1,120})`")
_ADDRESS = re.compile(
    r"://|\.(?:svc|local|internal|com|net|io|org)\b|\b\d{1,3}(?:\.\d{1,3}){3}\b|:\d{2,5}$"
)
_VERSION = re.compile(
    r"^\s*[\"'+-]?(?P<name>[@\w][\w./@:-]*?)[\"']?\s*(?:[:=~^<> ]|\s)+[\"'^~]?v?"
    r"(?P<version>\d+(?:\.\d+)+[\w.+-]*)"
)
_POM = re.compile(r"^\s*<(?P<name>[\w.-]*version)>(?P<version>\d[\w.-]*)<")
_IMAGE = re.compile(r"^\s*(?:FROM|image:)\s+(?P<name>\S+?)[:@](?P<version>\S+)")
_MANIFEST = re.compile(
    r"(?:^|/)(?:go\.mod|package\.json|requirements[\w.-]*\.txt|pyproject\.toml|Cargo\.toml|"
    r"pom\.xml|build\.gradle(?:\.kts)?|Gemfile|composer\.json|Dockerfile[\w.-]*)$"
)
_WIRE = re.compile(r"\.(?:proto|avsc|thrift|fbs|capnp|xsd)$")
_CONFIG = re.compile(r"\.(?:ya?ml|json|toml|ini|conf|cfg|properties|env|tf|hcl)$|(?:^|/)\.env")
_SCHEDULE = re.compile(r"schedule|cron|interval|frequency", re.IGNORECASE)
_SETTING = re.compile(r"^\s*[\"']?(?P<key>[\w.-]+)[\"']?\s*[:=]\s*(?P<value>.+?),?\s*$")
_ANSWER = re.compile(
    r"http\.Error\(|errors?\.New|Errorf?\(|Exception\(|\bmessage\b|msg\b|\.json\(\{|"
    r"Header\(\)\.Set|description|title|label|placeholder|className|style",
    re.IGNORECASE,
)
_OPERATORS = re.compile(r"<=|>=|==|!=|&&|\|\||<|>|(?<![\w)\]]\s)!(?!=)|\bnot\b|\band\b|\bor\b")
_SECONDS = {
    "nanosecond": 1e-9,
    "microsecond": 1e-6,
    "millisecond": 1e-3,
    "milli": 1e-3,
    "second": 1.0,
    "minute": 60.0,
    "hour": 3600.0,
    "day": 86400.0,
}
_UNIT = re.compile(r"\b(?:time\.|of|TimeUnit\.)?(" + "|".join(_SECONDS) + r")s?\b", re.IGNORECASE)
_HEAD = re.compile(r"^\s*(?:export\s+)?(?:async\s+)?(?:func|def|function|class|interface|type)\b")
_DRASTIC, _DRASTIC_TIMES = 1.25, 8.0
_DECIDES = re.compile(r"\b(?:if|elif|for|while|until|when|return|assert)\b|\?")
_ARITHMETIC = re.compile(r"(?<=[\w)\]])\s*[+\-*/%]\s*(?=[\w(])")
_PROSE = re.compile(r"\s\w+\s\w+")


@dataclass(frozen=True)
class Edit:
    """One thing that a change does."""

    kind: str
    quote: str
    path: str
    tokens: frozenset[str]
    """The words of the lines concerned."""
    emphasis: float = 1.0
    """More than one where the edit is too drastic to go unnoticed."""


def edits_of(diff: str) -> tuple[Edit, ...]:
    """Return what a change does to what runs, each kind once per file."""
    found: dict[tuple[str, str], Edit] = {}
    for file in file_diffs(diff):
        if file.never_runs or file.only_tells:
            continue
        for edit in _edits_in(file):
            found.setdefault((edit.kind, edit.path), edit)
    return tuple(found.values())


def _edits_in(file: FileDiff) -> Iterator[Edit]:
    if _MANIFEST.search(file.path):
        yield from _bumps(file)
        return
    removed = [line for line in file.removed if not tells(line)]
    added = [line for line in file.added if not tells(line)]
    if _WIRE.search(file.path) and removed:
        yield _edit("changed:wire", file.path, *removed[:2], *added[:2])
    yield from _figures(file.path, removed, added)
    yield from _units(file.path, removed, added)
    yield from _statements(file.path, removed, added)
    yield from _literals(file.path, removed, added)
    yield from _settings(file, removed, added)
    yield from _conditions(file.path, removed, added)
    yield from _loops(file, added)
    yield from _otherwise(file.path, removed, added)


def _otherwise(path: str, removed: list[str], added: list[str]) -> Iterator[Edit]:
    """Yield what is there instead of what was, whatever it does."""
    pairs = [(line, best_twin(line, added)) for line in removed if not _ANSWER.search(line)]
    differing = [(line, twin) for line, twin in pairs if twin is not None]
    if differing:
        yield _edit("altered:code", path, *differing[0])


def _edit(kind: str, path: str, *lines: str) -> Edit:
    shown = [line.strip() for line in lines if line.strip()]
    text = " → ".join(dict.fromkeys(shown))[:300]
    return Edit(kind=kind, quote=text, path=path, tokens=words(" ".join(lines)))


def _bumps(file: FileDiff) -> Iterator[Edit]:
    before, after = dict(_versions(file.removed)), dict(_versions(file.added))
    for name, new in after.items():
        old = before.get(name)
        if old is None or old == new:
            continue
        yield _edit(f"bumped:{_step(old, new)}", file.path, f"{name} {old}", f"{name} {new}")
    for name in after.keys() - before.keys():
        yield _edit("bumped:new", file.path, f"{name} {after[name]}")
    for name in before.keys() - after.keys():
        yield _edit("bumped:dropped", file.path, f"{name} {before[name]}")


def _versions(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        found = _IMAGE.match(line) or _POM.match(line) or _VERSION.match(line)
        if found:
            yield found["name"], found["version"]


def _step(old: str, new: str) -> str:
    """Name the part of a version that moved: patches seldom break what minors and majors do."""
    was, now = re.findall(r"\d+", old), re.findall(r"\d+", new)
    if was[:1] != now[:1]:
        return "major"
    if was[:2] != now[:2]:
        return "minor"
    return "patch"


def _figures(path: str, removed: list[str], added: list[str]) -> Iterator[Edit]:
    for moved in moved_figures(removed, added):
        way = "lowered" if moved.is_lower else "raised"
        emphasis = _DRASTIC if moved.times >= _DRASTIC_TIMES else 1.0
        for subject in _subjects(moved, path):
            yield replace(_edit(f"{way}:{subject}", path, moved.line, moved.now), emphasis=emphasis)


def _units(path: str, removed: list[str], added: list[str]) -> Iterator[Edit]:
    """Yield durations whose unit changed while their figure lies elsewhere."""
    for line in removed:
        twin = best_twin(line, added)
        old, new = _unit(line), _unit(twin or "")
        if twin is None or old is None or new is None or old == new:
            continue
        moved = Moved(old, new, line.strip(), twin.strip())
        way = "lowered" if moved.is_lower else "raised"
        for subject in _subjects(moved, path):
            yield replace(_edit(f"{way}:{subject}", path, line, twin), emphasis=_DRASTIC)


def _unit(line: str) -> float | None:
    found = _UNIT.search(line)
    return _SECONDS[found[1].lower()] if found else None


def _subjects(moved: Moved, path: str) -> tuple[str, ...]:
    """Name what a figure is about, from its own line first and from its file otherwise."""
    for text in (moved.line, path):
        found = tuple(name for name, pattern in SUBJECTS.items() if pattern.search(text))
        if found:
            return found
    return ("figure",)


def _statements(path: str, removed: list[str], added: list[str]) -> Iterator[Edit]:
    """Yield the kinds of statement of which there are now fewer, or more."""
    for name, pattern in STATEMENTS.items():
        before = [line for line in removed if _does(pattern, line)]
        after = [line for line in added if _does(pattern, line)]
        if len(before) > len(after):
            yield _edit(f"removed:{name}", path, *before[:3])
        elif len(after) > len(before):
            yield _edit(f"added:{name}", path, *after[:3])
        elif before:
            yield _edit(f"altered:{name}", path, before[0], after[0])


def _does(pattern: re.Pattern[str], line: str) -> bool:
    """Tell whether a line does something of a kind; the head of a function only names it."""
    return bool(pattern.search(line)) and not _HEAD.match(line)


def _literals(path: str, removed: list[str], added: list[str]) -> Iterator[Edit]:
    """Yield names and addresses that others may still know by what they were."""
    for line in removed:
        twin = best_twin(line, added)
        if twin is None or _ANSWER.search(line):
            continue
        old, new = _strings(line), _strings(twin)
        gone = [text for text in old if text not in new and not _PROSE.search(text)]
        come = [text for text in new if text not in old and not _PROSE.search(text)]
        if gone and come:
            yield _edit(f"renamed:{_literal_kind(gone[0], line)}", path, line, twin)
        elif gone and len(old) > 1:
            yield _edit("removed:entry", path, line, twin)


def _strings(line: str) -> list[str]:
    return [next(part for part in found if part) for found in _STRING.findall(line) if any(found)]


def _literal_kind(text: str, line: str) -> str:
    if _ADDRESS.search(text):
        return "address"
    if re.search(r"env|setting|config|flag", line, re.IGNORECASE):
        return "setting"
    if re.search(r"topic|queue|channel|exchange|stream|group", line, re.IGNORECASE):
        return "topic"
    if text.startswith("/"):
        return "route"
    if re.search(r"cache|key\b", line, re.IGNORECASE):
        return "key"
    return "field"


def _settings(file: FileDiff, removed: list[str], added: list[str]) -> Iterator[Edit]:
    if not _CONFIG.search(file.path):
        return
    before, after = _keyed(removed), _keyed(added)
    for key in before.keys() & after.keys():
        old, new = before[key], after[key]
        if old == new or re.fullmatch(r"[\d.]+\w*", old):
            continue
        if _ADDRESS.search(old) or _ADDRESS.search(new):
            yield _edit("renamed:address", file.path, f"{key}: {old}", f"{key}: {new}")
        elif _SCHEDULE.search(key):
            yield _edit("changed:schedule", file.path, f"{key}: {old}", f"{key}: {new}")
        else:
            yield _edit("changed:setting", file.path, f"{key}: {old}", f"{key}: {new}")
    for key in before.keys() - after.keys():
        yield _edit("removed:setting", file.path, f"{key}: {before[key]}")


def _keyed(lines: Iterable[str]) -> dict[str, str]:
    found = (_SETTING.match(line) for line in lines)
    return {one["key"]: one["value"].strip("\"' ") for one in found if one}


def _conditions(path: str, removed: list[str], added: list[str]) -> Iterator[Edit]:
    for line in removed:
        twin = best_twin(line, added)
        if twin is None:
            continue
        decides = _DECIDES.search(line) and _DECIDES.search(twin)
        if decides and _signs(_OPERATORS, line) != _signs(_OPERATORS, twin):
            yield _edit("changed:condition", path, line, twin)
        elif _signs(_ARITHMETIC, line) != _signs(_ARITHMETIC, twin):
            yield _edit("changed:arithmetic", path, line, twin)


def _signs(pattern: re.Pattern[str], line: str) -> Counter[str]:
    bare = _STRING.sub("", line).replace("->", "").replace("=>", "").replace("<-", "")
    return Counter(sign.strip() for sign in pattern.findall(bare))


_LOOP = re.compile(r"^\s*(?:for\b|while\b|.*\.(?:forEach|map|each)\()")
_CALL_OUT = re.compile(
    r"\b(?:query\w*|exec\w*|find\w*|fetch\w*|select|get\w*|put\w*|post|call|invoke|load\w*|"
    r"request\w*|send\w*|publish\w*|insert\w*|update\w*|save\w*|delete\w*)\s*\(",
    re.IGNORECASE,
)
_BODY_LINES = 6


def _loops(file: FileDiff, added: list[str]) -> Iterator[Edit]:
    """Yield calls to elsewhere that are now made once per item."""
    for place, line in enumerate(added):
        if not _LOOP.match(line):
            continue
        body = added[place + 1 : place + 1 + _BODY_LINES]
        calls = [one for one in body if _CALL_OUT.search(one)]
        if calls:
            yield _edit("added:call_in_loop", file.path, line, calls[0])
