"""Turning one recorded file into readings."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import PurePosixPath

from pydantic import JsonValue

from agents.domain.base import EntityRef, Labels
from agents.domain.document import Document
from agents.domain.readings import (
    Change,
    LogLine,
    ProbeResult,
    Resource,
    Row,
    Series,
    Span,
    Topology,
)
from agents.integrations.aws.shapes import epoch, resources_from_response, series_from_response
from agents.integrations.capture.layout import Format, Recorded, aws_operation
from agents.integrations.capture.metrics import series_from_csv, series_from_openmetrics
from agents.integrations.capture.parsing import (
    Fields,
    Place,
    json_object,
    json_value,
    objects_in,
    read_text,
)
from agents.integrations.capture.records import (
    changes_from_jsonl,
    guessed_level,
    lines_from_container,
    lines_from_jsonl,
    probes_from_json,
    rows_from_json,
    spans_from_jsonl,
    topology_from_yaml,
)
from agents.integrations.kubernetes.shapes import resource_from_object, singular

_NAMED_BY_FOLDER = 2
"""Parts of `<namespace>/<name>` in the path of a description."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a capture was taken, for times that do not say it all."""

    now: datetime
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class Contents:
    """What one file holds."""

    series: tuple[Series, ...] = ()
    lines: tuple[LogLine, ...] = ()
    spans: tuple[Span, ...] = ()
    changes: tuple[Change, ...] = ()
    resources: tuple[Resource, ...] = ()
    probes: tuple[ProbeResult, ...] = ()
    rows: tuple[Row, ...] = ()
    topology: Topology = field(default_factory=Topology)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A recorded file with its text."""

    recorded: Recorded
    text: str
    when: Moment

    @property
    def place(self) -> Place:
        """The file, for error messages."""
        return Place(self.recorded.file)


def read_contents(recorded: Recorded, when: Moment) -> Contents:
    """Read one file.

    Raises:
        InvalidCapture: the file is not what its place in the folder says.
    """
    text = read_text(recorded.path, Place(recorded.file))
    return _READERS[recorded.format](_Opened(recorded, text, when))


def _metrics_csv(opened: _Opened) -> Contents:
    return Contents(series=series_from_csv(opened.text, opened.place.file, opened.when.zone))


def _openmetrics(opened: _Opened) -> Contents:
    return Contents(series=series_from_openmetrics(opened.text, opened.place.file))


def _log_lines(opened: _Opened) -> Contents:
    return Contents(lines=tuple(lines_from_jsonl(opened.text, opened.place.file, opened.when.zone)))


def _container_log(opened: _Opened) -> Contents:
    """Read `kubernetes/logs/<namespace>/<pod>/<container>[.previous].log`."""
    _, _, namespace, pod, name = opened.recorded.parts
    stem = name.removesuffix(".log")
    attributes: Mapping[str, JsonValue] = {
        "container": stem.removesuffix(".previous"),
        "previous": stem.endswith(".previous"),
    }
    about = EntityRef(kind="pod", namespace=namespace, name=pod)
    lines = lines_from_container(opened.text, about, attributes, opened.when.zone, opened.when.now)
    return Contents(lines=tuple(lines))


def _spans(opened: _Opened) -> Contents:
    return Contents(spans=tuple(spans_from_jsonl(opened.text, opened.place.file, opened.when.zone)))


def _changes(opened: _Opened) -> Contents:
    return Contents(
        changes=tuple(changes_from_jsonl(opened.text, opened.place.file, opened.when.zone))
    )


def _topology(opened: _Opened) -> Contents:
    return Contents(topology=topology_from_yaml(opened.text, opened.place.file))


def _kubernetes(opened: _Opened) -> Contents:
    place = opened.place
    kind = opened.recorded.source.removeprefix("objects:")
    bodies = objects_in(json_value(opened.text, place), place, "items")
    return Contents(resources=tuple(resource_from_object(kind, body) for body in bodies))


def _description(opened: _Opened) -> Contents:
    """Read `kubernetes/describe/<kind>/[<namespace>/]<name>.txt`."""
    _, _, kind, *named = opened.recorded.parts
    namespace = named[0] if len(named) == _NAMED_BY_FOLDER else None
    name = PurePosixPath(named[-1]).stem if named else ""
    about = EntityRef(kind=singular(kind.lower()), namespace=namespace, name=name)
    return _one_text(opened, about, {"text": opened.text})


def _tool_output(opened: _Opened) -> Contents:
    tool = PurePosixPath(opened.place.file).stem
    return _one_text(opened, EntityRef(kind="tool", name=tool), {"tool": tool, "text": opened.text})


def _one_text(opened: _Opened, about: EntityRef, body: Mapping[str, JsonValue]) -> Contents:
    kind = opened.recorded.source.removeprefix("objects:")
    return Contents(resources=(Resource(kind=kind, entity=about, document=Document(body=body)),))


def _aws(opened: _Opened) -> Contents:
    body = json_object(opened.text, opened.place)
    return Contents(resources=resources_from_response(*aws_operation(opened.recorded), body))


def _aws_metrics(opened: _Opened) -> Contents:
    return Contents(series=series_from_response(json_object(opened.text, opened.place)))


def _aws_logs(opened: _Opened) -> Contents:
    """Read `filter_log_events`; its times are milliseconds since the epoch, or ISO 8601."""
    place = opened.place
    body = json_object(opened.text, place)
    group = Fields(body, place, opened.when.zone).text("logGroupName", "")
    return Contents(lines=tuple(_aws_lines(body, place, group)))


def _aws_lines(body: Mapping[str, JsonValue], place: Place, group: str) -> Iterable[LogLine]:
    for index, event in enumerate(objects_in(body.get("events"), place.at("events"))):
        here = Fields(event, place.at(f"events[{index}]"), UTC)
        stamp = event.get("timestamp")
        seconds = stamp / 1000 if isinstance(stamp, int | float) else epoch(stamp)
        if seconds is None:
            raise here.place.at("timestamp").wrong(f"{stamp!r} is not a time")
        message = here.text("message").rstrip("\n")
        yield LogLine(
            timestamp=datetime.fromtimestamp(seconds, UTC),
            entity=_of_log_group(group) if group else None,
            message=message,
            level=guessed_level(message),
            attributes={"log_group": group, "log_stream": event.get("logStreamName")},
        )


def _of_log_group(group: str) -> EntityRef:
    """Name what writes to a log group: `/aws/lambda/charge` is written by function `charge`."""
    kind = {"lambda": "function", "rds": "database"}
    match group.strip("/").split("/"):
        case ["aws", "lambda", name]:
            return EntityRef(kind=kind["lambda"], name=name)
        case ["aws", "rds", "instance", name, *_]:
            return EntityRef(kind=kind["rds"], name=name)
        case _:
            return EntityRef(kind="log_group", name=group)


def _monitors(opened: _Opened) -> Contents:
    place = opened.place
    monitors = objects_in(json_value(opened.text, place), place, "monitors")
    return Contents(
        resources=tuple(
            Resource(
                kind="monitors",
                entity=EntityRef(
                    kind="monitor",
                    name=Fields(body, place.at(f"monitors[{index}]"), opened.when.zone).text(
                        "name"
                    ),
                ),
                labels=_labels_of_tags(body.get("tags")),
                document=Document(body=body),
            )
            for index, body in enumerate(monitors)
        )
    )


def _labels_of_tags(tags: JsonValue) -> Labels:
    """Read `key:value` tags."""
    written = tags if isinstance(tags, list) else []
    pairs = (str(tag).partition(":") for tag in written)
    return {key: value for key, colon, value in pairs if colon}


def _rows(opened: _Opened) -> Contents:
    return Contents(rows=rows_from_json(opened.text, opened.place.file))


def _probes(opened: _Opened) -> Contents:
    return Contents(
        probes=tuple(probes_from_json(opened.text, opened.place.file, opened.when.zone))
    )


_READERS: Mapping[Format, Callable[[_Opened], Contents]] = {
    Format.METRICS_CSV: _metrics_csv,
    Format.OPENMETRICS: _openmetrics,
    Format.LOG_LINES: _log_lines,
    Format.CONTAINER_LOG: _container_log,
    Format.SPANS: _spans,
    Format.CHANGES: _changes,
    Format.TOPOLOGY: _topology,
    Format.KUBERNETES: _kubernetes,
    Format.DESCRIPTION: _description,
    Format.AWS: _aws,
    Format.AWS_METRICS: _aws_metrics,
    Format.AWS_LOGS: _aws_logs,
    Format.MONITORS: _monitors,
    Format.ROWS: _rows,
    Format.PROBES: _probes,
    Format.TOOL_OUTPUT: _tool_output,
}
