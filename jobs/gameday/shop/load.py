"""Customers: steady traffic to the storefront, and what came of it."""

import asyncio
import itertools
import time
from collections import deque
from dataclasses import dataclass

from aiohttp import ClientError, ClientSession, ClientTimeout

from jobs.gameday.shop.database import SKUS

REQUESTS_PER_SECOND = 8.0
ORDERS_OF_TEN = 7
PATIENCE = ClientTimeout(total=5)
KEPT = 20_000
NO_ANSWER = 0
SERVER_ERROR = 500


@dataclass(frozen=True)
class Outcome:
    """One request as its customer saw it."""

    at: float
    """When it ended, on the monotonic clock."""
    path: str
    code: int
    """The HTTP status, or 0 where there was no answer at all."""
    seconds: float

    @property
    def failed(self) -> bool:
        """Whether the shop, not the customer, was at fault."""
        return self.code == NO_ANSWER or self.code >= SERVER_ERROR


@dataclass(frozen=True)
class Experience:
    """How a window of time was for customers."""

    requests: int
    failures: int
    slowest_seconds: float

    @property
    def error_ratio(self) -> float:
        """The share of requests that failed."""
        return self.failures / self.requests if self.requests else 0.0


class Customers:
    """Sends requests at a steady rate, never waiting for one before the next."""

    def __init__(self, storefront: str, *, per_second: float = REQUESTS_PER_SECOND) -> None:
        self._storefront = storefront
        self._interval = 1 / per_second
        self._outcomes: deque[Outcome] = deque(maxlen=KEPT)
        self._turn = itertools.count()
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Keep coming until cancelled."""
        async with ClientSession(timeout=PATIENCE) as session:
            try:
                while True:
                    task = asyncio.create_task(self._visit(session))
                    self._under_way.add(task)
                    task.add_done_callback(self._under_way.discard)
                    await asyncio.sleep(self._interval)
            finally:
                for task in self._under_way:
                    task.cancel()

    def experience(self, seconds: float) -> Experience:
        """Sum up the requests that ended in the last `seconds`."""
        since = time.monotonic() - seconds
        seen = [o for o in self._outcomes.copy() if o.at >= since]
        return Experience(
            len(seen),
            sum(o.failed for o in seen),
            max((o.seconds for o in seen), default=0.0),
        )

    async def _visit(self, session: ClientSession) -> None:
        turn = next(self._turn)
        orders = turn % 10 < ORDERS_OF_TEN
        method, path = ("POST", "/checkout") if orders else ("GET", "/products")
        order = {"sku": f"sku-{1 + turn % SKUS}", "quantity": 1} if orders else None
        began = time.monotonic()
        try:
            async with session.request(method, f"{self._storefront}{path}", json=order) as answer:
                await answer.read()
                code = answer.status
        except (ClientError, TimeoutError):
            code = NO_ANSWER
        ended = time.monotonic()
        self._outcomes.append(Outcome(ended, path, code, ended - began))
