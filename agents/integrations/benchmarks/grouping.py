"""How well alerts are put together: by pairs, against the incidents that they were recorded for."""

import csv
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from math import comb
from pathlib import Path

from agents.correlation.grouping import group_alerts
from agents.domain.incidents import Alert
from agents.domain.readings import Service, Topology
from agents.integrations.benchmarks.tvdiag import TvDiag, TvDiagCase

_INCIDENT = "incident"


@dataclass(frozen=True, slots=True)
class Pairwise:
    """Over all pairs of alerts: those put together, and those that belong together."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def pairwise(placed: Iterable[tuple[Hashable, Hashable]]) -> Pairwise:
    """Compare groups with incidents, given each alert's (group, incident)."""
    both = Counter(placed)
    groups: Counter[Hashable] = Counter()
    incidents: Counter[Hashable] = Counter()
    for (group, incident), number in both.items():
        groups[group] += number
        incidents[incident] += number
    right = _pairs(both.values())
    together, belonging = _pairs(groups.values()), _pairs(incidents.values())
    return Pairwise(right / together if together else 0.0, right / belonging if belonging else 0.0)


def _pairs(sizes: Iterable[int]) -> int:
    return sum(comb(size, 2) for size in sizes)


def tvdiag_grouping(data: Path) -> dict[str, Pairwise]:
    """Return how well the events of each TVDiag set that tells times are grouped.

    Every event is given the time at which its incident began; sets without times are left out.
    """
    found: dict[str, Pairwise] = {}
    cases = {case.source: case for case in TvDiag().cases(data, None)}
    for label in sorted(data.glob("*/label.csv")):
        began = _times(label)
        timed = [(began[s], c) for s, c in cases.items() if s in began]
        if timed:
            found[label.parent.name] = _grouped(timed)
    return found


def _grouped(timed: list[tuple[datetime, TvDiagCase]]) -> Pairwise:
    events = timed[0][1].events
    depends: dict[str, list[str]] = {node: [] for node in events.nodes}
    for caller, callee in events.edges:
        depends[events.nodes[caller]].append(events.nodes[callee])
    services = tuple(Service(name=n, depends_on=tuple(below)) for n, below in depends.items())
    alerts = [alert for at, case in timed for alert in _alerts(at, case)]
    groups = group_alerts(alerts, Topology(services=services))
    return pairwise(
        (place, alert.labels[_INCIDENT]) for place, group in enumerate(groups) for alert in group
    )


def _alerts(at: datetime, case: TvDiagCase) -> Iterator[Alert]:
    for kind, events in (
        ("metric", case.events.metrics),
        ("log", case.events.logs),
        ("trace", case.events.traces),
    ):
        for event in events:
            yield Alert(
                source="generic",
                title=" ".join((kind, *event)),
                started_at=at,
                service=event[1] if kind == "trace" else event[0],
                # Kept to compare afterwards; grouping does not look at it.
                labels={_INCIDENT: case.source},
            )


def _times(label: Path) -> dict[str, datetime]:
    """Return when each incident of a set began; empty where the set does not tell."""
    with label.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        f"{label.parent.name}/{row['index']}": datetime.fromisoformat(row["st_time"]).replace(
            tzinfo=UTC
        )
        for row in rows
        if row.get("st_time")
    }
