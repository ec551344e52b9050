"""Pure arithmetic that turns readings into one value and compares it."""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from statistics import fmean, quantiles
from typing import TypeGuard

from agents.domain.base import Scalar
from agents.domain.measures import Comparator, Condition, Measurement, Reduction
from agents.domain.readings import Row, Series

_PERCENTILE_STEPS = 100


def percentile(values: Sequence[float], percent: int) -> float:
    """Return a percentile of at least one value, linearly interpolated between neighbours."""
    if len(values) == 1:
        return values[0]
    return quantiles(values, n=_PERCENTILE_STEPS, method="inclusive")[percent - 1]


_NUMERIC: dict[Reduction, Callable[[Sequence[float]], float]] = {
    Reduction.MAX: max,
    Reduction.MIN: min,
    Reduction.MEAN: fmean,
    Reduction.SUM: sum,
    Reduction.P50: lambda values: percentile(values, 50),
    Reduction.P95: lambda values: percentile(values, 95),
    Reduction.P99: lambda values: percentile(values, 99),
}


def reduce_scalars(values: Sequence[Scalar], reduction: Reduction) -> Scalar:
    """Reduce values in their given order (oldest first); nothing gives None, or 0 for a count.

    INCREASE and RATE need times: use `reduce_series` for them.

    Raises:
        ValueError: the reduction cannot be made of these values.
    """
    if reduction is Reduction.COUNT:
        return len(values)
    if not values:
        return None
    if reduction is Reduction.FIRST:
        return values[0]
    if reduction is Reduction.LAST:
        return values[-1]
    numbers = [float(value) for value in values if is_number(value)]
    if not numbers:
        return None
    if reduction not in _NUMERIC:
        message = f"{reduction} needs a time series"
        raise ValueError(message)
    return _NUMERIC[reduction](numbers)


def reduce_series(series: Iterable[Series], reduction: Reduction) -> Scalar:
    """Reduce time series to one value; samples of several series are pooled in time order."""
    several = [one for one in series if one.values]
    if reduction in {Reduction.INCREASE, Reduction.RATE}:
        return _growth(several, reduction)
    samples = sorted(
        (moment, value)
        for one in several
        for moment, value in zip(one.times, one.values, strict=True)
    )
    return reduce_scalars([value for _, value in samples], reduction)


def _growth(series: Sequence[Series], reduction: Reduction) -> Scalar:
    if not series:
        return None
    grown = sum(_increase(one.values) for one in series)
    if reduction is Reduction.INCREASE:
        return grown
    span = max(one.times[-1] for one in series) - min(one.times[0] for one in series)
    return grown / span if span else None


def _increase(values: Sequence[float]) -> float:
    """Add up the steps of a counter; after a reset it counts from zero."""
    return sum(after - before if after >= before else after for before, after in pairwise(values))


def ratio(numerator: Measurement, denominator: Measurement) -> Measurement:
    """Return one measurement divided by another; None where either is missing or zero divides."""
    above, below = numerator.value, denominator.value
    value: Scalar = None
    if is_number(above) and is_number(below) and below != 0:
        value = above / below
    return numerator.model_copy(
        update={"value": value, "samples": min(numerator.samples, denominator.samples)},
    )


def is_number(value: Scalar) -> TypeGuard[float]:
    """Tell whether a value is a number; flags are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


_ORDERED: dict[Comparator, Callable[[float, float], bool]] = {
    Comparator.LESS: lambda a, b: a < b,
    Comparator.AT_MOST: lambda a, b: a <= b,
    Comparator.GREATER: lambda a, b: a > b,
    Comparator.AT_LEAST: lambda a, b: a >= b,
}


def compares(observed: Scalar, comparator: Comparator, expected: Scalar) -> bool:
    """Tell whether an observed value compares with the expected one as stated.

    Numbers compare by value whatever their type; a missing value compares with nothing but None.
    """
    if comparator in _ORDERED:
        if is_number(observed) and is_number(expected):
            return _ORDERED[comparator](observed, expected)
        return False
    if comparator is Comparator.EQUAL:
        return _equal(observed, expected)
    if comparator is Comparator.NOT_EQUAL:
        return not _equal(observed, expected)
    if observed is None or expected is None:
        return False
    if comparator is Comparator.CONTAINS:
        return str(expected).casefold() in str(observed).casefold()
    return re.search(str(expected), str(observed), re.IGNORECASE) is not None


def _equal(observed: Scalar, expected: Scalar) -> bool:
    if isinstance(observed, bool) or isinstance(expected, bool):
        return observed is expected
    return observed == expected


def row_matches(row: Row, conditions: Iterable[Condition]) -> bool:
    """Tell whether a row meets every condition; numeric text compares as a number."""
    return all(
        compares(_column(row, condition), condition.comparator, condition.value)
        for condition in conditions
    )


def _column(row: Row, condition: Condition) -> Scalar:
    as_number = row.number(condition.field)
    wants_number = is_number(condition.value)
    return as_number if wants_number and as_number is not None else row.value(condition.field)
