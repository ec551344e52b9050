"""Opening a capture."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import JsonValue

from agents.correlation.alerts import alert_from
from agents.domain.base import Window
from agents.domain.incidents import Alert
from agents.domain.readings import Topology
from agents.errors import InvalidCapture
from agents.integrations.capture.contents import Moment
from agents.integrations.capture.parsing import Fields, Place, json_object, read_text
from agents.integrations.capture.records import yaml_object
from agents.integrations.capture.telemetry import CaptureTelemetry

VERSION = "1"
_KNOWN_FIELDS = frozenset({"version", "now", "window", "timezone", "absent_sources", "notes"})


@dataclass(frozen=True, slots=True)
class Capture:
    """A folder of recorded telemetry, ready to be investigated."""

    folder: Path
    now: datetime
    window: Window
    alert: Alert
    topology: Topology
    """Empty when none was recorded."""
    telemetry: CaptureTelemetry
    notices: tuple[str, ...]
    """What people should know: files that were ignored, sources that were left out."""


def load_capture(folder: Path) -> Capture:
    """Open a capture and check every file of it.

    Raises:
        InvalidCapture: something is missing or malformed; names the file, the line and the field.
    """
    if not folder.is_dir():
        raise InvalidCapture(f"{folder} is not a folder", remedy="name the folder of a capture")
    about = _about(folder)
    zone = _zone(about)
    now, window = Fields(about.body, about.place, zone).time("now"), _window(about, zone)
    when = Moment(now=now, zone=zone)
    absent = {name: str(note) for name, note in about.mapping("absent_sources").items()}
    telemetry = CaptureTelemetry(folder, when, absent)
    telemetry.check()
    ignored = (f"{file}: unknown, ignored" for file in telemetry.unknown_files)
    return Capture(
        folder=folder,
        now=now.astimezone(UTC),
        window=window,
        alert=_alert(folder, now.astimezone(zone)),
        topology=telemetry.topology() if "topology" in telemetry.sources() else Topology(),
        telemetry=telemetry,
        notices=(*_notices(about, absent), *ignored),
    )


def _about(folder: Path) -> Fields:
    place = Place("capture.yaml")
    body = yaml_object(read_text(folder / place.file, place), place)
    about = Fields(body, place, UTC)
    version = about.text("version")
    if version != VERSION:
        raise place.at("version").wrong(f"{version} is not supported, only {VERSION}")
    return about


def _zone(about: Fields) -> tzinfo:
    name = about.text("timezone", "UTC")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise about.place.at("timezone").wrong(f"{name!r} is not a time zone") from None


def _window(about: Fields, zone: tzinfo) -> Window:
    place = about.place.at("window")
    bounds = Fields(about.mapping("window"), place, zone)
    start, end = bounds.time("start"), bounds.time("end")
    if end < start:
        raise place.wrong("ends before it starts")
    return Window(start=start, end=end)


def _alert(folder: Path, now: datetime) -> Alert:
    place = Place("alert.json")
    payload = json_object(read_text(folder / place.file, place), place)
    try:
        return alert_from(payload, now)
    except ValueError as unclear:
        raise place.wrong(str(unclear)) from None


def _notices(about: Fields, absent: Mapping[str, str]) -> tuple[str, ...]:
    unknown = (f"capture.yaml: unknown field {k}" for k in about.body if k not in _KNOWN_FIELDS)
    notes = about.body.get("notes")
    listed: list[JsonValue] = notes if isinstance(notes, list) else [notes] if notes else []
    missing = (f"{source} was not recorded: {note}" for source, note in absent.items())
    return (*unknown, *(str(note) for note in listed), *missing)
