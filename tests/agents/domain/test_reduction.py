"""The arithmetic behind every verdict."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.domain.base import Scalar
from agents.domain.measures import Comparator, Condition, Measurement, Reduction
from agents.domain.readings import Row, Series
from agents.domain.reduction import (
    compares,
    percentile,
    ratio,
    reduce_scalars,
    reduce_series,
    row_matches,
)


def _series(*values: float, start: float = 0.0) -> Series:
    times = tuple(start + 10.0 * place for place in range(len(values)))
    return Series(name="m", times=times, values=values)


@pytest.mark.parametrize(
    ("reduction", "expected"),
    [
        (Reduction.FIRST, 4),
        (Reduction.LAST, 2),
        (Reduction.MAX, 4.0),
        (Reduction.MIN, 1.0),
        (Reduction.SUM, 7.0),
        (Reduction.COUNT, 3),
        (Reduction.P50, 2.0),
    ],
)
def test_values_reduce_in_the_order_in_which_they_came(
    reduction: Reduction, expected: Scalar
) -> None:
    """Oldest first: the last value is the present."""
    assert reduce_scalars([4, 1, 2], reduction) == expected


def test_nothing_reduces_to_nothing_but_counts_as_zero() -> None:
    """No data is None, not zero: zero would be a measurement."""
    assert reduce_scalars([], Reduction.MAX) is None
    assert reduce_scalars([], Reduction.COUNT) == 0
    assert reduce_scalars(["a", None, True], Reduction.MAX) is None


def test_growth_needs_times() -> None:
    """A rate without a clock would be an invention."""
    with pytest.raises(ValueError, match="needs a time series"):
        reduce_scalars([1], Reduction.RATE)


def test_a_counter_that_restarts_counts_from_zero() -> None:
    """A pod that restarts must not make the error rate negative."""
    assert reduce_series([_series(10, 20, 5, 8)], Reduction.INCREASE) == 18.0
    assert reduce_series([_series(0, 30)], Reduction.RATE) == 3.0


def test_one_sample_has_no_rate_and_no_series_no_growth() -> None:
    """Undefined is said as None."""
    assert reduce_series([_series(5)], Reduction.RATE) is None
    assert reduce_series([], Reduction.INCREASE) is None
    assert reduce_series([_series()], Reduction.MAX) is None


def test_samples_of_several_series_are_pooled_in_time_order() -> None:
    """The last value is the latest of all replicas."""
    assert reduce_series([_series(1, 9), _series(5, start=5.0)], Reduction.LAST) == 9.0
    assert reduce_series([_series(1, 9), _series(5, start=50.0)], Reduction.LAST) == 5.0


@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_percentiles_lie_within_the_values_and_do_not_fall(values: list[float]) -> None:
    """Whatever the data, p50 <= p95 <= p99 and none leaves the range."""
    found = [percentile(values, percent) for percent in (50, 95, 99)]

    slack = 1e-6 * (1 + max(abs(value) for value in values))
    assert min(values) - slack <= found[0] <= found[1] + slack
    assert found[1] <= found[2] + slack
    assert found[2] <= max(values) + slack


@pytest.mark.parametrize(
    ("observed", "comparator", "expected", "holds"),
    [
        (3, "<", 4.0, True),
        (4, "<=", 4, True),
        (4, ">", 4, False),
        (4.0, ">=", 4, True),
        (None, "<", 4, False),
        ("3", ">", 1, False),
        (True, ">", 0, False),
        (3, "==", 3.0, True),
        (True, "==", 1, False),
        (True, "==", True, True),
        ("a", "!=", "b", True),
        (None, "==", None, True),
        ("Lock:tuple", "contains", "lock", True),
        (None, "contains", "x", False),
        ("exit 137", "matches", r"\b137\b", True),
        ("exit 13", "matches", r"\b137\b", False),
        ("x", "matches", None, False),
    ],
)
def test_values_compare_by_value_and_missing_ones_with_nothing(
    observed: Scalar, comparator: str, expected: Scalar, *, holds: bool
) -> None:
    """A verdict is a comparison; this is the comparison."""
    assert compares(observed, Comparator(comparator), expected) is holds


@pytest.mark.parametrize(
    ("above", "below", "value"), [(6, 3, 2.0), (6, 0, None), (None, 3, None), (6, None, None)]
)
def test_a_ratio_of_something_missing_is_missing(
    above: Scalar, below: Scalar, value: Scalar
) -> None:
    """No requests means no error ratio, not a perfect one."""
    numerator = Measurement(value=above, samples=5, read_path="x")
    denominator = Measurement(value=below, samples=2, read_path="y")

    divided = ratio(numerator, denominator)

    assert (divided.value, divided.samples) == (value, 2)


def test_rows_are_matched_by_every_condition_with_numeric_text_as_numbers() -> None:
    """Drivers differ in whether an age is a number or a text."""
    row = Row(columns={"age": "12.5", "state": "idle in transaction"})
    old = Condition(field="age", comparator=Comparator.GREATER, value=10)
    idle = Condition(field="state", comparator=Comparator.CONTAINS, value="idle")

    assert row_matches(row, [old, idle])
    assert not row_matches(row, [old, Condition(field="state", value="active")])
    assert not row_matches(row, [Condition(field="gone", comparator=Comparator.LESS, value=1)])
