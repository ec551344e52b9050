"""JSON as it arrives from outside: each value is `object` until a reader here narrows it."""

from typing import TypeAlias, TypeGuard

JsonObject: TypeAlias = dict[str, object]


def is_object(value: object) -> TypeGuard[JsonObject]:
    """Say whether a value is a JSON object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[object]]:
    """Say whether a value is a JSON array."""
    return isinstance(value, list)


def as_object(value: object) -> JsonObject:
    """Read a JSON object; anything else reads as empty."""
    return value if is_object(value) else {}


def as_list(value: object) -> list[object]:
    """Read a JSON array; anything else reads as empty."""
    return value if is_list(value) else []


def as_objects(value: object) -> list[JsonObject]:
    """Read the objects of a JSON array, dropping every other element."""
    return [item for item in as_list(value) if is_object(item)]


def as_text(value: object) -> str:
    """Read a JSON string; anything else reads as empty."""
    return value if isinstance(value, str) else ""
