"""A vendor's JSON object, kept whole and read by typed JMESPath look-ups."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Protocol, cast

import jmespath
from pydantic import JsonValue

from agents.domain.base import Scalar, Value


class _Expression(Protocol):
    def search(self, value: JsonValue) -> JsonValue: ...


@lru_cache(maxsize=4096)
def _compiled(path: str) -> _Expression:
    return cast("_Expression", jmespath.compile(path))


class Document(Value):
    """One JSON object as a vendor's API returned it.

    Look-ups take JMESPath (https://jmespath.org) and never raise on a missing path: they
    return None or an empty tuple, because half-filled objects are normal in an incident.

    Raises:
        jmespath.exceptions.ParseError: the path itself is not JMESPath.
    """

    body: Mapping[str, JsonValue]

    def at(self, path: str) -> JsonValue:
        """Return whatever lies at the path, or None."""
        return _compiled(path).search(cast("JsonValue", self.body))

    def text(self, path: str) -> str | None:
        """Return the string at the path; numbers and flags are not strings."""
        found = self.at(path)
        return found if isinstance(found, str) else None

    def number(self, path: str) -> float | None:
        """Return the number at the path; flags are not numbers."""
        found = self.at(path)
        if isinstance(found, bool) or not isinstance(found, int | float):
            return None
        return float(found)

    def flag(self, path: str) -> bool | None:
        """Return the boolean at the path."""
        found = self.at(path)
        return found if isinstance(found, bool) else None

    def scalar(self, path: str) -> Scalar:
        """Return the scalar at the path; objects and lists give None."""
        found = self.at(path)
        return None if isinstance(found, list | dict) else found

    def items(self, path: str) -> "tuple[Document, ...]":
        """Return the objects in the list at the path."""
        found = self.at(path)
        if not isinstance(found, list):
            return ()
        return tuple(Document(body=item) for item in found if isinstance(item, dict))

    def texts(self, path: str) -> tuple[str, ...]:
        """Return the strings in the list at the path."""
        found = self.at(path)
        if not isinstance(found, list):
            return ()
        return tuple(item for item in found if isinstance(item, str))

    def mapping(self, path: str) -> Mapping[str, str]:
        """Return the object at the path as text by key: labels, annotations, selectors."""
        found = self.at(path)
        if not isinstance(found, dict):
            return {}
        return {key: str(item) for key, item in found.items() if item is not None}
