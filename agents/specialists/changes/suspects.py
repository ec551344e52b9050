"""Which changes can have done it at all: live before the onset, and not off the path."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from agents.domain.base import EntityRef
from agents.domain.readings import Change
from agents.specialists.changes.edits import Edit, edits_of
from agents.specialists.changes.text import Masking, words

_SOURCE_KINDS = frozenset({"commit"})
"""Kinds that take effect only with a deploy; all others do at once."""


@dataclass(frozen=True)
class Suspect:
    """A change with what it does, and when and where it went live."""

    change: Change
    live_at: datetime
    carriers: tuple[EntityRef, ...]
    """What the change went live on."""
    mask: Masking
    rode_along: bool = False
    """Whether no deploy names this change, and it only went out with a later one."""

    @cached_property
    def edits(self) -> tuple[Edit, ...]:
        """What the change does to what runs."""
        return edits_of(self.mask(self.change.diff))

    @cached_property
    def tokens(self) -> frozenset[str]:
        """The words of its changed lines, of its files and of what was said about it."""
        quoted = " ".join(f"{edit.quote} {edit.path}" for edit in self.edits)
        return words(quoted) | words(self.mask(self.change.summary))


def suspects_among(
    changes: Iterable[Change], until: datetime, mask: Masking
) -> tuple[Suspect, ...]:
    """Return the changes that were live by a moment, each once.

    A commit is live from the first deploy that names it; one that no deploy names rides on the
    first deploy after it, unless that deploy's own commit is older. Where nothing was ever
    deployed, a commit counts from when it was made.
    """
    every = sorted(changes, key=lambda change: change.timestamp)
    commits = {one.ref: one for one in every if one.kind in _SOURCE_KINDS}
    deploys = [one for one in every if one.kind == "deploy" and one.timestamp <= until]
    has_deploys = any(one.kind == "deploy" for one in every)
    found: list[Suspect] = []
    for change in every:
        if change.timestamp > until:
            continue
        if change.kind == "deploy" and change.ref in commits:
            continue
        if change.kind not in _SOURCE_KINDS or not has_deploys:
            found.append(Suspect(change, change.timestamp, (change.entity,), mask))
            continue
        found.extend(_deployed(change, deploys, commits, mask))
    return tuple(found)


def _deployed(
    commit: Change, deploys: Sequence[Change], commits: dict[str, Change], mask: Masking
) -> Iterable[Suspect]:
    naming = [one for one in deploys if _same_commit(one.ref, commit.ref)]
    if naming:
        first = min(one.timestamp for one in naming)
        carriers = tuple(dict.fromkeys(one.entity for one in naming))
        yield Suspect(commit, first, carriers, mask)
        return
    riding = [
        one
        for one in deploys
        if one.timestamp >= commit.timestamp
        and commits.get(one.ref, one).timestamp >= commit.timestamp
    ]
    if riding:
        carriers = tuple(dict.fromkeys(one.entity for one in riding))
        yield Suspect(commit, riding[0].timestamp, carriers, mask, rode_along=True)


def _same_commit(one: str, other: str) -> bool:
    """Compare refs as people write them: whole, or shortened to seven digits or more."""
    short, long = sorted((one, other), key=len)
    return short == long or (len(short) >= 7 and long.startswith(short))  # noqa: PLR2004
