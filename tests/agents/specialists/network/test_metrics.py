"""Metrics nobody configured: what they are taken for, and when they count as unusual."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from agents.domain.base import EntityRef
from agents.domain.readings import Series
from agents.testing.telemetry import InMemoryTelemetry
from tests.agents.builders import NOW
from tests.agents.specialists.network.looking import BASELINE, answer, causes


def counted(name: str, before: float, after: float, **labels: str) -> Series:
    """Return a counter of checkout that grows so much a minute before and in the last minutes."""
    return _sampled(name, before, after, None, labels, is_counter=True)


def gauged(name: str, before: float, after: float, statistic: str | None = None) -> Series:
    """Return a gauge of checkout with one level before and one in the last minutes."""
    return _sampled(name, before, after, statistic, {}, is_counter=False)


def _sampled(
    name: str,
    before: float,
    after: float,
    statistic: str | None,
    labels: dict[str, str],
    *,
    is_counter: bool,
) -> Series:
    moments = [BASELINE.start + timedelta(minutes=n) for n in range(91)]
    levels = [after if at > NOW - timedelta(minutes=8) else before for at in moments]
    totals = [sum(levels[: n + 1]) for n in range(len(levels))]
    return Series(
        name=name,
        entity=EntityRef(kind="service", name="checkout"),
        statistic=statistic,
        labels=labels,
        times=tuple(at.timestamp() for at in moments),
        values=tuple(totals if is_counter else levels),
    )


@pytest.mark.parametrize(
    ("series", "mode"),
    [
        (
            [
                counted("http_requests_total", 100, 100, code="200"),
                counted("http_requests_total", 0, 40, code="500"),
            ],
            "http_upstream_errors",
        ),
        (
            [
                counted("http_server_request_duration_seconds_count", 90, 90, status="200"),
                counted("http_server_request_duration_seconds_count", 0, 30, status="502"),
            ],
            "http_upstream_errors",
        ),
        (
            [
                gauged("AWS/ApplicationELB:RequestCount", 6000, 6000, "Sum"),
                gauged("AWS/ApplicationELB:HTTPCode_Target_5XX_Count", 0, 900, "Sum"),
            ],
            "http_upstream_errors",
        ),
        ([gauged("error_rate_5xx_ratio", 0.002, 0.4)], "http_upstream_errors"),
        (
            [counted("rpc_errors_total", 0, 30), counted("rpc_requests_total", 100, 100)],
            "http_upstream_errors",
        ),
        (
            [gauged("AWS/ApplicationELB:TargetResponseTime", 0.05, 1.9, "Average")],
            "upstream_latency",
        ),
        ([gauged("http_server_duration_p99_ms", 80, 900)], "upstream_latency"),
        (
            [
                counted("http_request_duration_seconds_sum", 5, 90),
                counted("http_request_duration_seconds_count", 100, 100),
            ],
            "upstream_latency",
        ),
        ([gauged("requests_per_sec", 50, 400)], "traffic_surge"),
    ],
)
def test_metrics_are_understood_by_the_convention_they_follow(
    series: Sequence[Series], mode: str
) -> None:
    """Nobody configures names of metrics before their first incident."""
    found = answer(InMemoryTelemetry(series=list(series)))

    assert mode in {hypothesis.cause.failure_mode for hypothesis in found.hypotheses}


@pytest.mark.parametrize(
    "series",
    [
        [counted("http_requests_total", 100, 100, code="404")],
        [gauged("error_rate_5xx_ratio", 0.004, 0.005)],
        [gauged("http_server_duration_p99_ms", 80, 95)],
        [counted("prometheus_http_requests_total", 1, 900, code="500")],
        [gauged("http_requests_in_flight", 1, 50)],
    ],
)
def test_what_is_as_usual_or_not_about_the_service_is_left_alone(series: Sequence[Series]) -> None:
    """A threshold that fires on noise costs more trust than it saves time."""
    assert causes(answer(InMemoryTelemetry(series=list(series)))) == []


@pytest.mark.parametrize(("last_sample_minutes_ago", "is_over"), [(0, True), (8, False)])
def test_a_signal_that_stopped_is_not_a_signal_that_recovered(
    last_sample_minutes_ago: int, *, is_over: bool
) -> None:
    """When the scrape dies with the service, the last sample is a good one all the same."""
    moments = [BASELINE.start + timedelta(minutes=n) for n in range(91 - last_sample_minutes_ago)]
    peak = NOW - timedelta(minutes=18), NOW - timedelta(minutes=14)
    risen = Series(
        name="error_rate_5xx_ratio",
        entity=EntityRef(kind="service", name="checkout"),
        times=tuple(at.timestamp() for at in moments),
        values=tuple(0.4 if peak[0] <= at <= peak[1] else 0.001 for at in moments),
    )

    found = answer(InMemoryTelemetry(series=[risen]))

    assert (causes(found) == ["recovered@service/checkout"]) is is_over


def test_a_clients_error_ratio_is_about_whom_it_calls() -> None:
    """The one who counts the failures is the one who suffers them."""
    found = answer(InMemoryTelemetry(series=[gauged("upstream_call_error_ratio", 0.001, 0.6)]))

    assert causes(found) == ["http_upstream_errors@service/payments"]
