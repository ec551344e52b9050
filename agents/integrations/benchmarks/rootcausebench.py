"""RootCauseBench (edgedelta, Apache-2.0): incidents with commits, of which one or none is to blame.

The folder's name, its tests, the list of decoys and the severity of clustered patterns tell the
answer or lead to it, and are left out.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import JsonValue

from agents.commander.report import Report, ReportedHypothesis
from agents.domain.failure_modes import Domain
from agents.errors import InvalidCapture
from agents.integrations.benchmarks.case import Answer, BenchmarkCase, Published, named
from agents.integrations.benchmarks.files import Files
from agents.integrations.benchmarks.renaming import Renamer, Renaming

NONE = "none"
_DATA = "environment/data"
_OF_SPANS = frozenset(
    {"trace_id", "span_id", "parent_id", "service", "name", "start", "duration_ms", "status"}
)
_OF_LINES = frozenset({"timestamp", "service", "severity_text", "msg", "trace_id"})
_TRANSLATED = frozenset(
    {"alert.json", "traces.json", "patterns.json", "commits.json", "deploys.json", "flags.json"}
)
_SAID = ("status", "title", "summary", "detail", "message", "description")
_WITHOUT_A_CHANGE = ("tls_expired", "tls_not_yet_valid", "dns_servfail", "dns_timeout")
"""Modes beyond those of the external domain that no commit brings about."""

Record = Mapping[str, JsonValue]


@dataclass(frozen=True)
class RootCauseCase:
    """One incident."""

    folder: Path
    seed: str | None = None

    @property
    def source(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def category(self) -> str:
        """Whether a commit is to blame."""
        return "none" if NONE in self.accepted else "commit"

    @cached_property
    def _truth(self) -> Record:
        return _object(json.loads((self.folder / "tests/ground_truth.json").read_text("utf-8")))

    @property
    def accepted(self) -> frozenset[str]:
        """The guilty commit, or `none`."""
        return frozenset({str(self._truth["root_cause_commit"])})

    @property
    def aliases(self) -> frozenset[str]:
        """There are none: a commit has one name."""
        return frozenset()

    @property
    def decoys(self) -> frozenset[str]:
        """The commits laid out as traps."""
        listed = self._truth.get("decoy_deploy_commits")
        return frozenset(str(one) for one in listed) if isinstance(listed, list) else frozenset()

    def answers(self, report: Report) -> Sequence[Answer]:
        """Say which commit an account blames, or that it blames none."""
        return tuple(_in_all(answer, report) for answer in named(report, blamed))

    def write(self, folder: Path) -> None:
        """Write the incident as a capture."""
        _Translation(self.folder / _DATA, self.seed).write(Files(folder))


def _in_all(answer: Answer, report: Report) -> Answer:
    """Return an answer with the confidence of every origin that amounts to it."""
    origins = (one for one in report.hypotheses if one.caused_by is None)
    total = sum(one.confidence for one in origins if blamed(one) == answer.text)
    return Answer(text=answer.text, confidence=min(1.0, max(answer.confidence, total)))


def blamed(hypothesis: ReportedHypothesis) -> str | None:
    """Say what a hypothesis blames; a symptom leaves open whether a change did it."""
    if hypothesis.change_ref is not None:
        return hypothesis.change_ref
    is_outside = hypothesis.domain == Domain.EXTERNAL
    return NONE if is_outside or hypothesis.failure_mode in _WITHOUT_A_CHANGE else None


class RootCauseBench:
    """The data set."""

    name = "rootcausebench"
    published = (
        Published(
            who="best without a model",
            top1=0.2917,
            on="all 24 cases",
            source="edgedelta RootCauseBench",
        ),
    )

    def cases(self, data: Path, renamer: Renamer | None) -> Iterator[BenchmarkCase]:
        """Yield the incidents of a folder.

        Raises:
            InvalidCapture: it holds none.
        """
        folders = sorted(path.parent for path in data.glob("*/environment") if path.is_dir())
        if not folders:
            raise InvalidCapture(
                f"{data} holds no incident",
                remedy="give the folder that holds <name>/environment/data",
            )
        for folder in folders:
            yield RootCauseCase(folder, renamer.seed if renamer else None)


class _Translation:
    """Turns the files of one incident into those of a capture."""

    def __init__(self, data: Path, seed: str | None) -> None:
        self._data = data
        self._renaming = Renaming({})
        if seed is not None:
            self._renaming = Renamer(seed).of(self._services())

    def write(self, files: Files) -> None:
        """Write the capture."""
        alert = _object(self._json("alert.json"))
        series = self._metrics()
        lines = [*self._lines(), *self._notices()]
        spans = [_span(one) for one in _objects(self._json("traces.json")) if one.get("start")]
        told = [row[0] for row in series] + [str(one["timestamp"]) for one in lines]
        start, now = min(told), max(*told, str(alert["fired_at"]))
        files.yaml(
            "capture.yaml",
            {"version": "1", "now": now, "window": {"start": start, "end": now}, "timezone": "UTC"},
        )
        files.json("alert.json", _alert(alert))
        files.csv("metrics/services.csv", series)
        files.json_lines("logs/services.jsonl", lines)
        files.json_lines("traces/spans.jsonl", spans)
        changes = [one for one in self._changes() if str(one["timestamp"]) <= now]
        files.json_lines("changes.jsonl", changes)

    def _services(self) -> set[str]:
        alert = _object(self._json("alert.json"))
        named = {str(alert.get("service", ""))}
        named |= {row[1] for row in csv.reader(io.StringIO(self._text("metrics.csv")))} - {
            "service"
        }
        for records in (self._records("logs.ndjson"), _objects(self._json("traces.json"))):
            named |= {str(one.get("service", "")) for one in records}
        for file in ("deploys", "flags"):
            records = _objects(self._json(f"context/{file}.json"))
            named |= {str(one.get("service", "")) for one in records}
        return named

    def _text(self, file: str) -> str:
        path = self._data / file
        return self._renaming.text(path.read_text("utf-8")) if path.is_file() else ""

    def _json(self, file: str) -> JsonValue:
        text = self._text(file)
        parsed: JsonValue = json.loads(text) if text.strip() else []
        return parsed

    def _records(self, file: str) -> list[Record]:
        return [_object(json.loads(line)) for line in self._text(file).splitlines() if line.strip()]

    def _metrics(self) -> list[tuple[str, ...]]:
        rows = csv.DictReader(io.StringIO(self._text("metrics.csv")))
        return [
            (row["timestamp"], f"service/{row['service']}", row["metric"], "", "", row["value"])
            for row in rows
            if row["value"]
        ]

    def _lines(self) -> Iterator[dict[str, JsonValue]]:
        for record in self._records("logs.ndjson"):
            yield {
                "timestamp": record["timestamp"],
                "entity": f"service/{record.get('service', 'unknown')}",
                "level": str(record.get("severity_text", "")).lower(),
                "message": str(record.get("msg") or record.get("message") or ""),
                "trace_id": str(record.get("trace_id") or ""),
                "attributes": {k: v for k, v in record.items() if k not in _OF_LINES},
            }

    def _notices(self) -> Iterator[dict[str, JsonValue]]:
        """Yield what status pages and the like said: dated events in any further file."""
        files = [*self._data.glob("*.json"), *self._data.glob("context/*.json")]
        for path in sorted(file for file in files if file.name not in _TRANSLATED):
            body = self._json(path.relative_to(self._data).as_posix())
            about = body if isinstance(body, dict) else {}
            name = str(about.get("component") or about.get("source") or path.stem)
            dated = [one for one in _events(body) if isinstance(one.get("timestamp"), str)]
            for event in dated:
                said = [str(event[key]) for key in _SAID if event.get(key)]
                yield {
                    "timestamp": event["timestamp"],
                    "entity": {"kind": "status_page", "name": name},
                    "level": str(event.get("status", "")),
                    "message": ": ".join(said),
                }

    def _changes(self) -> Iterator[dict[str, JsonValue]]:
        for commit in _objects(self._json("context/commits.json")):
            yield {
                "timestamp": commit["timestamp"],
                "kind": "commit",
                "entity": "repository/repository",
                "ref": str(commit["sha"]),
                "author": str(commit.get("author", "")),
                "summary": str(commit.get("message", "")),
                "diff": _with_headers(str(commit.get("diff") or ""), commit.get("files_changed")),
            }
        for deploy in _objects(self._json("context/deploys.json")):
            yield {
                "timestamp": deploy["timestamp"],
                "kind": "deploy",
                "entity": f"service/{deploy.get('service', 'unknown')}",
                "ref": str(deploy["commit_sha"]),
                "summary": f"{deploy.get('service', '')} {deploy.get('version', '')}".strip(),
            }
        for flag in _objects(self._json("context/flags.json")):
            yield {
                "timestamp": flag["timestamp"],
                "kind": "flag",
                "entity": f"service/{flag.get('service', 'unknown')}",
                "ref": str(flag["flag"]),
                "author": str(flag.get("actor", "")),
                "summary": f"{flag['flag']} {flag.get('change', '')}".strip(),
            }


def _object(value: JsonValue) -> Record:
    if not isinstance(value, dict):
        raise InvalidCapture("expected a JSON object", remedy="check the data set's files")
    return value


def _objects(value: JsonValue) -> list[Record]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _events(body: JsonValue) -> list[Record]:
    if isinstance(body, dict):
        return [one for value in body.values() for one in _objects(value)]
    return _objects(body)


def _alert(alert: Record) -> Record:
    shown = (f"{key}: {value}" for key, value in alert.items() if key not in {"service", "summary"})
    return {
        "title": str(alert.get("summary") or alert.get("monitor") or "alert"),
        "text": "; ".join(shown),
        "started_at": alert["fired_at"],
        "labels": {
            key: str(alert[key]) for key in ("service", "metric", "severity") if key in alert
        },
    }


def _span(span: Record) -> dict[str, JsonValue]:
    return {
        "trace_id": str(span.get("trace_id", "")),
        "span_id": str(span.get("span_id", "")),
        "parent_id": str(span.get("parent_id") or ""),
        "service": str(span.get("service", "")),
        "operation": str(span.get("name", "")),
        "start": span.get("start"),
        "duration_ms": span.get("duration_ms") or 0,
        "status": str(span.get("status", "ok")).lower(),
        "attributes": {key: value for key, value in span.items() if key not in _OF_SPANS},
    }


def _with_headers(diff: str, files: JsonValue) -> str:
    """Name the files of a commit as Git does, where its diff leaves them out.

    What the diff shows without a name is taken for the file that the commit lists first.
    """
    paths: Iterable[JsonValue] = files if isinstance(files, list) else []
    missing = [str(path) for path in paths if str(path) not in diff]
    headers = [f"--- a/{path}\n+++ b/{path}\n" for path in reversed(missing)]
    return "".join(headers) + diff
