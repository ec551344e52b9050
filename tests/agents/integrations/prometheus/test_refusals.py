"""What the adapter says when Prometheus refuses, and what it never lets through."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pydantic import SecretStr

from agents.domain.base import Window
from agents.domain.measures import Measure, MetricSelector, Reduction
from agents.errors import (
    CannotMeasure,
    PermissionMissing,
    RateLimited,
    SourceUnavailable,
    WarroomError,
)
from agents.integrations.prometheus import PrometheusTelemetry
from agents.integrations.prometheus.promql import matcher, vector

NOW = datetime(2026, 11, 20, 14, tzinfo=UTC)
WINDOW = Window(start=NOW - timedelta(minutes=10), end=NOW)
MAXIMUM = Measure(selector=MetricSelector(name="up"), reduce=Reduction.MAX)


def answering(answer: Callable[[httpx.Request], httpx.Response]) -> PrometheusTelemetry:
    """Return the adapter before a server that answers so."""
    client = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://prometheus")
    return PrometheusTelemetry("http://prometheus", client=client)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, PermissionMissing),
        (403, PermissionMissing),
        (400, CannotMeasure),
        (422, CannotMeasure),
        (429, RateLimited),
        (500, SourceUnavailable),
        (503, SourceUnavailable),
    ],
)
def test_each_refusal_says_what_to_do_about_it(status: int, error: type[WarroomError]) -> None:
    """A gap that names the missing permission gets closed; “failed” does not."""
    telemetry = answering(lambda _: httpx.Response(status, text="no"))

    with pytest.raises(error, match=str(status)):
        telemetry.measure(MAXIMUM, WINDOW)


def test_a_server_that_is_not_there_may_answer_later() -> None:
    """Monitoring goes down in incidents too; the question is asked again, not given up."""

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused", request=request)

    with pytest.raises(SourceUnavailable, match="did not answer") as refused:
        answering(refuse).metrics(MetricSelector(name="up"), WINDOW)
    assert refused.value.retryable


def test_a_login_page_is_not_taken_for_an_answer() -> None:
    """A proxy that answers 200 with HTML must not read as “no series”."""
    telemetry = answering(lambda _: httpx.Response(200, text="<html>Sign in</html>"))

    with pytest.raises(SourceUnavailable, match="as Prometheus does"):
        telemetry.metrics(MetricSelector(name="up"), WINDOW)


def test_too_many_series_are_refused_rather_than_cut() -> None:
    """A silent cut would hide the one series that matters."""
    curves = [{"metric": {"n": str(n)}, "values": [[1, "1"]]} for n in range(5001)]
    body = {"status": "success", "data": {"resultType": "matrix", "result": curves}}

    with pytest.raises(CannotMeasure, match="5001 series"):
        answering(lambda _: httpx.Response(200, json=body)).metrics(
            MetricSelector(name="*"), WINDOW
        )


def test_the_token_goes_to_the_server_and_nowhere_else() -> None:
    """What is shown to people quotes queries and errors; neither may hold a credential."""
    telemetry = PrometheusTelemetry("http://127.0.0.1:1", bearer_token=SecretStr("s3cret"))

    with pytest.raises(SourceUnavailable) as refused:
        telemetry.metrics(MetricSelector(name="up"), WINDOW)
    telemetry.close()

    assert "s3cret" not in f"{refused.value} {refused.value.remedy} {telemetry!r}"


@pytest.mark.parametrize(
    ("value", "rendered"),
    [
        ("checkout", 'service="checkout"'),
        ('a"} or {b="', 'service="a\\"} or {b=\\""'),
        ("back\\slash", 'service="back\\\\slash"'),
        ("two\nlines", 'service="two\\nlines"'),
        ("5*", 'service=~"5.*"'),
        ("a.b*", 'service=~"a\\\\.b.*"'),
    ],
)
def test_a_label_value_cannot_leave_its_quotation_marks(value: str, rendered: str) -> None:
    """Names of services come from alerts, and alerts come from outside."""
    assert matcher("service", value) == rendered


def test_a_name_that_is_no_identifier_is_matched_as_a_label() -> None:
    """A metric name from a model or a person must not become part of the query's syntax."""
    assert vector("up} or {x", {}) == '{__name__="up} or {x"}'
    assert vector("*latency*", {}) == ('{__name__=~".*latency.*", __name__!~".*_bucket"}')
