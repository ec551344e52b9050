"""One way in which a change shows: the words of its symptom, and the edits that bring it about."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_ALTERED = 0.5


@dataclass(frozen=True)
class Mechanism:
    """One way in which a change shows."""

    name: str
    shows: re.Pattern[str]
    """The words of its symptom, in log lines, span errors, alerts and names of metrics."""
    edits: Mapping[str, float]
    mode: str = "bad_code_change"
    """The failure mode of a change that works so."""
    excludes: re.Pattern[str] | None = None
    """What makes another mechanism of the same words."""

    def strength(self, kind: str) -> float:
        """Return how well an edit of a kind accounts for the symptom, from 0 to 3.

        What was neither taken away nor added, but altered, may do as much, and mostly does not.
        """
        what, _, about = kind.partition(":")
        if what != "altered":
            return self.edits.get(kind, 0.0)
        either = (self.edits.get(f"{way}:{about}", 0.0) for way in ("removed", "added"))
        return _ALTERED * max(either)


def mechanism(
    name: str,
    shows: str,
    edits: Mapping[str, float],
    mode: str = "bad_code_change",
    excludes: str = "",
) -> Mechanism:
    """Return a mechanism; its patterns are regular expressions, whatever the case."""
    return Mechanism(
        name=name,
        shows=re.compile(shows, re.IGNORECASE),
        edits=edits,
        mode=mode,
        excludes=re.compile(excludes, re.IGNORECASE) if excludes else None,
    )
