"""Statistics of recorded histograms."""

from pathlib import Path

import pytest

from agents.domain.base import Window
from agents.domain.measures import MetricSelector
from agents.integrations.capture.reader import load_capture
from tests.agents.integrations.capture.folders import capture

START = 1_795_082_400


def sample(name: str, value: float, minute: int, le: str = "") -> str:
    """Return one line of OpenMetrics."""
    labels = ",".join(filter(None, ['service="checkout"', f'le="{le}"' if le else ""]))
    return f"latency_{name}{{{labels}}} {value} {START + 60 * minute}"


def observed(minutes: list[tuple[float, float, float, float]]) -> str:
    """Write the histogram, each minute as (at most 0.1 s, at most 1 s, all, sum)."""
    lines = [
        line
        for minute, (fast, fair, every, total) in enumerate(minutes)
        for line in (
            sample("bucket", fast, minute, "0.1"),
            sample("bucket", fair, minute, "1.0"),
            sample("bucket", every, minute, "+Inf"),
            sample("count", every, minute),
            sample("sum", total, minute),
        )
    ]
    return "\n".join(["# TYPE latency histogram", *lines, "# EOF\n"])


def values(folder: Path, text: str, statistic: str) -> list[float]:
    """Return a statistic's values."""
    opened = load_capture(capture(folder, {"metrics/shop.prom": text}))
    selector = MetricSelector(name="latency", statistic=statistic, labels={"service": "checkout"})
    found = opened.telemetry.metrics(selector, opened.window)
    return [value for one in found for value in one.values]


@pytest.mark.parametrize(
    ("statistic", "expected"),
    [
        ("p50", [0.1]),
        ("p75", [0.55]),
        ("p99", [0.982]),
        ("Average", [0.3]),
        ("p0.5x", []),
    ],
)
def test_a_statistic_is_computed_between_two_scrapes(
    tmp_path: Path, statistic: str, expected: list[float]
) -> None:
    """The p99 of the incident must not be that of the whole life of the process."""
    text = observed([(1000, 1000, 1000, 10.0), (1050, 1100, 1100, 40.0)])

    assert values(tmp_path, text, statistic) == pytest.approx(expected)


def test_beyond_the_last_bound_the_bound_is_all_that_is_known(tmp_path: Path) -> None:
    """A timeout of 30 s in a histogram to 1 s is at least 1 s."""
    text = observed([(0, 0, 0, 0.0), (0, 0, 10, 300.0)])

    assert values(tmp_path, text, "p99") == [1.0]


def test_a_restart_and_a_quiet_minute_are_no_spike(tmp_path: Path) -> None:
    """A counter that starts again is not a negative latency."""
    text = observed([(90, 90, 90, 9.0), (10, 10, 10, 0.5), (10, 10, 10, 0.5)])

    assert values(tmp_path, text, "Average") == pytest.approx([0.05])
    assert values(tmp_path / "again", text, "p50") == pytest.approx([0.05])


def test_times_are_those_of_the_later_scrape(tmp_path: Path) -> None:
    """The window decides by when it was seen."""
    text = observed([(0, 0, 0, 0.0), (1, 1, 1, 0.1)])
    opened = load_capture(capture(tmp_path, {"metrics/shop.prom": text}))
    everything = Window(start=opened.window.start, end=opened.window.end)

    (one,) = opened.telemetry.metrics(MetricSelector(name="latency", statistic="p99"), everything)

    assert one.times == (START + 60.0,)
