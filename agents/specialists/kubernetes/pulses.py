"""What a measurement was before the alert, and the worst that it kept up since."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean, median

from agents.domain.base import EntityRef
from agents.domain.readings import Series

_SUSTAINED_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Pulse:
    """One measurement of one entity, before and since."""

    entity: EntityRef
    metric: str
    statistic: str | None
    before: float
    highest: float
    """The highest mean over a minute since the alert; incidents that have passed still show."""
    lowest: float

    @property
    def growth(self) -> float:
        """How much higher it went than it was."""
        return self.highest - self.before


def pulses(series: Iterable[Series], since: datetime) -> tuple[Pulse, ...]:
    """Return what each series did, for those that have samples on both sides of a moment."""
    return tuple(pulse for one in series if (pulse := _pulse(one, since.timestamp())))


def _pulse(series: Series, since: float) -> Pulse | None:
    before = [v for t, v in zip(series.times, series.values, strict=True) if t < since]
    after = [(t, v) for t, v in zip(series.times, series.values, strict=True) if t >= since]
    if series.entity is None or not before or not after:
        return None
    kept_up = tuple(_means(after))
    return Pulse(
        entity=series.entity,
        metric=series.name,
        statistic=series.statistic,
        before=median(before),
        highest=max(kept_up),
        lowest=min(kept_up),
    )


def _means(samples: Sequence[tuple[float, float]]) -> Iterable[float]:
    """Yield the mean over each stretch of a minute; over all, where there is less."""
    end = samples[-1][0]
    for index, (start, _) in enumerate(samples):
        if index and start + _SUSTAINED_SECONDS > end:
            return
        yield fmean(v for t, v in samples[index:] if t <= start + _SUSTAINED_SECONDS)
