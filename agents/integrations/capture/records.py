"""Recorded log lines, spans, changes, topology, database rows and probe results."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from typing import cast

import yaml
from pydantic import JsonValue

from agents.domain.base import EntityRef
from agents.domain.readings import Change, LogLine, ProbeResult, Row, Service, Span, Topology
from agents.integrations.capture.parsing import (
    Fields,
    Place,
    entity,
    json_lines,
    json_value,
    moment,
    objects_in,
)

_PROBES = frozenset({"dns", "tcp", "tls", "http", "trace"})
_PROBE_FIELDS = frozenset({"probe", "target", "at", "ok", "error_kind", "latency_ms", "fields"})
_STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?")
_STAMP_WITHIN = 60
"""Characters at the start of a line in which a timestamp is looked for."""
_LEVEL = re.compile(
    r"\b(fatal|panic|critical|error|err|warning|warn|info|debug|trace)\b", re.IGNORECASE
)
_LEVEL_WITHIN = 120
_LEVEL_NAMES = {"err": "error", "warn": "warning", "panic": "fatal"}
_KLOG = re.compile(r"^([IWEF])\d{4} ")
_KLOG_LEVELS = {"I": "info", "W": "warning", "E": "error", "F": "fatal"}


def lines_from_jsonl(text: str, file: str, zone: tzinfo) -> Iterator[LogLine]:
    """Read structured log lines."""
    for record in json_lines(text, file, zone):
        yield LogLine(
            timestamp=record.time("timestamp"),
            entity=record.entity("entity"),
            message=record.text("message"),
            level=record.text("level", "").lower(),
            trace_id=record.text("trace_id", ""),
            attributes=record.mapping("attributes"),
        )


def lines_from_container(
    text: str, pod: EntityRef, attributes: Mapping[str, JsonValue], zone: tzinfo, now: datetime
) -> Iterator[LogLine]:
    """Read what a container printed.

    A line without a timestamp of its own has the time of the line before it (stack traces), or
    else the capture's present.
    """
    last = now
    for line in text.splitlines():
        if line.strip():
            last = _stamp(line, zone) or last
            yield LogLine(
                timestamp=last,
                entity=pod,
                message=line,
                level=guessed_level(line),
                attributes=attributes,
            )


def guessed_level(line: str) -> str:
    """Return the level that a free-form log line seems to have, empty when it shows none."""
    if klog := _KLOG.match(line):
        return _KLOG_LEVELS[klog[1]]
    found = _LEVEL.search(line[:_LEVEL_WITHIN])
    if found is None:
        return ""
    name = found[1].lower()
    return _LEVEL_NAMES.get(name, name)


def _stamp(line: str, zone: tzinfo) -> datetime | None:
    found = _STAMP.search(line[:_STAMP_WITHIN])
    if found is None:
        return None
    try:
        read = datetime.fromisoformat(found[0].replace(",", "."))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=zone)


def spans_from_jsonl(text: str, file: str, zone: tzinfo) -> Iterator[Span]:
    """Read spans."""
    for record in json_lines(text, file, zone):
        yield Span(
            trace_id=record.text("trace_id"),
            span_id=record.text("span_id"),
            parent_id=record.text("parent_id", ""),
            service=record.text("service"),
            operation=record.text("operation"),
            start=record.time("start"),
            duration_ms=record.number("duration_ms"),
            status=record.text("status", "ok"),
            attributes=record.mapping("attributes"),
        )


def changes_from_jsonl(text: str, file: str, zone: tzinfo) -> Iterator[Change]:
    """Read changes."""
    for record in json_lines(text, file, zone):
        yield Change(
            timestamp=record.time("timestamp"),
            kind=record.text("kind"),
            entity=entity(record.body.get("entity"), record.place.at("entity")),
            ref=record.text("ref"),
            author=record.text("author", ""),
            summary=record.text("summary", ""),
            diff=record.text("diff", ""),
        )


def yaml_object(text: str, place: Place) -> dict[str, JsonValue]:
    """Read YAML whose top level is a mapping; times stay text."""
    try:
        read: object = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - builds only text
    except yaml.MarkedYAMLError as broken:
        line = broken.problem_mark.line + 1 if broken.problem_mark else None
        raise Place(place.file, line).wrong(f"is not YAML: {broken.problem}") from None
    return objects_in(_plain(read, place), place)[0]


def _plain(value: object, place: Place) -> JsonValue:
    if isinstance(value, dict):
        pairs = cast("dict[object, object]", value)
        return {str(key): _plain(item, place) for key, item in pairs.items()}
    if isinstance(value, list):
        return [_plain(item, place) for item in cast("list[object]", value)]
    if isinstance(value, str):
        return value
    raise place.wrong("is empty")


def topology_from_yaml(text: str, file: str) -> Topology:
    """Read who depends on whom."""
    place = Place(file)
    body = Fields(yaml_object(text, place), place, UTC)
    if "services" not in body.body:
        raise place.at("services").wrong("is missing")
    described = body.mapping("services")
    return Topology(
        services=tuple(_service(name, value, place) for name, value in described.items())
    )


def _service(name: str, value: JsonValue, place: Place) -> Service:
    here = place.at(f"services.{name}")
    if value in (None, ""):
        return Service(name=name)
    if not isinstance(value, dict):
        raise here.wrong("must be a mapping")
    depends_on, resources = value.get("depends_on") or [], value.get("resources") or []
    if not isinstance(depends_on, list):
        raise here.at("depends_on").wrong("must be a list of service names")
    if not isinstance(resources, list):
        raise here.at("resources").wrong("must be a list of entities")
    return Service(
        name=name,
        depends_on=tuple(str(each) for each in depends_on),
        owner=Fields(value, here, UTC).text("owner", ""),
        resources=tuple(entity(each, here.at("resources")) for each in resources),
    )


def rows_from_json(text: str, file: str) -> tuple[Row, ...]:
    """Read the rows of a view: a list, {"rows": [...]}, or one object of settings by name."""
    place = Place(file)
    value = json_value(text, place)
    if isinstance(value, dict) and "rows" not in value:
        return tuple(Row(columns={"name": k, "setting": v}) for k, v in value.items())
    return tuple(Row(columns=row) for row in objects_in(value, place, "rows"))


def probes_from_json(text: str, file: str, zone: tzinfo) -> Iterator[ProbeResult]:
    """Read probe results; fields beyond the known ones are kept as `fields`."""
    place = Place(file)
    for body in objects_in(json_value(text, place), place, "probes", "results"):
        record = Fields(body, place, zone)
        probe, ok = record.text("probe"), body.get("ok")
        if probe not in _PROBES:
            raise place.at("probe").wrong(f"{probe!r} is none of {', '.join(sorted(_PROBES))}")
        if not isinstance(ok, bool):
            raise place.at("ok").wrong("must be true or false")
        further = {key: value for key, value in body.items() if key not in _PROBE_FIELDS}
        yield ProbeResult(
            probe=probe,
            target=record.text("target"),
            at=moment(record.text("at"), zone, place.at("at")),
            ok=ok,
            error_kind=record.text("error_kind", ""),
            latency_ms=None if body.get("latency_ms") is None else record.number("latency_ms"),
            fields={**further, **record.mapping("fields")},
        )
