"""Since when a signal has been other than usual."""

from collections.abc import Sequence


def onset_of(times: Sequence[float], beyond: Sequence[bool]) -> float | None:
    """Return the moment since which a signal has mostly been beyond its limit, or None.

    The start is chosen so that what follows is as far beyond as possible (the maximal suffix): one
    early outlier does not antedate it, one calm sample within does not end it.
    """
    best, best_at, total = 0, None, 0
    for moment, is_beyond in zip(reversed(times), reversed(beyond), strict=True):
        total += 1 if is_beyond else -1
        if is_beyond and total >= max(best, 1):
            best, best_at = total, moment
    return best_at
