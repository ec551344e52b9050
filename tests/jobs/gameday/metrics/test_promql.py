"""The subset of PromQL, held against a real Prometheus over the very same samples."""

import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import httpx
import promql_parser
import pytest

from jobs.embedded import ManagedProcess, free_port
from jobs.gameday.metrics.promql import Evaluator, UnsupportedQueryError
from jobs.gameday.metrics.samples import Sample, SampleStore, labels_of

START = 1_760_000_000.0
SECONDS = 120
AT = START + 100.5

QUERIES = (
    "errors_total",
    'errors_total{code=~"5.."}',
    'errors_total{code!="200",job!~"pay.*"}',
    "rate(errors_total[30s])",
    "increase(errors_total[45s])",
    "irate(errors_total[30s])",
    "sum by (job) (rate(errors_total[30s]))",
    "sum without (code) (rate(errors_total[30s]))",
    'sum(rate(errors_total{code="500"}[30s])) / sum(rate(errors_total[30s]))',
    "histogram_quantile(0.9, sum by (le) (rate(latency_seconds_bucket[60s])))",
    "histogram_quantile(0.5, rate(latency_seconds_bucket[60s]))",
    "avg_over_time(pool_connections[20s])",
    "max_over_time(pool_connections[20s]) - min_over_time(pool_connections[20s])",
    "stddev_over_time(pool_connections[30s])",
    "count_over_time(pool_connections[30s] offset 10s)",
    "changes(pool_connections[30s])",
    "resets(errors_total[100s])",
    "delta(pool_connections[30s])",
    "pool_connections > 7",
    "pool_connections > bool 7",
    "topk(1, pool_connections)",
    "quantile(0.5, pool_connections)",
    "count(errors_total)",
    "-abs(0 - pool_connections)",
    "clamp_max(pool_connections, 6) * 2 ^ 2 % 5",
    "rate(errors_total[30s]) / on (job, code) rate(errors_total[30s])",
    "pool_connections and on (job) errors_total",
    "errors_total unless on (job) pool_connections",
    "pool_connections or vector(1)",
    "absent(no_such_metric)",
    "scalar(sum(pool_connections)) + 1",
    "errors_total / 0",
)

STEPS = (("checkout", "200", 5), ("checkout", "500", 2), ("payments", "500", 1))

Series = dict[tuple[tuple[str, str], ...], float]


def samples() -> Iterator[tuple[str, dict[str, str], float, float]]:
    """Counters with a reset, a gauge and a histogram, at one-second steps."""
    for second in range(SECONDS):
        at = START + second
        for job, code, step in (
            ("checkout", "200", 5),
            ("checkout", "500", 2),
            ("payments", "500", 1),
        ):
            value = step * (second if second < 70 else second - 70)
            yield "errors_total", {"job": job, "code": code}, at, float(value)
        yield "pool_connections", {"job": "checkout"}, at, 5.0 + second % 7
        for bound, share in (("0.1", 2), ("0.5", 5), ("1", 9), ("+Inf", 10)):
            yield (
                "latency_seconds_bucket",
                {"job": "checkout", "le": bound},
                at,
                float(share * second),
            )


@pytest.fixture(scope="module")
def store() -> SampleStore:
    """The samples in our own memory."""
    made = SampleStore()
    for name, labels, at, value in samples():
        made.append(labels_of(labels, name), Sample(at, value))
    return made


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same samples in a real Prometheus."""
    program, tool = shutil.which("prometheus"), shutil.which("promtool")
    if not program or not tool:
        pytest.skip("no prometheus and promtool on PATH")
    folder = tmp_path_factory.mktemp("prometheus")
    names = {"errors_total": "counter", "pool_connections": "gauge", "latency_seconds_bucket": ""}
    lines: list[str] = []
    for wanted, kind in names.items():
        family = wanted.removesuffix("_total").removesuffix("_bucket")
        lines.append(f"# TYPE {family} {kind or 'histogram'}")
        rows = sorted((r for r in samples() if r[0] == wanted), key=lambda r: str(r[1]))
        for name, labels, at, value in rows:
            inner = ",".join(f'{k}="{v}"' for k, v in labels.items())
            lines.append(f"{name}{{{inner}}} {value} {at}")
    (folder / "samples.om").write_text("\n".join([*lines, "# EOF", ""]))
    (folder / "prometheus.yml").write_text("scrape_configs: []\n")
    backfill = [tool, "tsdb", "create-blocks-from", "openmetrics", "samples.om", "data"]
    subprocess.run(backfill, check=True, cwd=folder, capture_output=True)
    port = free_port()
    command = [
        program,
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=data",
        "--storage.tsdb.retention.time=50y",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    process = ManagedProcess("prometheus", command, log_path=folder / "log", cwd=folder)
    with process:
        url = f"http://127.0.0.1:{port}"
        process.wait_ready(lambda: is_ready(url))
        yield url


def is_ready(url: str) -> bool:
    """Whether the server takes queries."""
    try:
        return httpx.get(f"{url}/-/ready").is_success
    except httpx.TransportError:
        return False


def ask(url: str, query: str) -> Series | float:
    """An instant query to the real server."""
    answer = httpx.get(f"{url}/api/v1/query", params={"query": query, "time": AT})
    data: Any = answer.json()["data"]
    if data["resultType"] == "scalar":
        return float(data["result"][1])
    return {tuple(sorted(r["metric"].items())): float(r["value"][1]) for r in data["result"]}


@pytest.mark.contract
@pytest.mark.processes
@pytest.mark.parametrize("query", QUERIES)
def test_a_query_answers_what_prometheus_answers(
    store: SampleStore, prometheus: str, query: str
) -> None:
    """A verdict must not depend on which of the two measured it."""
    ours = Evaluator(store).at(promql_parser.parse(query), AT)
    theirs = ask(prometheus, query)

    if isinstance(ours, dict):
        assert isinstance(theirs, dict)
        sorted_ours = {tuple(sorted(k)): v for k, v in ours.items()}
        assert sorted_ours == pytest.approx(theirs, rel=1e-9, nan_ok=True)
    else:
        assert ours == pytest.approx(theirs)


@pytest.mark.parametrize(
    "query",
    [
        "max_over_time(rate(errors_total[10s])[30s:5s])",
        "errors_total * on (job) group_left pool_connections",
        "errors_total @ 1760000000",
        "label_replace(pool_connections, 'a', '$1', 'job', '(.*)')",
        "predict_linear(pool_connections[1m], 60)",
    ],
)
def test_what_is_not_served_is_refused_and_never_answered_wrongly(
    store: SampleStore, query: str
) -> None:
    """A query that is half understood would turn into a false verdict."""
    with pytest.raises(UnsupportedQueryError, match="not supported here"):
        Evaluator(store).at(promql_parser.parse(query), AT)


def test_a_series_that_ended_is_gone_at_once(store: SampleStore) -> None:
    """The last words of a dead pod must not count as the present for five more minutes."""
    made = SampleStore()
    series = labels_of({"pod": "checkout-1"}, "up")
    made.append(series, Sample(START, 1.0))
    made.end(series, START + 1)
    evaluator, query = Evaluator(made), promql_parser.parse("up")

    assert evaluator.at(query, START + 0.5) == {series: 1.0}
    assert evaluator.at(query, START + 2) == {}
