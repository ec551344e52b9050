"""Which file of a capture holds what: the one place that knows the folder's layout."""

import re
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path, PurePosixPath

from agents.integrations.aws.shapes import collection, is_series

ABOUT_THE_CAPTURE = frozenset({"capture.yaml", "alert.json"})
_AWS = re.compile(r"aws/(?P<service>[^/]+)/(?P<operation>[a-z0-9_]+)(\.\d+)?\.json")


class Format(Enum):
    """How a file is read."""

    METRICS_CSV = auto()
    OPENMETRICS = auto()
    LOG_LINES = auto()
    CONTAINER_LOG = auto()
    SPANS = auto()
    CHANGES = auto()
    TOPOLOGY = auto()
    KUBERNETES = auto()
    DESCRIPTION = auto()
    AWS = auto()
    AWS_METRICS = auto()
    AWS_LOGS = auto()
    MONITORS = auto()
    ROWS = auto()
    PROBES = auto()
    TOOL_OUTPUT = auto()


_LAYOUT = tuple(
    (re.compile(pattern), form, source)
    for pattern, form, source in (
        (r"topology\.yaml", Format.TOPOLOGY, "topology"),
        (r"changes\.jsonl", Format.CHANGES, "changes"),
        (r"metrics/[^/]+\.csv", Format.METRICS_CSV, "metrics"),
        (r"metrics/[^/]+\.prom", Format.OPENMETRICS, "metrics"),
        (r"logs/[^/]+\.jsonl", Format.LOG_LINES, "logs"),
        (r"traces/[^/]+\.jsonl", Format.SPANS, "traces"),
        (r"kubernetes/(?P<kind>[^/]+)\.json", Format.KUBERNETES, "objects:{kind}"),
        (
            r"kubernetes/describe/(?P<kind>[^/]+)/([^/]+/)?[^/]+\.txt",
            Format.DESCRIPTION,
            "objects:{kind}.describe",
        ),
        (r"kubernetes/logs/[^/]+/[^/]+/[^/]+\.log", Format.CONTAINER_LOG, "logs"),
        (r"alerts/monitors\.json", Format.MONITORS, "objects:monitors"),
        (r"database/[^/]+/(?P<view>[^/]+)\.json", Format.ROWS, "rows:{view}"),
        (r"network/[^/]+\.json", Format.PROBES, "probe"),
        (r"network/tools/[^/]+\.txt", Format.TOOL_OUTPUT, "objects:network.tools"),
    )
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One file of a capture that holds telemetry."""

    path: Path
    file: str
    """Relative to the capture's folder, with forward slashes."""
    format: Format
    source: str
    """The source it belongs to; probe results say for themselves which probes they are of."""

    @property
    def parts(self) -> tuple[str, ...]:
        """The folders and the name of the file."""
        return PurePosixPath(self.file).parts


def recognise(folder: Path) -> tuple[tuple[Recorded, ...], tuple[str, ...]]:
    """Return the files that hold telemetry, and the names of those nobody knows."""
    known: list[Recorded] = []
    unknown: list[str] = []
    for path in sorted(folder.rglob("*")):
        file = path.relative_to(folder).as_posix()
        if path.is_dir() or file in ABOUT_THE_CAPTURE:
            continue
        if recognised := _recognised(file):
            known.append(Recorded(path, file, *recognised))
        else:
            unknown.append(file)
    described = {one.source for one in known if _is_aws(one, "describe_")}
    return (
        tuple(one for one in known if not (_is_aws(one, "list_") and one.source in described)),
        tuple(unknown),
    )


def _is_aws(one: Recorded, verb: str) -> bool:
    """Tell whether a file is the response of such an operation.

    Where things are described as well as listed, the list (of mere ARNs) adds nothing.
    """
    return one.format is Format.AWS and aws_operation(one)[1].startswith(verb)


def _recognised(file: str) -> tuple[Format, str] | None:
    """Return how a file is read and which source it belongs to."""
    for pattern, form, source in _LAYOUT:
        if found := pattern.fullmatch(file):
            return form, source.format(**found.groupdict()).lower()
    if found := _AWS.fullmatch(file):
        return _of_aws(found["service"], found["operation"])
    return None


def _of_aws(service: str, operation: str) -> tuple[Format, str]:
    if is_series(service, operation):
        return Format.AWS_METRICS, "metrics"
    if service == "logs" and operation in {"filter_log_events", "get_log_events"}:
        return Format.AWS_LOGS, "logs"
    return Format.AWS, f"objects:{service}.{collection(operation)}"


def aws_operation(recorded: Recorded) -> tuple[str, str]:
    """Return the service and the operation whose response a file holds."""
    _, service, name = recorded.parts
    return service, name.partition(".")[0]
