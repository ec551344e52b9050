"""Files on this machine as a source of telemetry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import partial
from pathlib import Path

from typing_extensions import override

from agents.domain.base import Window
from agents.domain.measures import (
    ChangeSelector,
    LogSelector,
    Measure,
    Measurement,
    TraceSelector,
)
from agents.domain.readings import Change, LogLine, Span, Topology
from agents.integrations.capture.parsing import Place, read_text
from agents.integrations.capture.records import (
    changes_from_jsonl,
    lines_from_jsonl,
    spans_from_jsonl,
    topology_from_yaml,
)
from agents.integrations.files.tailing import Tail
from agents.selection import select_changes, select_lines, select_spans
from agents.telemetry import AbsentTelemetry, measure_by_reading


@dataclass(frozen=True, slots=True)
class WatchedFiles:
    """Which files are read; each holds what the file of that name in a capture holds."""

    logs: Sequence[str] = ()
    """Globs of `logs/*.jsonl`."""
    traces: Sequence[str] = ()
    """Globs of `traces/*.jsonl`."""
    changes: Path | None = None
    topology: Path | None = None
    zone: tzinfo = UTC
    """Of times without an offset."""


class _Readers(AbsentTelemetry):
    """The readers over some files."""

    def __init__(self, files: WatchedFiles) -> None:
        self._topology = files.topology
        self._lines = Tail[LogLine](files.logs, partial(lines_from_jsonl, zone=files.zone))
        self._spans = Tail[Span](files.traces, partial(spans_from_jsonl, zone=files.zone))
        changes = [str(files.changes)] if files.changes else []
        self._changes = Tail[Change](changes, partial(changes_from_jsonl, zone=files.zone))

    @override
    def sources(self) -> frozenset[str]:
        """Name the sources whose files are there."""
        tails = {"logs": self._lines, "traces": self._spans, "changes": self._changes}
        there = {name for name, tail in tails.items() if tail.files()}
        has_topology = self._topology is not None and self._topology.is_file()
        return frozenset(there | ({"topology"} if has_topology else set()))

    @override
    def logs(self, selector: LogSelector, window: Window) -> tuple[LogLine, ...]:
        """Return the matching lines, oldest first."""
        if not self._lines.files():
            return super().logs(selector, window)
        found = select_lines(self._lines.items(), selector, window)
        return tuple(sorted(found, key=lambda line: line.timestamp))

    @override
    def traces(self, selector: TraceSelector, window: Window) -> tuple[Span, ...]:
        """Return the matching spans, oldest first."""
        if not self._spans.files():
            return super().traces(selector, window)
        found = select_spans(self._spans.items(), selector, window)
        return tuple(sorted(found, key=lambda span: span.start))

    @override
    def changes(self, selector: ChangeSelector, window: Window) -> tuple[Change, ...]:
        """Return the matching changes, oldest first."""
        if not self._changes.files():
            return super().changes(selector, window)
        found = select_changes(self._changes.items(), selector, window)
        return tuple(sorted(found, key=lambda change: change.timestamp))

    @override
    def topology(self) -> Topology:
        """Return the topology as the file describes it now."""
        if self._topology is None or not self._topology.is_file():
            return super().topology()
        text = read_text(self._topology, Place(self._topology.name))
        return topology_from_yaml(text, self._topology.name)


class FileTelemetry(_Readers):
    """Answers from files that grow; measures by reading them again from the start."""

    def __init__(self, files: WatchedFiles) -> None:
        """Watch some files."""
        super().__init__(files)
        self._files = files

    @override
    def measure(self, measure: Measure, window: Window) -> Measurement:
        """Evaluate a measure on a fresh read of the files, past what the readers hold."""
        return measure_by_reading(_Readers(self._files), measure, window, "files")
