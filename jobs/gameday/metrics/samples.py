"""Samples in memory, found by label matchers."""

import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from promql_parser import Matcher, MatchOp

Labels = tuple[tuple[str, str], ...]
"""Sorted, with the metric's name as `__name__`."""

KEPT_SAMPLES = 4 * 3600
LOOKBACK_SECONDS = 300.0


@dataclass(frozen=True)
class Sample:
    """A value at a time; None marks that the series ended there."""

    at: float
    value: float | None


def labels_of(labels: Mapping[str, str], name: str | None = None) -> Labels:
    """Bring labels into their one order."""
    named = {**labels, "__name__": name} if name is not None else labels
    return tuple(sorted((k, v) for k, v in named.items() if v))


class SampleStore:
    """Every series that was ever scraped."""

    def __init__(self) -> None:
        self._series: dict[Labels, deque[Sample]] = {}

    def append(self, labels: Labels, sample: Sample) -> None:
        """Add a sample to its series."""
        self._series.setdefault(labels, deque(maxlen=KEPT_SAMPLES)).append(sample)

    def end(self, labels: Labels, at: float) -> None:
        """Note that a series is no longer there."""
        samples = self._series.get(labels)
        if samples and samples[-1].value is not None:
            samples.append(Sample(at, None))

    def select(self, matchers: Iterable[Matcher]) -> list[Labels]:
        """The series that match."""
        tests = [_test(m) for m in matchers]
        return [s for s in self._series if all(test(dict(s)) for test in tests)]

    def within(self, labels: Labels, after: float, until: float) -> list[tuple[float, float]]:
        """The samples of one series with `after < time <= until`."""
        found: list[tuple[float, float]] = []
        for sample in reversed(self._series[labels]):
            if sample.at <= after:
                break
            if sample.at <= until and sample.value is not None:
                found.append((sample.at, sample.value))
        return found[::-1]

    def value_at(self, labels: Labels, at: float) -> float | None:
        """The value of one series at a time, if it has one that is not too old."""
        for sample in reversed(self._series[labels]):
            if sample.at <= at:
                return sample.value if sample.at > at - LOOKBACK_SECONDS else None
        return None


def _test(matcher: Matcher) -> Callable[[Mapping[str, str]], bool]:
    name, value = matcher.name, matcher.value
    if matcher.op == MatchOp.Equal:
        return lambda labels: labels.get(name, "") == value
    if matcher.op == MatchOp.NotEqual:
        return lambda labels: labels.get(name, "") != value
    pattern, wanted = re.compile(value), matcher.op == MatchOp.Re
    return lambda labels: (pattern.fullmatch(labels.get(name, "")) is not None) is wanted
