"""TVDiag's events become firing monitors, and pairs of them are held against incidents."""

import json
from pathlib import Path

import pytest

from agents.domain.measures import ObjectSelector
from agents.errors import InvalidCapture
from agents.integrations.benchmarks.grouping import pairwise, tvdiag_grouping
from agents.integrations.benchmarks.renaming import Renamer
from agents.integrations.benchmarks.tvdiag import TvDiag
from agents.integrations.capture.reader import load_capture

INCIDENT = {
    "nodes": ["web1", "db1"],
    "edges": [[0, 1], [1, 1]],
    "metrics": [["db1", "10.0.0.1", "memory_rss", "up"], ["web1", "cpu_usage", "down"]],
    "logs": [["db1", "db1-74"]],
    "traces": [["web1", "db1", "http://db1/read", "PD"], ["-1", "web1", "GET /", "500"]],
}


@pytest.fixture(name="data")
def _data(tmp_path: Path) -> Path:
    raw = tmp_path / "some_set" / "raw"
    raw.mkdir(parents=True)
    label = "index,instance,anomaly_type,message,st_time\n0,db1,[leak],1g of memory is taken,"
    (raw.parent / "label.csv").write_text(f"{label}2026-11-20 12:00:00\n")
    for name, value in INCIDENT.items():
        (raw / f"{name}.json").write_text(json.dumps({"0": value}))
    return tmp_path


def test_every_event_becomes_a_firing_monitor(data: Path, tmp_path: Path) -> None:
    """Events that were left out could not be weighed."""
    folder = tmp_path / "capture"
    folder.mkdir()
    (case,) = TvDiag().cases(data, None)

    case.write(folder)

    monitors = load_capture(folder).telemetry.objects(ObjectSelector(kind="monitors"))
    told = [
        (m.labels["service"], m.labels.get("caller"), m.document.text("type")) for m in monitors
    ]
    assert told == [
        ("db1", None, "metric alert"),
        ("web1", None, "metric alert"),
        ("db1", None, "log alert"),
        ("db1", "web1", "trace-analytics alert"),
        ("web1", None, "trace-analytics alert"),
    ]


def test_nothing_in_the_capture_gives_the_answer_away(data: Path, tmp_path: Path) -> None:
    """The label's message states what was injected, and where."""
    folder = tmp_path / "capture"
    folder.mkdir()
    (case,) = TvDiag().cases(data, Renamer(seed="any"))

    case.write(folder)

    text = "".join(file.read_text() for file in folder.rglob("*") if file.is_file())
    assert not any(told in text for told in ("leak", "1g of memory", "db1", "web1"))
    assert case.accepted == {"db1"}


def test_another_folder_is_refused_by_name(tmp_path: Path) -> None:
    """People give the folder above, and must be told."""
    with pytest.raises(InvalidCapture, match="TVDiag"):
        list(TvDiag().cases(tmp_path, None))


def test_grouping_is_told_for_sets_with_times(data: Path) -> None:
    """All events of one incident are one group."""
    assert tvdiag_grouping(data)["some_set"].f1 == 1.0


def test_merging_two_incidents_costs_precision_and_splitting_costs_recall() -> None:
    """Either way somebody looks at the wrong thing."""
    merged = pairwise([("a", 1), ("a", 1), ("a", 2), ("a", 2)])
    split = pairwise([("a", 1), ("b", 1)])

    assert (merged.precision, merged.recall) == (pytest.approx(2 / 6), 1.0)
    assert split.f1 == 0.0
