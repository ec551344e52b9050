"""Reading recorded text with errors that name the file, the line and the field."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import cast

from pydantic import JsonValue

from agents.domain.base import EntityRef
from agents.errors import InvalidCapture


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a capture something stands."""

    file: str
    """Relative to the capture's folder."""
    line: int | None = None
    field: str = ""

    def at(self, field: str) -> "Place":
        """Return the place of one field here."""
        return Place(self.file, self.line, f"{self.field}.{field}" if self.field else field)

    def wrong(self, problem: str) -> InvalidCapture:
        """Return the error that something here is wrong."""
        return InvalidCapture(f"{self}: {problem}", remedy=f"correct {self}")

    def __str__(self) -> str:
        """Return the place as people look it up."""
        line = f", line {self.line}" if self.line else ""
        return f"{self.file}{line}" + (f", field {self.field}" if self.field else "")


@dataclass(frozen=True, slots=True)
class Fields:
    """One JSON object of a capture, read field by field."""

    body: Mapping[str, JsonValue]
    place: Place
    zone: tzinfo

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text field; one without a default is required."""
        value = self.body.get(name)
        if value is None and default is not None:
            return default
        if value is None:
            raise self.place.at(name).wrong("is missing")
        if not isinstance(value, str):
            raise self.place.at(name).wrong(f"{value!r} is not text")
        return value

    def number(self, name: str) -> float:
        """Return a required number."""
        value = self.body.get(name)
        if value is None:
            raise self.place.at(name).wrong("is missing")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.place.at(name).wrong(f"{value!r} is not a number")
        return float(value)

    def time(self, name: str) -> datetime:
        """Return a required moment."""
        return moment(self.text(name), self.zone, self.place.at(name))

    def entity(self, name: str) -> EntityRef | None:
        """Return an entity, written as text or as an object; None when left out."""
        value = self.body.get(name)
        return None if value is None else entity(value, self.place.at(name))

    def mapping(self, name: str) -> Mapping[str, JsonValue]:
        """Return an object field, empty when left out."""
        value = self.body.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.place.at(name).wrong("must be an object")
        return value


def moment(text: str, zone: tzinfo, place: Place) -> datetime:
    """Read an ISO 8601 time; one without an offset is in the capture's time zone."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise place.wrong(f"{text!r} is not an ISO 8601 time") from None
    return read if read.tzinfo else read.replace(tzinfo=zone)


def number(text: str, place: Place) -> float | None:
    """Read a number; empty text and NaN are missing values and give None."""
    if not text.strip():
        return None
    try:
        read = float(text)
    except ValueError:
        raise place.wrong(f"{text!r} is not a number") from None
    return read if math.isfinite(read) else None


def entity(value: JsonValue, place: Place) -> EntityRef:
    """Read an entity reference: `kind/namespace/name`, or {kind, name, namespace}."""
    if isinstance(value, str) and value:
        return EntityRef.parse(value)
    if isinstance(value, dict):
        kind, name, space = value.get("kind"), value.get("name"), value.get("namespace")
        if isinstance(kind, str) and isinstance(name, str):
            return EntityRef(
                kind=kind, name=name, namespace=space if isinstance(space, str) else None
            )
    raise place.wrong(f"{value!r} is not an entity such as pod/shop/checkout-1")


def read_text(path: Path, place: Place) -> str:
    """Return the text of a recorded file."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as refused:
        raise place.wrong(f"cannot be read: {refused.strerror}") from refused


def json_value(text: str, place: Place) -> JsonValue:
    """Read JSON; the error names the line."""
    try:
        return cast("JsonValue", json.loads(text))
    except json.JSONDecodeError as broken:
        line = (place.line or 1) + broken.lineno - 1
        raise Place(place.file, line).wrong(f"is not JSON: {broken.msg}") from None


def json_object(text: str, place: Place) -> dict[str, JsonValue]:
    """Read a JSON object."""
    value = json_value(text, place)
    if not isinstance(value, dict):
        raise place.wrong("must be a JSON object")
    return value


def objects_in(value: JsonValue, place: Place, *wrappers: str) -> list[dict[str, JsonValue]]:
    """Return the objects of a list, of a wrapper that holds the list, or the one object."""
    if isinstance(value, dict):
        held = next((value[name] for name in wrappers if name in value), None)
        if held is None:
            return [value]
        value = held
    if not isinstance(value, list):
        raise place.wrong("must be a list of JSON objects")
    for index, item in enumerate(value):
        if not isinstance(item, dict):
            raise place.at(f"[{index}]").wrong("must be a JSON object")
    return cast("list[dict[str, JsonValue]]", value)


def json_lines(text: str, file: str, zone: tzinfo) -> Iterator[Fields]:
    """Read one JSON object per line; blank lines are skipped."""
    for line, written in enumerate(text.splitlines(), start=1):
        if written.strip():
            place = Place(file, line)
            yield Fields(json_object(written, place), place, zone)
