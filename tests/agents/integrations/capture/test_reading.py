"""What the files of a capture become."""

from pathlib import Path

import pytest

from agents.domain.base import EntityRef
from agents.domain.measures import (
    ChangeSelector,
    LogSelector,
    Measure,
    MetricSelector,
    ObjectSelector,
    ProbeSelector,
    Reduction,
    RowSelector,
    TraceSelector,
)
from agents.errors import NoSuchSource
from agents.integrations.capture.reader import Capture, load_capture
from tests.agents.integrations.capture.folders import ABOUT, ALERT, capture, write

AT = "2026-11-19T10:10:00Z"
SECONDS = 1_795_083_000.0
ORDERS = EntityRef(kind="database", name="orders")
POD = EntityRef(kind="pod", namespace="shop", name="checkout-1")
OPENMETRICS = f"""\
# TYPE http_requests counter
http_requests_total{{service="checkout",code="500"}} 5 {SECONDS - 60}
http_requests_total{{service="checkout",code="500"}} 9 {SECONDS}
# TYPE latency_seconds histogram
# UNIT latency_seconds seconds
latency_seconds_bucket{{le="0.1"}} 1 {SECONDS} # {{trace_id="t1"}} 0.07
latency_seconds_bucket{{le="+Inf"}} 2 {SECONDS}
latency_seconds_count 2 {SECONDS}
latency_seconds_sum 3.5 {SECONDS}
# EOF
"""


def loaded(folder: Path, files: dict[str, object]) -> Capture:
    """Write and open a capture."""
    return load_capture(capture(folder, files))


def test_a_bare_capture_has_its_alert_and_no_sources(tmp_path: Path) -> None:
    """Nothing was recorded is an answer; nothing is wrong would be another."""
    opened = loaded(tmp_path, {})

    assert opened.alert.title == "Checkout is slow"
    assert opened.alert.service == "checkout"
    assert opened.telemetry.sources() == frozenset()
    assert opened.window.seconds == 1800


def test_naive_times_are_in_the_time_zone_of_the_capture(tmp_path: Path) -> None:
    """An hour's error moves every cause out of the window."""
    about = ABOUT + "timezone: Europe/Berlin\n"
    row = "2026-11-19T11:10:00,database/orders,cpu,Average,Percent,90\n"
    files = {
        "capture.yaml": about,
        "alert.json": {**ALERT, "started_at": "2026-11-19T11:10:00"},
        "metrics/a.csv": "timestamp,entity,metric,statistic,unit,value\n" + row,
    }

    opened = load_capture(write(tmp_path, files))
    (series,) = opened.telemetry.metrics(MetricSelector(name="cpu"), opened.window)

    assert series.times == (SECONDS,)
    assert opened.alert.started_at.timestamp() == SECONDS


def test_tidy_csv_becomes_series_with_missing_values_left_out(tmp_path: Path) -> None:
    """A gap that is filled with zeroes looks like an outage."""
    text = (
        "timestamp,entity,metric,statistic,unit,value,az\n"
        f"{AT},database/orders,cpu,Average,Percent,90,a\n"
        "2026-11-19T10:11:00Z,database/orders,cpu,Average,Percent,,a\n"
        "2026-11-19T10:12:00Z,database/orders,cpu,Average,Percent,NaN,a\n"
        f"{AT},database/orders,cpu,Average,Percent,10,b\n"
    )
    opened = loaded(tmp_path, {"metrics/rds.csv": text})
    selector = MetricSelector(name="cpu", entity=ORDERS, statistic="Average", labels={"az": "a"})

    (series,) = opened.telemetry.metrics(selector, opened.window)

    assert (series.values, series.unit, series.entity) == ((90.0,), "Percent", ORDERS)


def test_openmetrics_keeps_labels_and_the_parts_of_histograms(tmp_path: Path) -> None:
    """Rates come from counters and percentiles from buckets."""
    opened = loaded(tmp_path, {"metrics/shop.prom": OPENMETRICS})
    telemetry, window = opened.telemetry, opened.window
    errors = MetricSelector(name="http_requests_total", labels={"code": "500"})

    grown = telemetry.measure(Measure(selector=errors, reduce=Reduction.INCREASE), window)
    buckets = telemetry.metrics(MetricSelector(name="latency_seconds_bucket"), window)

    assert grown.value == 4.0
    assert {series.labels["le"] for series in buckets} == {"0.1", "+Inf"}
    assert {series.unit for series in buckets} == {"seconds"}
    (series,) = telemetry.metrics(errors, window)
    assert series.entity == EntityRef(kind="service", name="checkout")


def test_log_lines_and_what_containers_printed_are_read_together(tmp_path: Path) -> None:
    """The last words of the previous container are often the cause."""
    structured = (
        f'{{"timestamp": "{AT}", "entity": "service/checkout", "level": "ERROR",'
        ' "message": "timed out", "attributes": {"route": "/pay"}}\n'
    )
    printed = "2026-11-19 10:09:00,123 FATAL out of memory\n  at worker.py\n"
    opened = loaded(
        tmp_path,
        {
            "logs/app.jsonl": structured,
            "kubernetes/logs/shop/checkout-1/app.previous.log": printed,
        },
    )

    trace, _, structured_line = opened.telemetry.logs(LogSelector(), opened.window)

    assert (trace.entity, trace.level) == (POD, "fatal")
    assert trace.attributes == {"container": "app", "previous": True}
    assert (structured_line.level, structured_line.message) == ("error", "timed out")
    found = opened.telemetry.logs(LogSelector(entity=POD, pattern="MEMORY"), opened.window)
    assert [line.message for line in found] == ["2026-11-19 10:09:00,123 FATAL out of memory"]


def test_container_lines_without_any_time_are_of_the_present(tmp_path: Path) -> None:
    """A line that cannot be dated must still be found."""
    files: dict[str, object] = {"kubernetes/logs/shop/checkout-1/app.log": "E1119 plain\n"}
    opened = loaded(tmp_path, files)

    (line,) = opened.telemetry.logs(LogSelector(level="error"), opened.window)

    assert line.timestamp == opened.now


def test_spans_and_changes_are_cut_to_the_window(tmp_path: Path) -> None:
    """Yesterday's deploy is history, not cause."""
    span = (
        f'{{"trace_id": "t", "span_id": "s", "service": "checkout", "operation": "pay",'
        f' "start": "{AT}", "duration_ms": 12, "status": "error"}}\n'
    )
    change = '{{"timestamp": "{}", "kind": "deploy", "entity": "checkout", "ref": "{}"}}\n'
    changes = change.format(AT, "v2") + change.format("2026-11-18T10:00:00Z", "v1")
    opened = loaded(tmp_path, {"traces/t.jsonl": span, "changes.jsonl": changes})

    spans = opened.telemetry.traces(TraceSelector(status="error"), opened.window)
    made = opened.telemetry.changes(ChangeSelector(kind="deploy"), opened.window)

    assert [one.duration_ms for one in spans] == [12.0]
    assert [one.ref for one in made] == ["v2"]


def test_kubernetes_objects_are_found_by_kind_namespace_labels_and_state(tmp_path: Path) -> None:
    """Checks look at the current state of the object first."""
    pods = [
        {
            "kind": "Pod",
            "metadata": {"name": name, "namespace": "shop", "labels": {"app": "checkout"}},
            "status": {"phase": phase},
        }
        for name, phase in (("checkout-1", "Pending"), ("checkout-2", "Running"))
    ]
    files: dict[str, object] = {
        "kubernetes/pods.json": {"kind": "List", "items": pods},
        "kubernetes/nodes.json": {"kind": "List", "items": []},
        "kubernetes/describe/pods/shop/checkout-1.txt": "Name: checkout-1",
    }
    telemetry = loaded(tmp_path, files).telemetry
    pending = ObjectSelector(
        kind="pods", namespace="shop", labels={"app": "checkout"}, where="status.phase == 'Pending'"
    )

    assert [one.entity for one in telemetry.objects(pending)] == [POD]
    assert telemetry.objects(ObjectSelector(kind="nodes")) == ()
    (described,) = telemetry.objects(ObjectSelector(kind="pods.describe", name="checkout-1"))
    assert described.document.text("text") == "Name: checkout-1"
    with pytest.raises(NoSuchSource, match="services"):
        telemetry.objects(ObjectSelector(kind="services"))


def test_an_object_that_is_not_there_measures_as_nothing(tmp_path: Path) -> None:
    """The recovery check of a deleted pod must not be a guess."""
    opened = loaded(tmp_path, {"kubernetes/pods.json": {"items": []}})
    gone = ObjectSelector(kind="pods", name="checkout-1", path="status.phase")

    phase = opened.telemetry.measure(Measure(selector=gone, reduce=Reduction.FIRST), opened.window)
    count = opened.telemetry.measure(Measure(selector=gone, reduce=Reduction.COUNT), opened.window)

    assert (phase.value, phase.samples) == (None, 0)
    assert (count.value, count.samples) == (0, 0)


def test_database_rows_belong_to_their_instance(tmp_path: Path) -> None:
    """The replica's locks say nothing about the primary."""
    files: dict[str, object] = {
        "database/orders/pg_locks.json": [{"pid": 1, "granted": False}, {"pid": 2}],
        "database/orders/settings.json": {"max_connections": "20"},
    }
    telemetry = loaded(tmp_path, files).telemetry

    rows = telemetry.rows(RowSelector(instance="orders", view="pg_locks"))
    (setting,) = telemetry.rows(RowSelector(instance="orders", view="settings"))
    (listed,) = telemetry.objects(ObjectSelector(kind="databases"))

    assert [row.number("pid") for row in rows] == [1.0, 2.0]
    assert (setting.text("name"), setting.number("setting")) == ("max_connections", 20.0)
    assert listed.document.texts("views") == ("pg_locks", "settings")
    with pytest.raises(NoSuchSource, match="only for orders"):
        telemetry.rows(RowSelector(instance="replica", view="pg_locks"))


def test_the_latest_probe_of_a_target_counts(tmp_path: Path) -> None:
    """A name that resolves again is no longer the cause."""
    early = {"probe": "dns", "target": "pay", "at": AT, "ok": False, "error_kind": "nxdomain"}
    late = {**early, "at": "2026-11-19T10:20:00Z", "ok": True, "error_kind": "", "server": "10.1"}
    telemetry = loaded(tmp_path, {"network/dns.json": [late, early]}).telemetry

    result = telemetry.probe(ProbeSelector(probe="dns", target="pay"))

    assert result.ok
    assert result.value("server") == "10.1"
    assert "probe:dns" in telemetry.sources()
    assert "probe:tcp" not in telemetry.sources()


def test_the_other_files_become_objects(tmp_path: Path) -> None:
    """A monitor that is also alerting, or a raw `ss`, may be the only trace there is."""
    files: dict[str, object] = {
        "alerts/monitors.json": {
            "monitors": [{"name": "Queue depth", "overall_state": "Alert", "tags": ["team:pay"]}]
        },
        "network/tools/ss.txt": "Recv-Q 129",
        "aws/pi/performance_insights.json": {"top_sql": [{"statement": "SELECT 1"}]},
    }
    telemetry = loaded(tmp_path, files).telemetry

    (monitor,) = telemetry.objects(ObjectSelector(kind="monitors", labels={"team": "pay"}))
    (tool,) = telemetry.objects(ObjectSelector(kind="network.tools"))
    (insights,) = telemetry.objects(ObjectSelector(kind="pi.performance_insights"))

    assert monitor.entity.name == "Queue depth"
    assert (tool.document.text("tool"), tool.document.text("text")) == ("ss", "Recv-Q 129")
    assert insights.document.text("top_sql[0].statement") == "SELECT 1"


def test_measuring_sees_what_a_reader_has_not_read_again(tmp_path: Path) -> None:
    """The verifier must read for itself."""
    opened = loaded(tmp_path, {"database/orders/pg_locks.json": [{"pid": 1}]})
    selector = RowSelector(instance="orders", view="pg_locks", column="pid")
    measure = Measure(selector=selector, reduce=Reduction.LAST)
    assert opened.telemetry.measure(measure, opened.window).value == 1

    write(tmp_path, {"database/orders/pg_locks.json": [{"pid": 1}, {"pid": 222}]})

    measured = opened.telemetry.measure(measure, opened.window)
    assert measured.value == 222
    assert measured.read_path == "capture:rows:pg_locks"


def test_things_that_are_described_are_not_listed_a_second_time(tmp_path: Path) -> None:
    """Two resources of one name would be counted as two."""
    arn = "arn:aws:ecs:eu-west-1:123456789012:service/shop/checkout"
    files: dict[str, object] = {
        "aws/ecs/list_services.json": {"serviceArns": [arn]},
        "aws/ecs/describe_services.json": {"services": [{"serviceName": "checkout"}]},
        "aws/ecs/describe_services.2.json": {"services": [{"serviceName": "pay"}]},
    }

    found = loaded(tmp_path, files).telemetry.objects(ObjectSelector(kind="ecs.services"))

    assert [one.entity.name for one in found] == ["pay", "checkout"]
