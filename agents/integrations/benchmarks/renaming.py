"""Making names meaningless, the same way in every file of a case."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Renamer:
    """Gives every name an opaque one that follows from a seed."""

    seed: str

    def name(self, old: str) -> str:
        """Return the opaque name; it is a valid DNS label, as Kubernetes wants names to be."""
        return "n" + hashlib.sha256(f"{self.seed}:{old}".encode()).hexdigest()[:_DIGITS]

    def of(self, names: Iterable[str]) -> "Renaming":
        """Return the renaming of these names."""
        return Renaming({name: self.name(name) for name in names if name})


class Renaming:
    """Replaces whole names in text, also where they begin a longer, hyphenated name."""

    def __init__(self, new_names: Mapping[str, str]) -> None:
        """Keep the new name of each old one."""
        self._new_names = dict(new_names)
        longest_first = sorted(self._new_names, key=len, reverse=True)
        either = "|".join(re.escape(name) for name in longest_first)
        pattern = rf"(?<![A-Za-z0-9_])(?<!kubernetes\.io/)(?:{either})(?![A-Za-z0-9_])"
        self._pattern = re.compile(pattern) if longest_first else None

    def __getitem__(self, name: str) -> str:
        """Return the new name of a name; one that is not renamed stays."""
        return self._new_names.get(name, name)

    def text(self, text: str) -> str:
        """Return a text with every name in it replaced."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda found: self._new_names[found[0]], text)
