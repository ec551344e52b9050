"""Writes `docs/failure-modes.md` from the closed list: `python -m tests.failure_modes_document`."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from agents.domain.failure_modes import FAILURE_MODES, Domain, FailureMode
from agents.specialists.roster import all_specialists

DOCUMENT = Path(__file__).parent.parent / "docs" / "failure-modes.md"
_OPENING = """# Failure modes

What the war room can name, and nothing else. For each mode: how it comes about and shows, what it
is told apart from (what the same check may name instead), what may lie behind it, and what stops
the harm first. Claims, forbidden claims and discriminators are in the checks; every mode that a
Kubernetes check names has a capture for it and one against it in `tests/captures/`.

Written from the code by `python -m tests.failure_modes_document`; a test holds it.
"""


def document() -> str:
    """Return the whole document."""
    parts = [_OPENING]
    for domain in Domain:
        modes = sorted(
            (one for one in FAILURE_MODES.values() if one.domain is domain), key=lambda m: m.name
        )
        if modes:
            parts.append(f"## {domain.value.capitalize()} ({len(modes)})\n")
            parts.extend(entry(mode) for mode in modes)
    return "\n".join(parts)


def entry(mode: FailureMode) -> str:
    """Return the entry of one mode."""
    lines = [f"### `{mode.name}`: {mode.title}\n", mode.mechanism]
    if neighbours := ", ".join(f"`{name}`" for name in neighbours_of(mode)):
        lines.append(f"Told apart from {neighbours}.")
    if behind := ", ".join(f"`{name}`" for name in causes_of(mode)):
        lines.append(f"May follow from {behind}.")
    return "\n".join([*lines, f"First: {mode.mitigation}", ""])


def neighbours_of(mode: FailureMode) -> tuple[str, ...]:
    """Return the modes that the checks which name this one may name instead."""
    together = {
        name
        for specialist in all_specialists()
        for check in specialist.checks
        if mode.name in check.modes
        for name in check.modes
    }
    return tuple(sorted(together - {mode.name}))


def causes_of(mode: FailureMode) -> tuple[str, ...]:
    """Return the causes that are named one by one; whole families are left to the code."""
    return tuple(_named(mode))


def _named(mode: FailureMode) -> Iterator[str]:
    for pattern in mode.caused_by:
        matching = [name for name in FAILURE_MODES if fnmatchcase(name, pattern)]
        if len(matching) == 1:
            yield matching[0]


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
