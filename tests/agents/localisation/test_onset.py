"""Since when it has been so."""

from agents.localisation.onset import onset_of

TIMES = [float(minute) for minute in range(10)]


def test_an_early_outlier_does_not_antedate_the_trouble() -> None:
    """A cause that seems to begin too early is taken for history."""
    beyond = [False, True, False, False, False, True, True, True, True, True]

    assert onset_of(TIMES, beyond) == 5.0


def test_one_calm_sample_does_not_end_the_trouble() -> None:
    """Otherwise every flap would begin anew."""
    beyond = [False, False, True, True, True, False, True, True, True, True]

    assert onset_of(TIMES, beyond) == 2.0


def test_what_is_over_has_no_onset() -> None:
    """What has passed is history, not cause."""
    beyond = [False, True, True, False, False, False, False, False, False, False]

    assert onset_of(TIMES, beyond) is None
