"""Percentiles and means of recorded histograms, as Prometheus would compute them."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from agents.domain.measures import MetricSelector
from agents.domain.readings import Series

_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?)", re.IGNORECASE)
_MEANS = frozenset({"average", "avg", "mean"})

_ByTime = Mapping[float, float]


def derived_series(recorded: Iterable[Series], selector: MetricSelector) -> Iterator[Series]:
    """Yield what a statistic of a histogram was between each two scrapes.

    Percentiles (`p95`) come from `<name>_bucket`, means (`Average`) from `_sum` and `_count`.
    """
    statistic = selector.statistic or ""
    percentile = _PERCENTILE.fullmatch(statistic)
    if percentile:
        buckets = (one for one in recorded if one.name == f"{selector.name}_bucket")
        for of_histogram in _grouped(buckets):
            points = _quantiles(of_histogram, float(percentile[1]) / 100)
            yield _derived(selector.name, statistic, of_histogram[0], points)
    elif statistic.lower() in _MEANS:
        parts = {f"{selector.name}_sum", f"{selector.name}_count"}
        for pair in _grouped(one for one in recorded if one.name in parts):
            yield _derived(selector.name, statistic, pair[0], _means(pair, selector.name))


def _grouped(series: Iterable[Series]) -> Iterator[list[Series]]:
    """Yield the parts of each histogram together: those whose labels differ in `le` alone."""
    groups: dict[tuple[tuple[str, str], ...], list[Series]] = {}
    for one in series:
        groups.setdefault(tuple(sorted(_without_le(one).items())), []).append(one)
    yield from groups.values()


def _without_le(one: Series) -> dict[str, str]:
    return {name: value for name, value in one.labels.items() if name != "le"}


def _derived(
    name: str, statistic: str, part: Series, points: Iterable[tuple[float, float]]
) -> Series:
    listed = tuple(points)
    return Series(
        name=name,
        entity=part.entity,
        statistic=statistic,
        unit=part.unit,
        labels=_without_le(part),
        times=tuple(moment for moment, _ in listed),
        values=tuple(value for _, value in listed),
    )


def _growth(one: Series) -> dict[float, float]:
    """Return by how much a counter grew up to each scrape; after a reset it counts from zero."""
    samples = zip(one.times, one.values, strict=True)
    return {
        moment: after - before if after >= before else after
        for (_, before), (moment, after) in pairwise(samples)
    }


def _means(pair: Sequence[Series], name: str) -> Iterator[tuple[float, float]]:
    growth = {one.name: _growth(one) for one in pair}
    sums, counts = growth.get(f"{name}_sum", {}), growth.get(f"{name}_count", {})
    for moment, count in counts.items():
        if count and moment in sums:
            yield moment, sums[moment] / count


def _quantiles(buckets: Sequence[Series], share: float) -> Iterator[tuple[float, float]]:
    bounds = sorted(
        (float(one.labels["le"]), _growth(one)) for one in buckets if "le" in one.labels
    )
    if len(bounds) > 1 and math.isinf(bounds[-1][0]):
        for moment, total in bounds[-1][1].items():
            if total:
                yield moment, _quantile(bounds, moment, share * total)


def _quantile(bounds: Sequence[tuple[float, _ByTime]], moment: float, wanted: float) -> float:
    """Interpolate within the bucket that holds the wanted observation.

    Beyond the last finite bound all that is known is that bound.
    """
    lower = below = 0.0
    for bound, growth in bounds[:-1]:
        upto = growth.get(moment, below)
        if upto >= wanted:
            return lower + (bound - lower) * (wanted - below) / (upto - below or 1.0)
        lower, below = bound, upto
    return lower
