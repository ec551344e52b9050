"""A capture as a source of telemetry."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from agents.domain.base import EntityRef, Window
from agents.domain.document import Document
from agents.domain.measures import (
    ChangeSelector,
    LogSelector,
    Measure,
    Measurement,
    MetricSelector,
    ObjectSelector,
    ProbeSelector,
    RowSelector,
    TraceSelector,
)
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
from agents.domain.reduction import row_matches
from agents.errors import NoSuchSource, SourceUnavailable
from agents.integrations.capture.contents import Contents, Moment, read_contents
from agents.integrations.capture.histograms import derived_series
from agents.integrations.capture.layout import Format, Recorded, recognise
from agents.selection import (
    select_changes,
    select_lines,
    select_resources,
    select_series,
    select_spans,
)
from agents.telemetry import AbsentTelemetry, covers, measure_by_reading

_DATABASES = "databases"
"""The kind under which the recorded database instances are listed."""
_PROBES = "network.probes"
"""The kind under which it is listed what was probed: {probe, target}."""


class _Shelf:
    """Parsed files, each parsed again when it has changed on disk."""

    def __init__(self, when: Moment) -> None:
        self._when = when
        self._parsed: dict[Path, tuple[tuple[int, int], Contents]] = {}

    def contents(self, recorded: Recorded) -> Contents:
        try:
            stat = recorded.path.stat()
        except OSError as gone:
            raise SourceUnavailable(f"{recorded.file} can no longer be read: {gone}") from gone
        stamp = (stat.st_mtime_ns, stat.st_size)
        known = self._parsed.get(recorded.path)
        if known is None or known[0] != stamp:
            known = (stamp, read_contents(recorded, self._when))
            self._parsed[recorded.path] = known
        return known[1]


class _Readers(AbsentTelemetry):
    """The six readers over the files of a capture."""

    def __init__(self, folder: Path, when: Moment, absent: Mapping[str, str]) -> None:
        self._shelf = _Shelf(when)
        self._absent = absent
        self._files, self.unknown_files = recognise(folder)

    def check(self) -> None:
        """Read every file, so that what is malformed is said at once."""
        for one in self._files:
            self._shelf.contents(one)

    def sources(self) -> frozenset[str]:
        """Name what was recorded."""
        probes = {f"probe:{result.probe}" for result in self._probe_results()}
        databases = {f"objects:{_DATABASES}" for one in self._files if one.format is Format.ROWS}
        named = {one.source for one in self._files if one.format is not Format.PROBES}
        listed = {f"objects:{_PROBES}"} if probes else set[str]()
        return frozenset(named | probes | databases | listed)

    def metrics(self, selector: MetricSelector, window: Window) -> tuple[Series, ...]:
        """Return the recorded series, or a statistic of recorded histograms, cut to the window."""
        recorded = [one for part in self._parts(selector.source) for one in part.series]
        found = tuple(select_series(recorded, selector, window))
        if found or selector.statistic is None:
            return found
        return tuple(select_series(derived_series(recorded, selector), selector, window))

    def logs(self, selector: LogSelector, window: Window) -> tuple[LogLine, ...]:
        """Return the recorded lines, oldest first."""
        recorded = (line for part in self._parts(selector.source) for line in part.lines)
        found = select_lines(recorded, selector, window)
        return tuple(sorted(found, key=lambda line: line.timestamp))

    def traces(self, selector: TraceSelector, window: Window) -> tuple[Span, ...]:
        """Return the recorded spans, oldest first."""
        recorded = (span for part in self._parts(selector.source) for span in part.spans)
        return tuple(sorted(select_spans(recorded, selector, window), key=lambda s: s.start))

    def objects(self, selector: ObjectSelector) -> tuple[Resource, ...]:
        """Return the recorded objects."""
        if selector.kind == _DATABASES:
            return tuple(select_resources(self._databases(), selector))
        if selector.kind == _PROBES:
            return tuple(select_resources(self._probes(), selector))
        recorded = (one for part in self._parts(selector.source) for one in part.resources)
        return tuple(select_resources(recorded, selector))

    def topology(self) -> Topology:
        """Return the recorded topology."""
        services = (s for part in self._parts("topology") for s in part.topology.services)
        return Topology(services=tuple(services))

    def changes(self, selector: ChangeSelector, window: Window) -> tuple[Change, ...]:
        """Return the recorded changes, oldest first."""
        recorded = (change for part in self._parts(selector.source) for change in part.changes)
        return tuple(sorted(select_changes(recorded, selector, window), key=lambda c: c.timestamp))

    def probe(self, selector: ProbeSelector) -> ProbeResult:
        """Return the latest recorded result for the target."""
        found = [
            result
            for result in self._probe_results()
            if (result.probe, result.target) == (selector.probe, selector.target)
        ]
        if not found:
            raise NoSuchSource(
                f"no {selector.probe} probe of {selector.target} was recorded",
                remedy=f"probe {selector.target} and record the result in network/",
            )
        return max(found, key=lambda result: result.at)

    def rows(self, selector: RowSelector) -> tuple[Row, ...]:
        """Return the recorded rows of one instance."""
        of_view = self._of(selector.source)
        of_instance = [one for one in of_view if one.parts[1] == selector.instance]
        if not of_view:
            raise self._missing(selector.source)
        if not of_instance:
            recorded = ", ".join(sorted({one.parts[1] for one in of_view}))
            raise NoSuchSource(
                f"{selector.view} was not recorded for {selector.instance}, only for {recorded}",
                remedy=f"record database/{selector.instance}/{selector.view}.json",
            )
        rows = (row for one in of_instance for row in self._shelf.contents(one).rows)
        return tuple(row for row in rows if row_matches(row, selector.where))

    def _of(self, source: str) -> tuple[Recorded, ...]:
        return tuple(one for one in self._files if one.source == source)

    def _parts(self, source: str) -> tuple[Contents, ...]:
        """Return the contents of every file of a source."""
        files = self._of(source)
        if not files:
            raise self._missing(source)
        return tuple(self._shelf.contents(one) for one in files)

    def _missing(self, source: str) -> NoSuchSource:
        why = next((note for name, note in self._absent.items() if covers([name], source)), "")
        return NoSuchSource(
            f"the capture holds no {source}" + (f": {why}" if why else ""),
            remedy=f"record {source} into the capture",
        )

    def _probe_results(self) -> Iterator[ProbeResult]:
        for one in self._of("probe"):
            yield from self._shelf.contents(one).probes

    def _probes(self) -> tuple[Resource, ...]:
        """List what was probed, each target once per kind of probe."""
        probed = sorted({(result.probe, result.target) for result in self._probe_results()})
        if not probed:
            raise self._missing(f"objects:{_PROBES}")
        return tuple(
            Resource(
                kind=_PROBES,
                entity=EntityRef(kind="target", name=f"{probe}:{target}"),
                document=Document(body={"probe": probe, "target": target}),
            )
            for probe, target in probed
        )

    def _databases(self) -> tuple[Resource, ...]:
        """List the recorded instances, each with the views that there are."""
        files = [one for one in self._files if one.format is Format.ROWS]
        if not files:
            raise self._missing(f"objects:{_DATABASES}")
        instances = sorted({one.parts[1] for one in files})
        return tuple(
            Resource(
                kind=_DATABASES,
                entity=EntityRef(kind="database", name=instance),
                document=Document(
                    body={
                        "instance": instance,
                        "views": [one.path.stem for one in files if one.parts[1] == instance],
                    }
                ),
            )
            for instance in instances
        )


class CaptureTelemetry(_Readers):
    """Answers from recorded files; measures through readers of its own, past the parsed files.

    `measure` never sees what the readers above have parsed: it has a shelf of its own, and both
    shelves look at each file again before they answer.
    """

    def __init__(self, folder: Path, when: Moment, absent: Mapping[str, str] | None = None) -> None:
        """Open a capture; `absent` says why a source (a name or glob) is not in it."""
        super().__init__(folder, when, absent or {})
        self._measuring = _Readers(folder, when, absent or {})

    def measure(self, measure: Measure, window: Window) -> Measurement:
        """Evaluate a measure from the files, by another way than the readers."""
        return measure_by_reading(self._measuring, measure, window, "capture")
