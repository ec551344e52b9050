"""Files that grow while an incident goes on."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from agents.domain.base import EntityRef, Window
from agents.domain.measures import (
    ChangeSelector,
    LogSelector,
    Measure,
    Reduction,
    TraceSelector,
)
from agents.errors import InvalidCapture, NoSuchSource
from agents.integrations.files.telemetry import FileTelemetry, WatchedFiles

WINDOW = Window.model_validate(
    {"start": "2026-11-19T10:00:00Z", "end": "2026-11-19T10:30:00Z"},
)
COUNT = Measure(selector=LogSelector(), reduce=Reduction.COUNT)
SPAN = (
    '{"trace_id": "t", "span_id": "s", "service": "checkout", "operation": "pay",'
    ' "start": "2026-11-19T10:10:00Z", "duration_ms": 12}\n'
)
CHANGE = (
    '{"timestamp": "2026-11-19T10:10:00Z", "kind": "deploy", "entity": "checkout", "ref": "v2"}\n'
)


def line(message: str, minute: int = 10) -> str:
    """Return one JSON log line."""
    stamp = f"2026-11-19T10:{minute:02}:00Z"
    return f'{{"timestamp": "{stamp}", "entity": "checkout", "message": "{message}"}}\n'


def logs(folder: Path) -> FileTelemetry:
    """Watch the logs of a folder."""
    return FileTelemetry(WatchedFiles(logs=(str(folder / "*.jsonl"),)))


def messages(telemetry: FileTelemetry) -> list[str]:
    """Return what the logs say."""
    return [one.message for one in telemetry.logs(LogSelector(), WINDOW)]


def add(path: Path, text: str) -> None:
    """Append to a file, as a service does."""
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def test_lines_that_are_added_are_read_and_none_is_read_twice(tmp_path: Path) -> None:
    """A count that doubles at every look would invent an error storm."""
    telemetry = logs(tmp_path)
    add(tmp_path / "a.jsonl", line("first"))
    assert messages(telemetry) == ["first"]

    add(tmp_path / "a.jsonl", line("second"))
    add(tmp_path / "b.jsonl", line("earlier", minute=5))

    assert messages(telemetry) == ["earlier", "first", "second"]


def test_half_a_line_waits_for_its_other_half(tmp_path: Path) -> None:
    """A writer is often caught in the middle."""
    telemetry = logs(tmp_path)
    whole = line("first")
    add(tmp_path / "a.jsonl", whole[:30])
    assert messages(telemetry) == []

    add(tmp_path / "a.jsonl", whole[30:])

    assert messages(telemetry) == ["first"]


def test_a_rotated_file_is_read_from_its_start_and_the_old_lines_are_kept(tmp_path: Path) -> None:
    """Logs rotate exactly when an error storm fills them."""
    telemetry = logs(tmp_path)
    path = tmp_path / "a.jsonl"
    add(path, line("before") + line("still before"))
    assert len(messages(telemetry)) == 2

    path.rename(tmp_path / "a.jsonl.1")
    add(path, line("after"))

    assert messages(telemetry) == ["before", "still before", "after"]


def test_a_file_that_was_cut_is_read_from_its_start(tmp_path: Path) -> None:
    """Some tools cut the file in place."""
    telemetry = logs(tmp_path)
    path = tmp_path / "a.jsonl"
    add(path, line("a long line before the cut"))
    messages(telemetry)

    path.write_text(line("after"), encoding="utf-8")

    assert messages(telemetry)[-1] == "after"


def test_a_line_that_is_no_record_is_skipped_and_logged(tmp_path: Path) -> None:
    """One stack trace in a JSON log must not blind the specialists."""
    add(tmp_path / "a.jsonl", "Traceback (most recent call last):\n" + line("fine"))

    with capture_logs() as logged:
        found = messages(logs(tmp_path))

    assert found == ["fine"]
    assert [(entry["event"], entry["lines"]) for entry in logged] == [("lines_skipped", 1)]


def test_measuring_reads_the_files_afresh(tmp_path: Path) -> None:
    """The verifier must not count what the readers remember of a file that is gone."""
    telemetry = logs(tmp_path)
    path = tmp_path / "a.jsonl"
    add(path, line("first") + line("second"))
    assert len(messages(telemetry)) == 2

    path.write_text(line("only"), encoding="utf-8")

    measured = telemetry.measure(COUNT, WINDOW)
    assert (measured.value, measured.read_path) == (1, "files:logs")


def test_files_that_are_not_there_are_no_such_source(tmp_path: Path) -> None:
    """No file is not the same as no errors."""
    telemetry = FileTelemetry(
        WatchedFiles(
            logs=(str(tmp_path / "*.jsonl"),),
            changes=tmp_path / "changes.jsonl",
            topology=tmp_path / "topology.yaml",
        )
    )

    assert telemetry.sources() == frozenset()
    with pytest.raises(NoSuchSource):
        telemetry.logs(LogSelector(), WINDOW)
    with pytest.raises(NoSuchSource):
        telemetry.changes(ChangeSelector(), WINDOW)
    with pytest.raises(NoSuchSource):
        telemetry.traces(TraceSelector(), WINDOW)
    with pytest.raises(NoSuchSource):
        telemetry.topology()


def test_spans_changes_and_topology_are_read_as_they_are_now(tmp_path: Path) -> None:
    """A service that was added during the incident is part of it."""
    add(tmp_path / "spans.jsonl", SPAN)
    add(tmp_path / "changes.jsonl", CHANGE)
    topology = tmp_path / "topology.yaml"
    topology.write_text("services: {checkout: {depends_on: [pay]}}", encoding="utf-8")
    telemetry = FileTelemetry(
        WatchedFiles(
            traces=(str(tmp_path / "spans*.jsonl"),),
            changes=tmp_path / "changes.jsonl",
            topology=topology,
        )
    )
    assert telemetry.sources() == {"traces", "changes", "topology"}

    (span,) = telemetry.traces(TraceSelector(service="checkout"), WINDOW)
    (change,) = telemetry.changes(ChangeSelector(), WINDOW)
    before = telemetry.topology()
    topology.write_text("services: {checkout: {}, pay: {}}", encoding="utf-8")

    assert (span.duration_ms, change.ref) == (12.0, "v2")
    assert change.entity == EntityRef(kind="service", name="checkout")
    assert before.dependencies("checkout") == ("pay",)
    assert [service.name for service in telemetry.topology().services] == ["checkout", "pay"]


def test_a_broken_topology_is_named(tmp_path: Path) -> None:
    """Whoever edits it mid-incident is told the line."""
    topology = tmp_path / "topology.yaml"
    topology.write_text("services: [\n", encoding="utf-8")

    with pytest.raises(InvalidCapture, match=r"topology\.yaml, line 2"):
        FileTelemetry(WatchedFiles(topology=topology)).topology()
