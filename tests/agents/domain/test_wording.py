"""People read measures as one line and confidence as words."""

import pytest

from agents.domain.base import EntityRef, Scalar
from agents.domain.measures import (
    ChangeSelector,
    Comparator,
    Condition,
    LogSelector,
    Measure,
    MetricSelector,
    ObjectSelector,
    ProbeSelector,
    Reduction,
    RowSelector,
    Selector,
    TraceSelector,
)
from agents.domain.wording import in_words, measure_text, scalar_text, selector_text

_SHOP = EntityRef(kind="service", name="shop")


@pytest.mark.parametrize(
    ("selector", "text"),
    [
        (MetricSelector(name="errors", entity=_SHOP, labels={"code": "500"}),
         "errors {code=500} of service/shop"),
        (MetricSelector(name="latency", statistic="p99"), "latency p99"),
        (LogSelector(pattern="boom", level="ERROR"), "log lines ERROR /boom/"),
        (TraceSelector(service="shop", status="error"), "spans error of shop"),
        (ObjectSelector(kind="pods", namespace="shop", name="web", path="status.phase"),
         "pods shop/web status.phase"),
        (ObjectSelector(kind="pods", where="spec.x"), "pods [?spec.x]"),
        (ChangeSelector(kind="deploy"), "changes deploy"),
        (ProbeSelector(probe="dns", target="db.shop"), "dns probe ok of db.shop"),
        (RowSelector(instance="db", view="pg_locks"), "pg_locks of db"),
        (
            RowSelector(
                instance="db",
                view="pg_locks",
                column="pid",
                where=(Condition(field="age", comparator=Comparator.GREATER, value=1.5),),
            ),
            "pg_locks pid where age > 1.5 of db",
        ),
    ],
)  # fmt: skip
def test_a_selector_reads_as_one_line(selector: Selector, text: str) -> None:
    """The query behind a claim must be plain enough to type again."""
    assert selector_text(selector) == text


def test_a_ratio_and_a_baseline_are_spelt_out() -> None:
    """Now by then is the commonest comparison there is."""
    errors = MetricSelector(name="errors")
    then = Measure(selector=errors, reduce=Reduction.RATE, shifted_back_seconds=3600)
    now = Measure(selector=errors, reduce=Reduction.RATE, divided_by=then)

    assert measure_text(now) == "rate of errors / rate of errors 3600 s earlier"


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "nothing"), (True, "yes"), (False, "no"), (0.36123, "0.3612"), (7, "7"), ("x", "x")],
)
def test_values_are_written_as_people_write_them(value: Scalar, text: str) -> None:
    """Fifteen digits help nobody."""
    assert scalar_text(value) == text


@pytest.mark.parametrize(
    ("confidence", "text"),
    [
        (0.9999, "almost certain (over 99%)"),
        (0.99, "almost certain (99%)"),
        (0.001, "unlikely (under 1%)"),
        (0.86, "very likely (86%)"),
        (0.7, "likely (70%)"),
        (0.5, "possible (50%)"),
        (0.1, "unlikely (10%)"),
    ],
)
def test_confidence_has_a_word_and_a_number(confidence: float, text: str) -> None:
    """The word is for three in the morning, the number for the morning after."""
    assert in_words(confidence) == text
