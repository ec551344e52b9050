"""How often each source may be asked, by all agents and workers together."""

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase

from limits import RateLimitItem, parse
from limits.storage import Storage
from limits.strategies import MovingWindowRateLimiter

from agents.errors import RateLimited


class SourceLimiter:
    """Holds each source to its rate.

    The storage decides who shares the rate: memory for one process, Redis for every worker.
    """

    def __init__(
        self,
        storage: Storage,
        rates: Mapping[str, str],
        *,
        seconds_now: Callable[[], float],
    ) -> None:
        """Keep the rates (`60/minute`) by glob over source names; the first that fits counts.

        All sources under one glob share its rate. `seconds_now` is the clock of the storage.
        """
        self._limiter = MovingWindowRateLimiter(storage)
        self._rates: dict[str, RateLimitItem] = {glob: parse(rate) for glob, rate in rates.items()}
        self._seconds_now = seconds_now

    def admit(self, source: str) -> None:
        """Count one call.

        Raises:
            RateLimited: the rate is used up; says when it will not be.
        """
        for glob, rate in self._rates.items():
            if fnmatchcase(source, glob):
                if not self._limiter.hit(rate, glob):
                    reset = self._limiter.get_window_stats(rate, glob).reset_time
                    wait = max(0.1, reset - self._seconds_now())
                    message = f"{source} may be asked {rate} at most; ask again in {wait:.1f} s"
                    raise RateLimited(message, retry_after_seconds=wait)
                return
