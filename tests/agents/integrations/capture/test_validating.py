"""What is said about a capture that is not quite right."""

from pathlib import Path

import pytest

from agents.domain.measures import ObjectSelector
from agents.errors import InvalidCapture, NoSuchSource
from agents.integrations.capture.reader import load_capture
from tests.agents.integrations.capture.folders import ABOUT, capture

HEADER = "timestamp,entity,metric,statistic,unit,value\n"
LINE = '{"timestamp": "2026-11-19T10:00:00Z", "message": "fine"}\n'


@pytest.mark.parametrize(
    ("file", "content", "complaint"),
    [
        ("capture.yaml", "version: 2\n", "capture.yaml, field version: 2 is not supported"),
        ("capture.yaml", "now: x\n", "capture.yaml, field version: is missing"),
        ("capture.yaml", "a: [\n", "capture.yaml, line 2: is not YAML"),
        (
            "capture.yaml",
            "version: 1\nnow: yesterday\n",
            "capture.yaml, field now: 'yesterday' is not an ISO 8601 time",
        ),
        (
            "capture.yaml",
            ABOUT.replace("start: 2026-11-19T10", "start: 2026-11-19T11"),
            "capture.yaml, field window: ends before it starts",
        ),
        ("capture.yaml", ABOUT + "timezone: Mars\n", "field timezone: 'Mars' is not a time zone"),
        ("alert.json", '{"labels": {}}', "alert.json: no title in this alert"),
        ("alert.json", '{\n"title": }', "alert.json, line 2: is not JSON"),
        ("metrics/a.csv", "timestamp,value\n", "metrics/a.csv, line 1, field entity: is missing"),
        (
            "metrics/a.csv",
            HEADER + "2026-11-19T10:00:00Z,db,cpu,,,ninety\n",
            "metrics/a.csv, line 2, field value: 'ninety' is not a number",
        ),
        ("metrics/a.csv", HEADER + "2026-11-19T10:00:00Z,db\n", "metrics/a.csv, line 2: has not"),
        ("metrics/a.prom", "# TYPE a gauge\na 1\n# EOF\n", "metrics/a.prom, line "),
        ("metrics/a.prom", "# TYPE a gauge\na 1 1795083000\n", "is not OpenMetrics"),
        ("logs/a.jsonl", LINE + "{}\n", "logs/a.jsonl, line 2, field timestamp: is missing"),
        ("logs/a.jsonl", LINE + "\n[1]\n", "logs/a.jsonl, line 3: must be a JSON object"),
        (
            "traces/a.jsonl",
            '{"trace_id": "t", "span_id": 1}',
            "traces/a.jsonl, line 1, field span_id: 1 is not text",
        ),
        (
            "changes.jsonl",
            '{"timestamp": "2026-11-19T10:00:00Z", "kind": "deploy", "ref": "v2"}',
            "changes.jsonl, line 1, field entity: None is not an entity",
        ),
        ("topology.yaml", "services: {pay: {depends_on: x}}", "field services.pay.depends_on"),
        ("topology.yaml", "service: {}", "topology.yaml, field services: is missing"),
        ("kubernetes/pods.json", "[1]", "kubernetes/pods.json, field [0]: must be a JSON object"),
        ("network/a.json", '{"probe": "icmp", "target": "x"}', "field probe: 'icmp' is none of"),
        ("network/a.json", '{"probe": "dns", "target": "x"}', "field ok: must be true or false"),
        ("alerts/monitors.json", '{"monitors": [{}]}', "field monitors[0].name: is missing"),
        ("aws/rds/describe_events.json", "[]", "describe_events.json: must be a JSON object"),
    ],
)
def test_a_mistake_is_named_by_file_line_and_field(
    tmp_path: Path, file: str, content: str, complaint: str
) -> None:
    """Whoever records captures by hand finds the mistake without reading our code."""
    folder = capture(tmp_path, {file: content})

    with pytest.raises(InvalidCapture) as refused:
        load_capture(folder)

    assert complaint in str(refused.value)
    assert refused.value.remedy


def test_a_folder_that_is_no_capture_is_refused(tmp_path: Path) -> None:
    """The usual mistake is the wrong folder."""
    with pytest.raises(InvalidCapture, match=r"capture\.yaml: cannot be read"):
        load_capture(tmp_path)
    with pytest.raises(InvalidCapture, match="is not a folder"):
        load_capture(tmp_path / "nowhere")


def test_unknown_files_are_ignored_with_a_notice(tmp_path: Path) -> None:
    """A file in the wrong place must not be lost in silence."""
    files: dict[str, object] = {
        "kubernets/pods.json": [],
        "metrics/README.md": "x",
        "capture.yaml": ABOUT + "a: 1\n",
    }

    opened = load_capture(capture(tmp_path, files))

    assert opened.notices == (
        "capture.yaml: unknown field a",
        "kubernets/pods.json: unknown, ignored",
        "metrics/README.md: unknown, ignored",
    )


def test_why_a_source_is_absent_is_said_when_it_is_asked(tmp_path: Path) -> None:
    """A gap with its reason can be closed; one without is guessed about."""
    about = ABOUT + 'absent_sources: {"objects:*": the token could not list}\nnotes: by hand\n'
    opened = load_capture(capture(tmp_path, {"capture.yaml": about}))

    with pytest.raises(NoSuchSource, match="the token could not list"):
        opened.telemetry.objects(ObjectSelector(kind="pods"))

    assert opened.notices == ("by hand", "objects:* was not recorded: the token could not list")
