"""PetShop (amazon-science, arXiv 2311.04806): issues of a microservice shop, told by its metrics.

Layout: `<scenario>/graph.csv` (a row calls the columns that hold 1),
`<scenario>/noissue/metrics.csv` and `<scenario>/{train,test}/issue_N/{metrics.csv,target.json}`.
The last day of the fault-free recording, moved by whole days, becomes the day before the issue.
Stretches of that recording under an alarm that nothing stands behind are cases too: there, the
right answer is none.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agents.commander.report import Report, ReportedHypothesis
from agents.domain.document import Document
from agents.domain.failure_modes.entry import Category
from agents.errors import InvalidCapture
from agents.integrations.benchmarks.case import Answer, Published, named
from agents.integrations.benchmarks.files import Files
from agents.integrations.benchmarks.renaming import Renamer

_DAY = 86_400
_STEP = 300
_HISTORY = _DAY // _STEP
_SHOWN = frozenset({("latency", "Average"), ("availability", "Average"), ("requests", "Sum")})
_UNITS = {"latency": "seconds", "availability": "percent", "requests": "requests"}
_QUIET_ROWS = 5
_QUIET_STRIDE = 30
_BEFORE_ALARM = 2
_ON = "PetShop, 52 issues of all scenarios"
_PUBLISHED = (
    Published(
        who="graph traversal on correlation", top1=0.654, top3=0.827, on=_ON, source="2311.04806"
    ),
    Published(who="CIRCA", top1=0.327, top3=0.731, on=_ON, source="2311.04806"),
)

Column = tuple[str, str, str]
"""Node, metric, statistic."""


@dataclass(frozen=True, slots=True)
class _Table:
    """A metrics file: one row of readings for each moment, empty where there was no traffic."""

    columns: tuple[Column, ...]
    times: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]

    def part(self, start: int, end: int) -> "_Table":
        """Return some of the rows."""
        return _Table(self.columns, self.times[start:end], self.rows[start:end])


@dataclass(frozen=True, slots=True)
class _Alarm:
    node: str
    metric: str
    at: int


@dataclass(frozen=True, slots=True)
class PetShopCase:
    """One issue, or one stretch in which nothing was wrong."""

    source: str
    category: str
    accepted: frozenset[str]
    renamer: Renamer | None
    alarm: _Alarm
    history: _Table
    recorded: _Table
    calls: dict[str, tuple[str, ...]]
    aliases: frozenset[str] = frozenset()
    decoys: frozenset[str] = frozenset()

    def write(self, folder: Path) -> None:
        """Write the metrics, the call graph and the alarm as a capture."""
        end = datetime.fromtimestamp(self.recorded.times[-1] + 1, UTC)
        start = datetime.fromtimestamp(self.recorded.times[0], UTC)
        manifest = {
            "version": 1,
            "now": end.isoformat(),
            "window": {"start": start.isoformat(), "end": end.isoformat()},
            "timezone": "UTC",
        }
        topology = {
            self._name(node): {"depends_on": [self._name(callee) for callee in callees]}
            for node, callees in self.calls.items()
        }
        files = Files(folder)
        # JSON is YAML, and faster to read.
        files.json("capture.yaml", manifest)
        files.json("topology.yaml", {"services": topology})
        files.json("alert.json", self._alert())
        files.csv("metrics/services.csv", self._readings())

    def _alert(self) -> dict[str, object]:
        service = self._name(self.alarm.node)
        return {
            "title": f"{self.alarm.metric} of {service} is outside its limits",
            "text": f"The {self.alarm.metric} of {service} has left its usual range.",
            "started_at": datetime.fromtimestamp(self.alarm.at, UTC).isoformat(),
            "labels": {"service": service, "metric": self.alarm.metric},
        }

    def _readings(self) -> Iterator[tuple[str, ...]]:
        for table, times in (
            (self.history, self._moved()),
            (self.recorded, self.recorded.times),
        ):
            about = [
                (f"service/{self._name(node)}", metric, statistic, _UNITS[metric])
                for node, metric, statistic in table.columns
            ]
            for at, row in zip(times, table.rows, strict=True):
                stamp = datetime.fromtimestamp(at, UTC).isoformat()
                yield from (
                    (stamp, *what, value) for what, value in zip(about, row, strict=True) if value
                )

    def _moved(self) -> list[int]:
        """Return the times of the history, each moved by whole days to the day before."""
        first = self.recorded.times[0]
        return [first - _DAY + (at - first) % _DAY for at in self.history.times]

    def _name(self, node: str) -> str:
        """Return a node's name without the slash that parts kind from name in captures."""
        return self.renamer.name(node) if self.renamer else node.replace("/", ":")

    def answers(self, report: Report) -> Sequence[Answer]:
        """Return the nodes that are named."""
        nodes = {self._name(node): node for node in self.calls}

        def translate(hypothesis: ReportedHypothesis) -> str | None:
            is_trouble = hypothesis.category != Category.HEALTHY
            return nodes.get(hypothesis.entity.name) if is_trouble else None

        return named(report, translate)


class PetShop:
    """The loader."""

    name = "petshop"
    published = _PUBLISHED

    def cases(self, data: Path, renamer: Renamer | None) -> Iterator[PetShopCase]:
        """Yield every issue of every scenario, and as many quiet stretches.

        Raises:
            InvalidCapture: no scenario lies in the folder.
        """
        scenarios = sorted(path.parent for path in data.glob("*/graph.csv"))
        if not scenarios:
            raise InvalidCapture(
                f"{data} holds no PetShop scenario", remedy="give the folder `dataset`"
            )
        for scenario in scenarios:
            calls = _read_graph(scenario / "graph.csv")
            calm = _read_metrics(scenario / "noissue" / "metrics.csv")
            history = calm.part(-_HISTORY, len(calm.times))
            for folder in sorted(scenario.glob("*/issue_*")):
                yield _issue(folder, scenario.name, calls, history, renamer)
            yield from _quiet(scenario, calls, calm, renamer)


def _issue(
    folder: Path,
    scenario: str,
    calls: dict[str, tuple[str, ...]],
    history: _Table,
    renamer: Renamer | None,
) -> PetShopCase:
    target = Document(body=json.loads((folder / "target.json").read_text(encoding="utf-8")))
    at = target.number("target.timestamp")
    node, metric = target.text("target.node"), target.text("target.metric")
    cause = target.text("root_cause.node")
    source = f"{scenario}/{folder.parent.name}/{folder.name}"
    if at is None or not node or not metric or not cause:
        raise InvalidCapture(f"{source}/target.json names no target, time or root cause")
    return PetShopCase(
        source=source,
        category=f"{scenario} {metric}",
        accepted=frozenset({cause}),
        renamer=renamer,
        alarm=_Alarm(node, metric, int(at)),
        history=history,
        recorded=_read_metrics(folder / "metrics.csv"),
        calls=calls,
    )


def _quiet(
    scenario: Path, calls: dict[str, tuple[str, ...]], calm: _Table, renamer: Renamer | None
) -> Iterator[PetShopCase]:
    """Yield stretches of the fault-free recording, each behind a day of it, under a false alarm.

    The alarms are those of the scenario's issues: same node, same metrics.
    """
    texts = sorted(
        path.read_text(encoding="utf-8") for path in scenario.glob("*/issue_*/target.json")
    )
    targets = [Document(body=json.loads(text)) for text in texts]
    alarms = sorted({(t.text("target.node") or "", t.text("target.metric") or "") for t in targets})
    starts = range(_HISTORY, len(calm.times) - _QUIET_ROWS, _QUIET_STRIDE)
    for start in starts:
        for node, metric in alarms:
            recorded = calm.part(start, start + _QUIET_ROWS)
            yield PetShopCase(
                source=f"{scenario.name}/noissue/{start}/{node}/{metric}",
                category=f"{scenario.name} quiet",
                accepted=frozenset(),
                renamer=renamer,
                alarm=_Alarm(node, metric, recorded.times[_BEFORE_ALARM] - _STEP // 2),
                history=calm.part(start - _HISTORY, start),
                recorded=recorded,
                calls=calls,
            )


def _read_graph(path: Path) -> dict[str, tuple[str, ...]]:
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = list(csv.reader(file))
    return {
        row[0]: tuple(
            callee
            for callee, flag in zip(head[1:], row[1:], strict=True)
            if flag and float(flag) and callee != row[0]
        )
        for row in rows
    }


def _read_metrics(path: Path) -> _Table:
    """Read a metrics file; three header rows name node, metric and statistic."""
    with path.open(encoding="utf-8", newline="") as file:
        nodes, metrics, statistics, *rows = list(csv.reader(file))
    shown = [
        index for index in range(1, len(nodes)) if (metrics[index], statistics[index]) in _SHOWN
    ]
    filled = [row for row in rows if row[0].replace(".", "", 1).isdigit()]
    return _Table(
        columns=tuple((nodes[i], metrics[i], statistics[i]) for i in shown),
        times=tuple(int(float(row[0])) for row in filled),
        rows=tuple(tuple(row[i] for i in shown) for row in filled),
    )
