"""What a signal usually is, told robustly from few samples, and how far it is from that now.

The centre is the median and the spread the median absolute deviation or the 5% tails, whichever is
wider, so that neither an old incident in the history nor a missing stretch moves them. Nothing is
filled in: a sample that is not there is not there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

_TO_STANDARD_DEVIATION = 1.4826
"""Makes the median absolute deviation of normal noise its standard deviation."""
_FEWEST = 4
_FEWEST_FOR_A_TAIL = 40
_TWENTIETHS = 20
_TAIL_OF_NOISE = 1.645
"""Standard deviations beyond which normal noise lies in one sample of twenty, on one side."""
_DAY = 86_400.0
_SAME_HOUR = 3_600.0
_DAYS_FOR_A_SEASON = 2
_FEWEST_OF_A_SEASON = 12


@dataclass(frozen=True, slots=True)
class Usual:
    """What a signal usually is."""

    centre: float
    spread: float
    """One standard deviation of ordinary noise, in the signal's unit."""
    samples: int

    def score(self, now: float) -> float:
        """Return how many spreads above (positive) or below (negative) the usual a value is."""
        return (now - self.centre) / self.spread if self.spread else 0.0


def usual_of(values: Sequence[float], *, least_spread: float = 0.0) -> Usual | None:
    """Return what is usual for a signal, or None where there are too few samples to tell.

    `least_spread` keeps a signal that never moved from making every tremor an anomaly.
    """
    if len(values) < _FEWEST:
        return None
    centre = median(values)
    strays = _TO_STANDARD_DEVIATION * median(abs(value - centre) for value in values)
    return Usual(centre, max(strays, _tail(values, centre), least_spread), len(values))


def _tail(values: Sequence[float], centre: float) -> float:
    """Return the spread that the outer tenth of the samples implies.

    What a cold start or a batch does once an hour is usual too, although no median shows it. Of few
    samples the outermost count: they cannot tell a stray from a habit.
    """
    if len(values) < _FEWEST_FOR_A_TAIL:
        low, high = min(values), max(values)
    else:
        cuts = quantiles(values, n=_TWENTIETHS, method="inclusive")
        low, high = cuts[0], cuts[-1]
    return max(high - centre, centre - low) / _TAIL_OF_NOISE


def in_season(times: Sequence[float], values: Sequence[float], at: float) -> list[float]:
    """Return the values of the same time of day, where the history is long enough to have them.

    Below two days, or with too few samples near that time, the whole history is the answer: a short
    baseline says more than a thin one.
    """
    if not times or at - times[0] < _DAYS_FOR_A_SEASON * _DAY:
        return list(values)
    same = [
        value
        for moment, value in zip(times, values, strict=True)
        if min((at - moment) % _DAY, -(at - moment) % _DAY) <= _SAME_HOUR
    ]
    return same if len(same) >= _FEWEST_OF_A_SEASON else list(values)
