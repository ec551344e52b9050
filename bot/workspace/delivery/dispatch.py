"""Send each payload to its app, retry events, and keep a log of how it went."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass

from bot.workspace.delivery.envelope import Attempt, Envelope, Transport
from bot.workspace.delivery.signed_http import NoRetry
from bot.workspace.errors import NotAcknowledged
from bot.workspace.json_types import JsonObject
from bot.workspace.seed import Timing

KEPT = 500
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to reach an app, for the developer who wonders what happened."""

    app_id: str
    kind: str
    name: str
    attempt: int
    acknowledged: bool
    milliseconds: int
    problem: str = ""


class Dispatcher:
    """Knows every app's transport and applies Slack's patience."""

    def __init__(self, transports: Mapping[str, Transport], timing: Timing) -> None:
        self.transports = dict(transports)
        self.deliveries: deque[Delivery] = deque(maxlen=KEPT)
        self._timing = timing
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, app_id: str, envelope: Envelope) -> JsonObject:
        """Deliver something a person is waiting for, once.

        Raises:
            NotAcknowledged: with the reason that Slack would show.
        """
        return await self._attempt(app_id, envelope, Attempt())

    def tell(self, app_id: str, envelope: Envelope) -> None:
        """Deliver in the background what nobody waits for; events are tried again."""
        self.run(self._tell(app_id, envelope))

    def run(self, work: Coroutine[object, object, None]) -> None:
        """Keep a background task alive until it is done."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def close(self) -> None:
        """Give up on what is still under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("background_task_failed", exc_info=error)

    async def _tell(self, app_id: str, envelope: Envelope) -> None:
        reason = ""
        is_event = envelope.kind == "events_api"
        later = self._timing.event_retry_seconds if is_event else ()
        for number, delay in enumerate((0.0, *later)):
            if delay:
                await asyncio.sleep(delay)
            try:
                await self._attempt(app_id, envelope, Attempt(number, reason))
            except NoRetry:
                return
            except NotAcknowledged as error:
                reason = error.retry_reason
            else:
                return
        log.info("event_given_up", extra={"app_id": app_id, "event": envelope.name})

    async def _attempt(self, app_id: str, envelope: Envelope, attempt: Attempt) -> JsonObject:
        started = time.monotonic()
        problem = ""
        try:
            return await self.transports[app_id].send(envelope, attempt)
        except NotAcknowledged as error:
            problem = error.reason
            raise
        finally:
            elapsed = round((time.monotonic() - started) * 1000)
            self.deliveries.append(
                Delivery(
                    app_id,
                    envelope.kind,
                    envelope.name,
                    attempt.number,
                    not problem,
                    elapsed,
                    problem,
                )
            )
