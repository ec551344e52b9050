"""The arithmetic of PromQL's functions, on plain lists of samples and values."""

import itertools
import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

EXTRAPOLATION_LIMIT = 1.1
"""A range may be extended to its edges by this many average gaps; beyond, by half a gap."""


@dataclass(frozen=True)
class Range:
    """The samples of one series in a window of time, oldest first."""

    points: Sequence[tuple[float, float]]
    start: float
    end: float

    @property
    def values(self) -> list[float]:
        """The values without their times."""
        return [value for _, value in self.points]


def increase(found: Range) -> float | None:
    """How much a counter rose in the window, extended to its edges as Prometheus does."""
    if len(found.points) <= 1:
        return None
    first, last = found.values[0], found.values[-1]
    risen = last - first
    risen += sum(before for before, after in itertools.pairwise(found.values) if after < before)
    return risen * _extension(found, seconds_since_zero=_seconds_since_zero(found, risen))


def delta(found: Range) -> float | None:
    """How much a gauge changed in the window, extended likewise."""
    if len(found.points) <= 1:
        return None
    return (found.values[-1] - found.values[0]) * _extension(found)


def _seconds_since_zero(found: Range, risen: float) -> float:
    """How long before its first sample a counter must have been zero, at the rate it rose."""
    if risen <= 0 or found.values[0] < 0:
        return math.inf
    return (found.points[-1][0] - found.points[0][0]) * found.values[0] / risen


def _extension(found: Range, seconds_since_zero: float = math.inf) -> float:
    """By which factor the samples' change grows when it is extended to the window's edges."""
    points = found.points
    sampled = points[-1][0] - points[0][0]
    gap = sampled / (len(points) - 1)
    to_start = min(points[0][0] - found.start, seconds_since_zero)
    covered = sampled
    for distance in (to_start, found.end - points[-1][0]):
        covered += distance if distance < gap * EXTRAPOLATION_LIMIT else gap / 2
    return covered / sampled


def rate(found: Range) -> float | None:
    """The increase per second."""
    total = increase(found)
    return None if total is None else total / (found.end - found.start)


def irate(found: Range) -> float | None:
    """The increase per second between the last two samples."""
    if len(found.points) <= 1:
        return None
    (earlier, low), (later, high) = found.points[-2:]
    return (high - low if high >= low else high) / (later - earlier)


def _over_time(summary: Callable[[list[float]], float]) -> Callable[[Range], float | None]:
    return lambda found: float(summary(found.values)) if found.points else None


def _changes(values: list[float]) -> float:
    return sum(a != b for a, b in itertools.pairwise(values))


def _resets(values: list[float]) -> float:
    return sum(b < a for a, b in itertools.pairwise(values))


RANGE_FUNCTIONS: dict[str, Callable[[Range], float | None]] = {
    "rate": rate,
    "irate": irate,
    "increase": increase,
    "delta": delta,
    "avg_over_time": _over_time(statistics.fmean),
    "min_over_time": _over_time(min),
    "max_over_time": _over_time(max),
    "sum_over_time": _over_time(math.fsum),
    "count_over_time": _over_time(len),
    "last_over_time": _over_time(lambda values: values[-1]),
    "stddev_over_time": _over_time(statistics.pstdev),
    "changes": _over_time(_changes),
    "resets": _over_time(_resets),
}


def quantile(share: float, values: Sequence[float]) -> float:
    """The quantile of a few values, interpolated."""
    ordered = sorted(values)
    rank = max(0.0, min(1.0, share)) * (len(ordered) - 1)
    low = math.floor(rank)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (rank - low)


def histogram_quantile(share: float, buckets: dict[float, float]) -> float:
    """The quantile of a histogram, from its cumulative buckets by upper bound."""
    bounds = sorted(buckets)
    if len(bounds) <= 1 or not math.isinf(bounds[-1]) or not buckets[bounds[-1]]:
        return math.nan
    rank = share * buckets[bounds[-1]]
    index = next(i for i, bound in enumerate(bounds) if buckets[bound] >= rank)
    if index == len(bounds) - 1:
        return bounds[-2]
    lower, below = (bounds[index - 1], buckets[bounds[index - 1]]) if index else (0.0, 0.0)
    inside = buckets[bounds[index]] - below
    upper = bounds[index]
    return lower + (upper - lower) * ((rank - below) / inside) if inside else upper


AGGREGATIONS: dict[str, Callable[[list[float]], float]] = {
    "sum": math.fsum,
    "avg": statistics.fmean,
    "min": min,
    "max": max,
    "count": len,
    "stddev": statistics.pstdev,
    "group": lambda _: 1.0,
}
