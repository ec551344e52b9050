"""Writing a capture of a live incident, so that it can be investigated again offline."""

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml
from pydantic import JsonValue

from agents.domain.base import EntityRef, Value, Window
from agents.domain.events import ToolsCalled
from agents.domain.incidents import Alert
from agents.domain.readings import Resource
from agents.domain.state import fold
from agents.errors import InvalidCapture, UnknownIncident
from agents.integrations.aws.shapes import response_with
from agents.integrations.capture.collecting import Collected, Samples, collect
from agents.integrations.capture.reader import VERSION
from agents.ports import Journal, Recording

_TIDY = ("timestamp", "entity", "metric", "statistic", "unit", "value")
_DERIVED = frozenset({"databases", "probes"})
"""Kinds that the reader derives from other files."""
_REFUSED_BY_THE_SOURCE = ("NoSuchSource", "PermissionMissing", "SourceUnavailable")


@dataclass(frozen=True, slots=True)
class Written:
    """What a capture holds now."""

    folder: Path
    files: tuple[str, ...]


def write_capture(
    folder: Path, incident_id: str, *, journal: Journal, recording: Recording
) -> Written:
    """Write what an incident's tools returned as a capture that the reader opens.

    Only what somebody read is in it, without secrets, as the recording keeps it.

    Raises:
        UnknownIncident: the journal has no such incident.
        InvalidCapture: the folder has something in it already.
    """
    events = journal.read(incident_id)
    state = fold(incident_id, events)
    if state.incident is None or not events:
        raise UnknownIncident(f"the journal has no incident {incident_id}")
    if folder.exists() and any(folder.iterdir()):
        raise InvalidCapture(f"{folder} is not empty", remedy="name a new folder")
    calls = [c for event in events if isinstance(event.body, ToolsCalled) for c in event.body.calls]
    collected = collect(calls, recording)
    if state.plan is not None and not collected.topology.services:
        collected.topology = state.plan.topology
    questions = state.plan.questions if state.plan else ()
    opened = state.incident.declared_at
    now = max((call.started_at for call in calls), default=opened)
    window = Window(
        start=min((question.window.start for question in questions), default=opened),
        end=max((question.window.end for question in questions), default=now),
    )
    writer = _Writer(folder)
    writer.json("alert.json", _alert(state.incident.alert))
    writer.yaml("capture.yaml", _about(now, window, collected))
    _write_readings(writer, collected)
    return Written(folder=folder, files=tuple(sorted(writer.files)))


class _Writer:
    """Puts files into one folder and remembers which."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.files: list[str] = []

    def text(self, file: str, text: str) -> None:
        path = self._folder / file
        if not path.resolve().is_relative_to(self._folder.resolve()):
            raise InvalidCapture(f"{file} would lie outside the capture")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        self.files.append(file)

    def json(self, file: str, value: object) -> None:
        self.text(file, json.dumps(value, indent=1, ensure_ascii=False) + "\n")

    def yaml(self, file: str, value: object) -> None:
        self.text(file, yaml.safe_dump(value, sort_keys=False, allow_unicode=True))

    def json_lines(self, file: str, values: Iterable[Value]) -> None:
        lines = [value.model_dump_json(exclude_defaults=True) for value in values]
        if lines:
            self.text(file, "\n".join(lines) + "\n")


def _alert(alert: Alert) -> dict[str, JsonValue]:
    """Return an alert in the generic shape."""
    written: dict[str, JsonValue] = alert.model_dump(
        mode="json",
        exclude={"id", "produced_by", "inputs", "made_at", "cost", "entities", "external_id"},
        exclude_none=True,
    )
    return {
        **written,
        "id": alert.external_id,
        "entities": [entity.key for entity in alert.entities],
    }


def _about(now: datetime, window: Window, collected: Collected) -> dict[str, JsonValue]:
    absent: dict[str, JsonValue] = {
        source: why
        for source, why in collected.refused.items()
        if source not in collected.answered and why.startswith(_REFUSED_BY_THE_SOURCE)
    }
    about: dict[str, JsonValue] = {
        "version": int(VERSION),
        "now": now.isoformat(),
        "window": {"start": window.start.isoformat(), "end": window.end.isoformat()},
        "timezone": "UTC",
        "notes": ["holds what was read during the incident and nothing else"],
    }
    return {**about, "absent_sources": absent} if absent else about


def _write_readings(writer: _Writer, collected: Collected) -> None:
    _write_series(writer, collected.samples.values())
    ordered_lines = sorted(collected.lines.values(), key=lambda line: line.timestamp)
    writer.json_lines("logs/recorded.jsonl", ordered_lines)
    writer.json_lines("traces/recorded.jsonl", collected.spans.values())
    writer.json_lines("changes.jsonl", collected.changes.values())
    for kind, found in collected.resources.items():
        if kind not in _DERIVED:
            _write_resources(writer, kind, tuple(found.values()))
    for (instance, view), rows in collected.rows.items():
        name = f"database/{_file_name(instance)}/{_file_name(view)}.json"
        writer.json(name, [dict(row.columns) for row in rows.values()])
    if collected.probes:
        results = [result.model_dump(mode="json") for result in collected.probes.values()]
        writer.json("network/probes.json", results)
    if collected.topology.services:
        writer.yaml("topology.yaml", {"services": _services(collected)})


def _services(collected: Collected) -> dict[str, JsonValue]:
    return {
        service.name: {
            "depends_on": [*service.depends_on],
            "owner": service.owner,
            "resources": [entity.key for entity in service.resources],
        }
        for service in collected.topology.services
    }


def _write_series(writer: _Writer, samples: Iterable[Samples]) -> None:
    """Write tidy CSV, one file for each set of labels, because labels are columns."""
    by_labels: dict[tuple[str, ...], list[Samples]] = {}
    for one in samples:
        by_labels.setdefault(tuple(sorted(one.about.labels)), []).append(one)
    for number, (labels, several) in enumerate(sorted(by_labels.items()), start=1):
        writer.text(f"metrics/recorded-{number}.csv", _tidy(labels, several))


def _tidy(labels: tuple[str, ...], several: Iterable[Samples]) -> str:
    # A label that is called like one of the tidy columns keeps its value under another name.
    columns = tuple(f"label_{name}" if name in _TIDY else name for name in labels)
    lines: list[str] = []
    rows = csv.writer(_Lines(lines), lineterminator="\n")
    rows.writerow((*_TIDY, *columns))
    for one in several:
        about = one.about
        for moment, value in sorted(one.by_time.items()):
            stamp = datetime.fromtimestamp(moment, UTC).isoformat()
            entity = about.entity.key if about.entity else ""
            tidy = (stamp, entity, about.name, about.statistic or "", about.unit, repr(value))
            rows.writerow((*tidy, *(about.labels[name] for name in labels)))
    return "".join(lines)


@dataclass(frozen=True, slots=True)
class _Lines:
    """A file that `csv` writes to, kept as a list."""

    lines: list[str]

    def write(self, text: str) -> None:
        self.lines.append(text)


def _write_resources(writer: _Writer, kind: str, found: tuple[Resource, ...]) -> None:
    """Write objects where the reader looks for their kind."""
    bodies: list[Mapping[str, JsonValue]] = [one.document.body for one in found]
    if kind == "monitors":
        writer.json("alerts/monitors.json", {"monitors": bodies})
    elif kind == "network.tools" or kind.endswith(".describe"):
        for one in found:
            writer.text(_text_file(kind, one.entity), one.document.text("text") or "")
    elif "." in kind:
        service, _, noun = kind.partition(".")
        operation, response = response_with(service, noun, bodies)
        writer.json(f"aws/{_file_name(service)}/{_file_name(operation)}.json", response)
    else:
        items = {"apiVersion": "v1", "kind": "List", "items": bodies}
        writer.json(f"kubernetes/{_file_name(kind)}.json", items)


def _text_file(kind: str, entity: EntityRef) -> str:
    if kind == "network.tools":
        return f"network/tools/{_file_name(entity.name)}.txt"
    folder = f"kubernetes/describe/{_file_name(kind.removesuffix('.describe'))}"
    space = f"/{_file_name(entity.namespace)}" if entity.namespace else ""
    return f"{folder}{space}/{_file_name(entity.name)}.txt"


def _file_name(name: str) -> str:
    """Return a name that is safe as one part of a path."""
    return name.replace("/", "_").replace("\\", "_").lstrip(".") or "_"
