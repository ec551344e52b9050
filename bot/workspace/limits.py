"""Rate limits as token buckets: a tier per method, and a message a second per channel."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from bot.workspace.seed import Rates

PER_MINUTE = {1: 1, 2: 20, 3: 50, 4: 100}
"""Calls per minute and app that each of Slack's tiers allows."""


class RateLimited(Exception):
    """Too many calls; `retry_after` says how many whole seconds to wait."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


@dataclass(slots=True)
class Bucket:
    """Fills at a steady rate up to its size; each call takes one."""

    size: float
    per_second: float
    level: float
    filled_at: float

    def take(self, now: float) -> float:
        """Take one, or say how many seconds there are to wait for it."""
        self.level = min(self.size, self.level + (now - self.filled_at) * self.per_second)
        self.filled_at = now
        if self.level < 1:
            return (1 - self.level) / self.per_second
        self.level -= 1
        return 0.0


class RateLimits:
    """The buckets of every app, method and channel."""

    def __init__(self, rates: Rates, clock: Callable[[], float]) -> None:
        self.rates = rates
        self._clock = clock
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def check_method(self, app_id: str, method: str, tier: int | None) -> None:
        """Count a call against its method's tier; some methods have none.

        Raises:
            RateLimited: when the tier is exhausted.
        """
        if tier is not None:
            per_minute = PER_MINUTE[tier]
            self._take((app_id, method), size=per_minute, per_second=per_minute / 60)

    def check_post(self, app_id: str, channel_id: str) -> None:
        """Count a new message against its channel.

        Raises:
            RateLimited: when the channel has had more than a message a second for a while.
        """
        rates = self.rates
        key = (app_id, f"post:{channel_id}")
        self._take(key, size=rates.post_burst, per_second=rates.posts_per_second)

    def _take(self, key: tuple[str, str], size: float, per_second: float) -> None:
        if not self.rates.enabled:
            return
        now = self._clock()
        bucket = self._buckets.setdefault(key, Bucket(size, per_second, size, now))
        if wait := bucket.take(now):
            raise RateLimited(max(1, math.ceil(wait)))
