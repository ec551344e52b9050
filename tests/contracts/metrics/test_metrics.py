"""What every source of metrics does: the double, the game day's recorder, the real Prometheus."""

from datetime import UTC, datetime

import pytest

from agents.domain.base import EntityRef, Window
from agents.domain.measures import Measure, MetricSelector, Reduction
from agents.domain.readings import Series
from agents.errors import NoSuchSource
from agents.integrations.prometheus import PrometheusTelemetry
from agents.ports import Telemetry
from tests.contracts.metrics.recorded import BEGINNING, END, ODD_ROUTE

pytestmark = [pytest.mark.contract, pytest.mark.processes]

CHECKOUT = EntityRef(kind="service", name="checkout")
POD = EntityRef(kind="pod", name="checkout-1", namespace="shop")
REQUESTS = MetricSelector(name="http_requests_total", entity=CHECKOUT)
FAILURES = REQUESTS.model_copy(update={"labels": {"code": "5*"}})
DEPTH = MetricSelector(name="queue_depth", entity=POD)


def window(start: int = BEGINNING, end: int = END) -> Window:
    """Return a window by seconds since the epoch."""
    return Window(start=datetime.fromtimestamp(start, UTC), end=datetime.fromtimestamp(end, UTC))


LAST_TEN_MINUTES = window(END - 600)


def codes(series: tuple[Series, ...]) -> list[str]:
    """Return the status codes of some series."""
    return sorted(one.labels["code"] for one in series)


def test_the_series_of_an_entity_are_found_by_its_labels(source: Telemetry) -> None:
    """A specialist asks for a service, whatever label the exporter calls it by."""
    found = source.metrics(REQUESTS, window())

    assert codes(found) == ["200", "503", "504"]
    assert all(one.entity == CHECKOUT and one.values for one in found)


def test_a_star_in_a_label_stands_for_any_characters(source: Telemetry) -> None:
    """Server errors are 500 to 599, and nobody lists them one by one."""
    assert codes(source.metrics(FAILURES, window())) == ["503", "504"]


def test_a_star_in_the_name_discovers_metrics(source: Telemetry) -> None:
    """On a system nobody has seen, names are found and not configured."""
    found = source.metrics(MetricSelector(name="*requests*"), window())

    assert {one.name for one in found} == {"http_requests_total"}
    assert len(found) == 3


def test_an_entity_without_series_gives_nothing(source: Telemetry) -> None:
    """Another service's errors must never be taken for this one's."""
    other = EntityRef(kind="service", name="payments")

    assert source.metrics(REQUESTS.model_copy(update={"entity": other}), window()) == ()


def test_a_label_value_is_matched_to_the_letter(source: Telemetry) -> None:
    """A quotation mark in a route must not break the query, nor open it to another one."""
    selector = MetricSelector(name="routed_total", labels={"route": ODD_ROUTE})

    (found,) = source.metrics(selector, window())

    assert found.labels["route"] == ODD_ROUTE


@pytest.mark.parametrize(
    ("reduce", "expected"),
    [
        (Reduction.MAX, 9.0),
        (Reduction.MIN, 0.0),
        (Reduction.MEAN, 4.5),
        (Reduction.P50, 4.5),
        (Reduction.LAST, 0.0),
        (Reduction.COUNT, 40),
        (Reduction.SUM, 180.0),
    ],
)
def test_a_gauge_is_reduced_alike_everywhere(
    source: Telemetry, reduce: Reduction, expected: float
) -> None:
    """The verifier may measure where the claim was not made; the number must be the same."""
    measured = source.measure(Measure(selector=DEPTH, reduce=reduce), window(END - 595))

    assert measured.value == pytest.approx(expected, abs=0.6 if reduce is Reduction.P50 else 1e-9)
    assert measured.samples > 0


@pytest.mark.parametrize(
    ("selector", "reduce", "expected"),
    [
        (REQUESTS, Reduction.INCREASE, 800.0),
        (FAILURES, Reduction.RATE, 2 / 3),
    ],
)
def test_a_counter_grows_alike_everywhere(
    source: Telemetry, selector: MetricSelector, reduce: Reduction, expected: float
) -> None:
    """Prometheus extends growth to the window's edges; that may not turn a verdict."""
    measured = source.measure(Measure(selector=selector, reduce=reduce), LAST_TEN_MINUTES)

    assert measured.value == pytest.approx(expected, rel=0.03)


def test_a_ratio_is_measured_as_one_number(source: Telemetry) -> None:
    """Half of all requests fail: that sentence is one query."""
    share = Measure(
        selector=FAILURES,
        reduce=Reduction.INCREASE,
        divided_by=Measure(selector=REQUESTS, reduce=Reduction.INCREASE),
    )

    assert source.measure(share, LAST_TEN_MINUTES).value == pytest.approx(0.5, rel=0.01)


def test_a_baseline_is_measured_further_back(source: Telemetry) -> None:
    """What is unusual follows from what was usual."""
    before = Measure(selector=FAILURES, reduce=Reduction.INCREASE, shifted_back_seconds=1200)

    assert source.measure(before, LAST_TEN_MINUTES).value == 0.0


def test_a_window_without_samples_has_none(source: Telemetry) -> None:
    """A control query must be able to say that there was no data."""
    long_before = window(BEGINNING - 7200, BEGINNING - 3600)

    measured = source.measure(Measure(selector=DEPTH, reduce=Reduction.MAX), long_before)
    counted = source.measure(Measure(selector=DEPTH, reduce=Reduction.COUNT), long_before)

    assert (measured.value, measured.samples) == (None, 0)
    assert (counted.value, counted.samples) == (0, 0)


def test_several_series_pool_their_percentile(source: Telemetry) -> None:
    """Two pods of a service are one service to the person on call."""
    both = DEPTH.model_copy(update={"entity": None})

    measured = source.measure(Measure(selector=both, reduce=Reduction.P95), LAST_TEN_MINUTES)

    assert measured.value == pytest.approx(9.0)


def test_a_claim_is_measured_on_another_path_than_it_was_read(
    prometheus: PrometheusTelemetry,
) -> None:
    """One query that is wrong must not confirm itself."""
    measured = prometheus.measure(Measure(selector=DEPTH, reduce=Reduction.MAX), LAST_TEN_MINUTES)

    assert measured.read_path == "prometheus:/api/v1/query"
    assert "max_over_time" in measured.excerpt


def test_a_metric_that_nobody_exposes_is_not_an_empty_one(
    prometheus: PrometheusTelemetry,
) -> None:
    """“No errors” and “errors are not counted here” are different news."""
    unknown = Measure(selector=MetricSelector(name="no_such_total"), reduce=Reduction.MAX)

    with pytest.raises(NoSuchSource, match="no_such_total"):
        prometheus.measure(unknown, LAST_TEN_MINUTES)


def test_a_percentile_is_taken_from_the_buckets(prometheus: PrometheusTelemetry) -> None:
    """Histograms are how most services report latency."""
    selector = MetricSelector(name="answer_seconds", entity=CHECKOUT, statistic="p90")

    (found,) = prometheus.metrics(selector, LAST_TEN_MINUTES)
    measured = prometheus.measure(Measure(selector=selector, reduce=Reduction.MAX), window())

    assert found.values[-1] == pytest.approx(0.5)
    assert measured.value == pytest.approx(0.5)
