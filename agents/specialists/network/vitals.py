"""The vital signs of every service: how long it takes, how often it fails, how much it is asked.

Each is one measure that anybody can run again, beside the samples it was read from.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import fmean

from agents.domain.base import EntityRef, Window
from agents.domain.measures import Measure, MetricSelector, Reduction
from agents.domain.readings import Series
from agents.localisation.baseline import Usual, in_season, usual_of
from agents.localisation.onset import onset_of
from agents.specialists.network.readings import RECENT
from agents.specialists.network.signals import Kind, Signal, read, signals_of
from agents.specialists.network.view import NetworkView

_LOOK_FURTHER = timedelta(hours=24)
_ENOUGH = 24
"""Samples of a baseline from which on it is not worth reading further back."""
_AT_LEAST = timedelta(minutes=5)
_AT_MOST = timedelta(minutes=30)
_STEP = timedelta(minutes=5)
_GOOD = ("*availability*", "*success_rate*", "*success_ratio*")
_ASKED = ("*requests*", "*request_count*", "*invocations*")
_AVERAGES = ("Average", "avg", "mean", None)
_HUNDRED = 100.0
_LEAST_SHARE = 0.05
"""Of the usual latency: a smaller stray is ordinary noise."""
_LEAST_FAILING = 0.002
_PART_OF_A_CALL = 0.5
"""One failing call of the few that there were is no more than two spreads of noise."""


@dataclass(frozen=True, slots=True)
class Vital:
    """One sign of one service, now and usually."""

    entity: EntityRef
    measure: Measure
    times: tuple[float, ...]
    values: tuple[float, ...]
    usual: Usual
    now: float
    current: Window
    full: float | None = None
    """For a sign that is good when high: what all is well reads (1 or 100)."""

    @property
    def worse_by(self) -> float:
        """How much worse than usual it is: seconds per call, or share of calls that fail."""
        if self.full is None:
            return self.now - self.usual.centre
        return (self.usual.centre - self.now) / self.full

    @property
    def score(self) -> float:
        """How much worse than usual it is, in spreads of its noise."""
        score = self.usual.score(self.now)
        return score if self.full is None else -score

    @property
    def is_back(self) -> bool:
        """Whether its samples of the last minutes, or the latest, are usual again."""
        since = self.current.end.timestamp() - RECENT.total_seconds()
        both = zip(self.times, self.values, strict=True)
        lately = [value for moment, value in both if moment > since] or self.values[-1:]
        return not any(self._is_beyond(value) for value in lately)

    def _is_beyond(self, value: float) -> bool:
        return value > self.limit() if self.full is None else value < self.limit()

    def limit(self, spreads: float = 3.0) -> float:
        """Return the value from which on it is unusual, on the way to what it is now."""
        aside = min(spreads * self.usual.spread, abs(self.now - self.usual.centre) / 2)
        return self.usual.centre + aside if self.full is None else self.usual.centre - aside

    def onset(self, window: Window) -> datetime:
        """Return the sample after which it has mostly been beyond its limit.

        What is sampled every few minutes began somewhere between two samples: at the earliest right
        after the last usual one.
        """
        start = window.start.timestamp()
        inside = [(t, v) for t, v in zip(self.times, self.values, strict=True) if t >= start]
        moment = onset_of([t for t, _ in inside], [self._is_beyond(v) for _, v in inside])
        if moment is None:
            return self.current.start
        before = (t for t in reversed(self.times) if t < moment)
        return datetime.fromtimestamp(max(start, next(before, moment)), UTC)


def vitals_of(view: NetworkView, kind: Kind) -> tuple[Vital, ...]:
    """Return one sign of a kind for each service that has one."""
    return view.once(f"vitals:{kind}", lambda: tuple(_first_each(_vitals(view, kind))))


def asked_of(view: NetworkView) -> dict[str, float]:
    """Return how many calls each service gets now, in one unit for all; empty where unknown."""
    return _counted(view) or view.once("rates", lambda: _rates(view))


def _rates(view: NetworkView) -> dict[str, float]:
    current = current_of(view)
    found: dict[str, float] = {}
    for signal in signals_of(view):
        rate = read(view, signal.measure, current) if signal.kind is Kind.REQUESTS else None
        if rate:
            entity = view.service_of(signal.entity) or signal.entity
            found.setdefault(entity.name, rate)
    return found


def _counted(view: NetworkView) -> dict[str, float]:
    """Return how many calls each service gets from one sample to the next."""
    return view.once("counted", lambda: _counts(view))


def _counts(view: NetworkView) -> dict[str, float]:
    found: dict[str, float] = {}
    current = current_of(view)
    for series in _gauges(view, _ASKED):
        values = [v for t, v in _samples(series) if _within(current, t)]
        if series.entity and series.statistic in {"Sum", None} and values:
            found.setdefault(series.entity.name, fmean(values))
    return found


def current_of(view: NetworkView) -> Window:
    """Return what counts as now: since the alert, but neither a moment nor half a day."""
    end = view.now
    start = min(view.alert.started_at, end - _AT_LEAST)
    return Window(start=max(start, end - _AT_MOST), end=end)


def _first_each(vitals: Iterable[Vital]) -> Iterator[Vital]:
    seen: set[str] = set()
    for vital in vitals:
        if vital.entity.name not in seen:
            seen.add(vital.entity.name)
            yield vital


def _vitals(view: NetworkView, kind: Kind) -> Iterator[Vital]:
    if kind is Kind.ERRORS:
        for series in _gauges(view, _GOOD):
            if series.entity and series.statistic in _AVERAGES:
                selector = MetricSelector(
                    name=series.name, entity=series.entity, statistic=series.statistic
                )
                measure = Measure(selector=selector, reduce=Reduction.MEAN)
                full = _HUNDRED if max(series.values, default=0.0) > 1.0 else 1.0
                vital = _vital(view, series.entity, measure, _samples(series), full=full)
                if vital:
                    yield vital
    for signal in signals_of(view):
        if signal.kind is kind and (kind is Kind.LATENCY or signal.is_share):
            vital = _of_signal(view, signal)
            if vital:
                yield vital


def _of_signal(view: NetworkView, signal: Signal) -> Vital | None:
    """Read a signal; a mean adds up over calls as no percentile does, so it is taken if there."""
    measure = signal.measure
    selector = measure.selector
    if not isinstance(selector, MetricSelector):
        return None
    entity = view.service_of(signal.entity) or signal.entity
    if measure.divided_by is not None or measure.reduce is not Reduction.MEAN:
        samples = list(_stepwise(view, measure))
        return _vital(view, entity, measure, samples, is_share=signal.is_share)
    known = [one for one in _series(view, selector.name) if one.entity == selector.entity]
    ranked = sorted(known, key=lambda one: _preference(one.statistic))
    if not ranked:
        return None
    chosen = selector.model_copy(update={"statistic": ranked[0].statistic})
    averaged = measure.model_copy(update={"selector": chosen})
    return _vital(view, entity, averaged, _samples(ranked[0]), is_share=signal.is_share)


def _preference(statistic: str | None) -> int:
    return _AVERAGES.index(statistic) if statistic in _AVERAGES else len(_AVERAGES)


def _vital(
    view: NetworkView,
    entity: EntityRef,
    measure: Measure,
    samples: list[tuple[float, float]],
    *,
    full: float | None = None,
    is_share: bool = False,
) -> Vital | None:
    current = current_of(view)
    now = [value for moment, value in samples if _within(current, moment)]
    before = [(t, v) for t, v in samples if t < view.baseline.end.timestamp()]
    history = in_season([t for t, _ in before], [v for _, v in before], view.now.timestamp())
    if not now or not history:
        return None
    if full is not None or is_share:
        calls = _counted(view).get(entity.name, 0.0) * len(now)
        least = (full or 1.0) * max(_LEAST_FAILING, _PART_OF_A_CALL / calls if calls else 0.0)
    else:
        least = _LEAST_SHARE * abs(fmean(history))
    usual = usual_of(history, least_spread=least)
    if usual is None:
        return None
    return Vital(
        entity=entity,
        measure=measure,
        times=tuple(t for t, _ in samples),
        values=tuple(v for _, v in samples),
        usual=usual,
        now=fmean(now),
        current=current,
        full=full,
    )


def _stepwise(view: NetworkView, measure: Measure) -> Iterator[tuple[float, float]]:
    """Yield a counter's or ratio's value for each step of the baseline and the window."""
    start = view.whole.start
    while start < view.whole.end:
        value = read(view, measure, Window(start=start, end=start + _STEP))
        if value is not None:
            yield (start + _STEP).timestamp(), value
        start += _STEP


def _gauges(view: NetworkView, globs: Iterable[str]) -> Iterator[Series]:
    for glob in globs:
        for series in _series(view, glob):
            if not series.name.endswith(("_total", "_count", "_bucket", "_sum")):
                yield series


def _series(view: NetworkView, name: str) -> tuple[Series, ...]:
    """Return the series of a name, from further back where they are sampled thinly."""
    near = view.series(name, view.whole)
    if any(len(one.times) >= _ENOUGH for one in near) or not near:
        return near
    start = view.whole.start - _LOOK_FURTHER
    return view.series(name, Window(start=start, end=view.whole.end))


def _samples(series: Series) -> list[tuple[float, float]]:
    return list(zip(series.times, series.values, strict=True))


def _within(window: Window, moment: float) -> bool:
    return window.start.timestamp() <= moment <= window.end.timestamp()
