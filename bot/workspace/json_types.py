"""JSON as it arrives from outside: every value is `object` until one of these readers narrows it."""

from typing import TypeAlias, cast

JsonObject: TypeAlias = dict[str, object]


def as_object(value: object) -> JsonObject:
    """Read a JSON object; anything else reads as empty."""
    return cast("JsonObject", value) if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    """Read a JSON array; anything else reads as empty."""
    return cast("list[object]", value) if isinstance(value, list) else []


def as_objects(value: object) -> list[JsonObject]:
    """Read the objects of a JSON array, dropping every other element."""
    return [as_object(item) for item in as_list(value) if isinstance(item, dict)]


def as_text(value: object) -> str:
    """Read a JSON string; anything else reads as empty."""
    return value if isinstance(value, str) else ""
