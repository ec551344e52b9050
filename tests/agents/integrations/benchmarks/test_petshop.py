"""PetShop's layout becomes captures that hold the readings and not the answer."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from agents.errors import InvalidCapture
from agents.integrations.benchmarks.petshop import PetShop, PetShopCase
from agents.integrations.benchmarks.renaming import Renamer
from agents.integrations.capture.reader import load_capture

NODES = ("Web", "api/prod_Gateway", "table_Store")
DAY_ROWS, CALM_ROWS = 288, 320
CALM_FROM, ISSUE_FROM, STEP = 1_692_608_400, 1_681_857_300, 300


def table(rows: int, start: int, latency: Callable[[str, int], float]) -> str:
    """Return a metrics file in PetShop's layout, with three header rows."""
    columns = [(n, m, s) for n in NODES for m, s in (("latency", "Average"), ("requests", "Sum"))]
    lines = [
        ",".join((head, *part))
        for head, part in zip("mms", zip(*columns, strict=True), strict=True)
    ]
    lines.append("unix_timestamp" + "," * len(columns))
    for row in range(rows):
        cells = [f"{latency(n, row)}" if m == "latency" else "100" for n, m, _ in columns]
        lines.append(",".join((f"{start + row * STEP}.0", *cells)))
    return "\n".join(lines) + "\n"


def calm(node: str, row: int) -> float:
    """Return an ordinary latency."""
    return 0.1 + 0.001 * (row % 5) + 0.01 * NODES.index(node)


def slow(node: str, row: int) -> float:
    """Return a latency as everything waits for the table, from the third row on."""
    return calm(node, row) + (0.5 if row > 1 else 0.0)


@pytest.fixture(name="data")
def _data(tmp_path: Path) -> Path:
    scenario = tmp_path / "some_traffic"
    issue = scenario / "test" / "issue_0"
    issue.mkdir(parents=True)
    (scenario / "noissue").mkdir()
    graph = ["," + ",".join(NODES), f"{NODES[0]},0,1,0", f"{NODES[1]},0,0,1", f"{NODES[2]},0,0,0"]
    (scenario / "graph.csv").write_text("\n".join(graph) + "\n")
    (scenario / "noissue" / "metrics.csv").write_text(table(CALM_ROWS, CALM_FROM, calm))
    (issue / "metrics.csv").write_text(table(5, ISSUE_FROM, slow))
    target = {"node": "Web", "metric": "latency", "agg": "Average", "timestamp": ISSUE_FROM + 500}
    cause = {"node": "table_Store", "metric": None}
    told = {"target": target, "root_cause": cause, "metadata": {"reproducibility": "slow-table"}}
    (issue / "target.json").write_text(json.dumps(told))
    return tmp_path


def issue_of(data: Path, renamer: Renamer | None = None) -> PetShopCase:
    """Return the one case that has an answer."""
    return next(case for case in PetShop().cases(data, renamer) if case.accepted)


def test_the_capture_holds_a_day_before_the_issue(data: Path, tmp_path: Path) -> None:
    """Without what is usual nothing is unusual."""
    folder = tmp_path / "capture"
    folder.mkdir()

    issue_of(data).write(folder)

    lines = (folder / "metrics" / "services.csv").read_text().splitlines()
    assert len(lines) == 1 + (DAY_ROWS + 5) * len(NODES) * 2
    assert load_capture(folder).alert.service == "Web"


def test_nothing_in_the_capture_gives_the_answer_away(data: Path, tmp_path: Path) -> None:
    """A figure on cases that name their cause says nothing."""
    folder = tmp_path / "capture"
    folder.mkdir()

    issue_of(data, Renamer(seed="any")).write(folder)

    text = "".join(file.read_text() for file in folder.rglob("*") if file.is_file())
    assert "root_cause" not in text
    assert "slow-table" not in text
    assert not any(node in text for node in NODES)


def test_quiet_stretches_are_cases_whose_answer_is_none(data: Path) -> None:
    """Who always names somebody is wrong on every quiet day."""
    quiet = [case for case in PetShop().cases(data, None) if not case.accepted]

    assert quiet
    assert {case.category for case in quiet} == {"some_traffic quiet"}


def test_another_folder_is_refused_by_name(tmp_path: Path) -> None:
    """People give the folder above, and must be told."""
    with pytest.raises(InvalidCapture, match="PetShop"):
        list(PetShop().cases(tmp_path, None))
