"""RootCauseBench's incidents become captures that keep quiet about the answer."""

import json
from pathlib import Path

import pytest

from agents.commander.report import Report
from agents.domain.base import Cost, Window
from agents.domain.measures import ChangeSelector, LogSelector
from agents.domain.synthesis import Outcome
from agents.errors import InvalidCapture
from agents.integrations.benchmarks.case import BenchmarkCase
from agents.integrations.benchmarks.renaming import Renamer
from agents.integrations.benchmarks.rootcausebench import RootCauseBench
from agents.integrations.capture.reader import Capture, load_capture

GUILTY, DECOY, LATER = "a" * 40, "b" * 40, "c" * 40
ANSWER = "one-lock-too-few"


def commit(sha: str, at: str, files: list[str], diff: str | None) -> dict[str, object]:
    """Return a commit as the data set writes it."""
    return {"sha": sha, "timestamp": at, "message": "m", "files_changed": files, "diff": diff}


@pytest.fixture(name="data")
def _data(tmp_path: Path) -> Path:
    data = tmp_path / "set" / ANSWER / "environment" / "data"
    (data / "context").mkdir(parents=True)
    tests = data.parents[1] / "tests"
    tests.mkdir()
    truth = {"root_cause_commit": GUILTY, "decoy_deploy_commits": [DECOY], "notes": ANSWER}
    commits = [
        commit(GUILTY, "2026-11-20T12:01:00Z", ["go.mod", "go.sum"], "-\ta v1\n+\ta v2"),
        commit(DECOY, "2026-11-20T12:02:00Z", ["x.go"], None),
        commit(LATER, "2026-11-20T12:30:00Z", ["y.go"], None),
    ]
    deploys = [{"timestamp": "2026-11-20T12:03:00Z", "service": "cart", "commit_sha": GUILTY}]
    flags = [{"timestamp": "2026-11-20T12:04:00Z", "flag": "f", "service": "cart", "change": "on"}]
    feed = {"component": "dns", "events": [{"timestamp": "2026-11-20T12:05:00Z", "status": "up"}]}
    alert = {"service": "cart", "metric": "errors", "fired_at": "2026-11-20T12:06:00Z"}
    line = {"timestamp": "2026-11-20T12:00:00Z", "service": "cart", "msg": "cart is up"}
    (tests / "ground_truth.json").write_text(json.dumps(truth))
    (data / "context/commits.json").write_text(json.dumps(commits))
    (data / "context/deploys.json").write_text(json.dumps(deploys))
    (data / "context/flags.json").write_text(json.dumps(flags))
    (data / "status_feed.json").write_text(json.dumps(feed))
    (data / "alert.json").write_text(json.dumps({**alert, "summary": "cart fails"}))
    (data / "logs.ndjson").write_text(json.dumps(line) + "\n")
    (data / "traces.json").write_text("[]")
    (data / "metrics.csv").write_text(
        "timestamp,service,metric,value\n2026-11-20T12:10:00Z,cart,errors,1\n"
    )
    return tmp_path / "set"


def only_case(data: Path, renamer: Renamer | None = None) -> BenchmarkCase:
    """Return the one case of a folder."""
    (case,) = RootCauseBench().cases(data, renamer)
    return case


def written(case: BenchmarkCase, folder: Path) -> Capture:
    """Write a case and open it."""
    folder.mkdir()
    case.write(folder)
    return load_capture(folder)


def test_commits_deploys_and_flags_become_changes_up_to_the_present(
    data: Path, tmp_path: Path
) -> None:
    """What is committed after the present of the incident cannot be known in it."""
    capture = written(only_case(data), tmp_path / "capture")

    window: Window = capture.window
    changes = capture.telemetry.changes(ChangeSelector(), window)
    assert [(one.kind, one.ref) for one in changes] == [
        ("commit", GUILTY),
        ("commit", DECOY),
        ("deploy", GUILTY),
        ("flag", "f"),
    ]
    assert changes[0].diff.startswith(
        "--- a/go.sum\n+++ b/go.sum\n--- a/go.mod\n+++ b/go.mod\n-\ta"
    )


def test_what_a_status_page_says_is_told_as_log_lines_of_its_own(
    data: Path, tmp_path: Path
) -> None:
    """An outage of a provider is often known from its status page alone."""
    capture = written(only_case(data), tmp_path / "capture")

    lines = capture.telemetry.logs(LogSelector(), capture.window)
    assert [(line.entity.kind, line.entity.name) for line in lines if line.entity] == [
        ("service", "cart"),
        ("status_page", "dns"),
    ]


def test_nothing_in_the_capture_gives_the_answer_away(data: Path, tmp_path: Path) -> None:
    """A folder's name that says the cause would make every figure worthless."""
    written(only_case(data, Renamer(seed="any")), tmp_path / "capture")

    text = "".join(p.read_text() for p in (tmp_path / "capture").rglob("*") if p.is_file())
    assert ANSWER not in text
    assert "cart" not in text


def test_the_truth_is_the_guilty_commit_and_the_traps_are_known(data: Path) -> None:
    """Blaming a decoy is worse than saying nothing, so it must be told apart."""
    case = only_case(data)

    assert (case.accepted, case.decoys) == ({GUILTY}, {DECOY})


def test_an_account_without_a_cause_answers_nothing(data: Path) -> None:
    """Not knowing is not the same as knowing that no change did it."""
    empty = Report(
        outcome=Outcome.UNDETERMINED,
        hypotheses=(),
        ruled_out=(),
        conflicts=(),
        gaps=(),
        symptoms=(),
        timeline=(),
        blast_radius=(),
        actions=(),
        cost=Cost(),
    )

    assert list(only_case(data).answers(empty)) == []


def test_a_folder_of_another_layout_is_refused(tmp_path: Path) -> None:
    """A wrong path must not look like a set of nought cases."""
    with pytest.raises(InvalidCapture, match="holds no incident"):
        list(RootCauseBench().cases(tmp_path, None))
