"""What is usual: told from what there is, and never from what is not there."""

import pytest

from agents.localisation.baseline import in_season, usual_of

DAY = 86_400.0
HOUR = 3_600.0


def test_an_old_incident_in_the_history_does_not_move_what_is_usual() -> None:
    """Yesterday's outage must not make today's look normal."""
    calm = [10.0, 11.0, 9.0, 10.0, 10.5, 9.5] * 20

    usual = usual_of([*calm, *[500.0] * 4])

    assert usual is not None
    assert usual.centre == pytest.approx(10.0)
    assert usual.score(20.0) > 5.0


def test_a_rise_and_a_fall_have_different_signs() -> None:
    """A latency that fell is no suspect, however far it fell."""
    usual = usual_of([10.0, 11.0, 9.0, 10.0, 12.0, 8.0])

    assert usual is not None
    assert usual.score(30.0) > 0 > usual.score(1.0)


def test_what_happens_once_an_hour_is_usual() -> None:
    """A cold start shows in no median, and pages nobody."""
    usual = usual_of(([0.3] * 9 + [2.0]) * 10)

    assert usual is not None
    assert usual.score(2.0) < 2.5


def test_of_few_samples_the_outermost_count() -> None:
    """Twenty samples cannot tell a stray from a habit, so the page waits for more."""
    usual = usual_of([*[100.0] * 18, 99.0, 98.0])

    assert usual is not None
    assert usual.score(98.0) > -2.5


def test_a_signal_that_never_moved_is_given_some_room() -> None:
    """Otherwise its first tremor would be infinitely unusual."""
    usual = usual_of([5.0] * 10, least_spread=0.5)

    assert usual is not None
    assert usual.score(6.0) == pytest.approx(2.0)


def test_too_few_samples_tell_nothing() -> None:
    """Saying so is better than a verdict from three points."""
    assert usual_of([1.0, 2.0, 3.0]) is None


def test_a_long_history_is_read_at_the_same_time_of_day() -> None:
    """Monday's noon is held against noons, not against nights."""
    times = [hour * HOUR / 4 for hour in range(4 * 24 * 3)]
    values = [100.0 if 10 <= (t % DAY) / HOUR <= 14 else 10.0 for t in times]

    at_noon = in_season(times, values, 3 * DAY + 12 * HOUR)

    assert set(at_noon) == {100.0}


def test_a_short_history_is_read_whole() -> None:
    """A thin slice of one day says less than the whole of it."""
    times = [hour * HOUR for hour in range(24)]

    assert len(in_season(times, [1.0] * 24, DAY)) == 24
