"""TVDiag (WHU-AISE/TVDiag): incidents told by nothing but which alerts fired, by index.

Layout: `<set>/label.csv` and `<set>/raw/{nodes,edges,metrics,logs,traces}.json`. A metric event is
[instance, host?, metric, up|down], a log event [instance, template], an event of traces [caller,
callee, operation, PD (slow) or an error]. They carry no times; each becomes a firing monitor.
Labels, and the messages beside them, stay here.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from agents.commander.report import Report
from agents.errors import InvalidCapture
from agents.integrations.benchmarks.case import Answer, Published, named
from agents.integrations.benchmarks.files import Files
from agents.integrations.benchmarks.renaming import Renamer

_AT = datetime(2024, 1, 1, 12, tzinfo=UTC)
"""The events have no times, so every incident is told at the same one."""
_LENGTH = timedelta(minutes=5)
_SLOW = "PD"
_OUTSIDE = "-1"
_DIRECTIONS = {"up": "above", "down": "below"}
_RAW = ("nodes", "edges", "metrics", "logs", "traces")

Event = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Events:
    """All that is known of one incident."""

    nodes: tuple[str, ...]
    edges: tuple[tuple[int, int], ...]
    metrics: tuple[Event, ...]
    logs: tuple[Event, ...]
    traces: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class TvDiagCase:
    """One incident."""

    source: str
    category: str
    accepted: frozenset[str]
    renamer: Renamer | None
    events: _Events
    aliases: frozenset[str] = frozenset()
    decoys: frozenset[str] = frozenset()

    def write(self, folder: Path) -> None:
        """Write the topology and the firing monitors as a capture."""
        files = Files(folder)
        window = {"start": (_AT - _LENGTH).isoformat(), "end": _AT.isoformat()}
        files.json("capture.yaml", {"version": 1, "now": _AT.isoformat(), "window": window})
        files.json("topology.yaml", {"services": self._services()})
        monitors = [monitor for monitor in self._monitors() if monitor]
        files.json("alerts/monitors.json", {"monitors": monitors})
        alert: dict[str, object] = {
            "title": f"{len(monitors)} monitors fire",
            "text": "Many monitors of several services fire together.",
            "started_at": (_AT - _LENGTH).isoformat(),
        }
        files.json("alert.json", alert)

    def _services(self) -> dict[str, dict[str, list[str]]]:
        nodes = self.events.nodes
        called: dict[str, dict[str, None]] = {node: {} for node in nodes}
        for caller, callee in self.events.edges:
            if caller != callee:
                called[nodes[caller]][self._name(nodes[callee])] = None
        return {self._name(node): {"depends_on": list(names)} for node, names in called.items()}

    def _monitors(self) -> Iterator[dict[str, object]]:
        for instance, *_, metric, direction in self.events.metrics:
            service = self._name(instance)
            way = _DIRECTIONS[direction]
            query = (
                f"avg(last_5m):anomalies(avg:{metric}{{service:{service}}}, 'basic', 3, "
                f"direction='{way}') >= 1"
            )
            tags = {"service": service, "metric": metric}
            yield _monitor("metric alert", f"{metric} of {service} is {way} usual", query, tags)
        for instance, template in self.events.logs:
            service = self._name(instance)
            # Templates bear the name of who writes them.
            template_id = template.rpartition("-")[2]
            query = f'logs("service:{service} @template:{template_id}").rollup("count") > 0'
            tags = {"service": service}
            yield _monitor("log alert", f"unusual lines of {service}", query, tags)
        for caller, callee, operation, what in self.events.traces:
            yield self._of_calls(caller, callee, operation, is_slow=what == _SLOW)

    def _of_calls(
        self, caller: str, callee: str, operation: str, *, is_slow: bool
    ) -> dict[str, object]:
        service = self._name(callee)
        about = self._text(operation)
        tags = {"service": service, "operation": about}
        if caller != _OUTSIDE:
            tags["caller"] = self._name(caller)
        what = 'percentile("duration", 95)' if is_slow else "status:error"
        query = f'trace-analytics("service:{service} {about}").{what}'
        state = "is slow" if is_slow else "fails"
        return _monitor("trace-analytics alert", f"{about} of {service} {state}", query, tags)

    def _name(self, node: str) -> str:
        return self.renamer.name(node) if self.renamer else node

    def _text(self, text: str) -> str:
        return self.renamer.of(self.events.nodes).text(text) if self.renamer else text

    def answers(self, report: Report) -> Sequence[Answer]:
        """Return the instances that are named."""
        instances = {self._name(node): node for node in self.events.nodes}
        return named(report, lambda hypothesis: instances.get(hypothesis.entity.name))


def _monitor(kind: str, name: str, query: str, tags: Mapping[str, str]) -> dict[str, object]:
    return {
        "name": name,
        "type": kind,
        "query": query,
        "overall_state": "Alert",
        "message": name,
        "tags": [f"{key}:{value}" for key, value in tags.items()],
    }


class TvDiag:
    """The loader."""

    name = "tvdiag"
    published: tuple[Published, ...] = ()

    def cases(self, data: Path, renamer: Renamer | None) -> Iterator[TvDiagCase]:
        """Yield every incident of every set.

        Raises:
            InvalidCapture: no set lies in the folder.
        """
        sets = sorted(path.parent for path in data.glob("*/label.csv"))
        if not sets:
            raise InvalidCapture(f"{data} holds no TVDiag set", remedy="give the folder `data`")
        for folder in sets:
            yield from _incidents(folder, renamer)


def _incidents(folder: Path, renamer: Renamer | None) -> Iterator[TvDiagCase]:
    raw = {name: _read(folder / "raw" / f"{name}.json") for name in _RAW}
    with (folder / "label.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            index = row["index"]
            yield TvDiagCase(
                source=f"{folder.name}/{index}",
                category=f"{folder.name} {row['anomaly_type'].strip('[]')}",
                accepted=frozenset({row["instance"]}),
                renamer=renamer,
                events=_Events(
                    nodes=tuple(cast("list[str]", raw["nodes"].get(index, []))),
                    edges=tuple(
                        (caller, callee)
                        for caller, callee in cast("list[list[int]]", raw["edges"].get(index, []))
                    ),
                    metrics=_events(raw["metrics"].get(index, [])),
                    logs=_events(raw["logs"].get(index, [])),
                    traces=_events(raw["traces"].get(index, [])),
                ),
            )


def _events(found: Iterable[object]) -> tuple[Event, ...]:
    return tuple(tuple(str(part) for part in cast("list[object]", event)) for event in found)


def _read(path: Path) -> dict[str, list[object]]:
    return cast("dict[str, list[object]]", json.loads(path.read_text(encoding="utf-8")))
