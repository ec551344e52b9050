"""What every benchmark reports."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True)
class Figure:
    """One measured value, in words that stand alone."""

    text: str
    value: float
    unit: str

    def __str__(self) -> str:
        """Return the line that is printed."""
        return f"{self.text}: {self.value:.4g} {self.unit}".rstrip()


Benchmark = Callable[[], Sequence[Figure]]


def spread(text: str, seconds: Sequence[float]) -> tuple[Figure, Figure]:
    """Return the median and the 95th percentile of some durations, in milliseconds."""
    milliseconds = [1000 * one for one in seconds]
    high = quantiles(milliseconds, n=20, method="inclusive")[-1]
    return (
        Figure(f"{text}, p50", median(milliseconds), "ms"),
        Figure(f"{text}, p95", high, "ms"),
    )
