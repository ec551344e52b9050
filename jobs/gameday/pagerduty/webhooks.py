"""v3 webhooks: signed, in order, retried like the real ones, dropped after five attempts."""

import asyncio
import hashlib
import hmac
import json
import secrets
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout

from jobs.gameday.hosting import begin

log = structlog.get_logger(__name__)

ATTEMPTS = 5
FIRST_RETRY_SECONDS = 1.0
RETRY_FACTOR = 4.0
ANSWER_SECONDS = 5.0
DROPPED_BEFORE_DISABLED = 3
TOO_MANY_REQUESTS = 429
SUCCESS = range(200, 300)
SERVER_ERROR = 500


@dataclass
class Subscription:
    """Who wants to hear of which events, and the queue of what they have not heard yet."""

    url: str
    events: frozenset[str]
    service: str | None = None
    """A service's id; None hears of all."""
    description: str = ""
    id: str = field(default_factory=lambda: "P" + secrets.token_hex(3).upper())
    secret: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)
    active: bool = True
    disabled: bool = False
    """Set after several webhooks in a row were dropped, as PagerDuty does for a day."""
    dropped: int = 0
    queue: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue[dict[str, Any]])

    def wants(self, event_type: str, service: str) -> bool:
        """Tell whether an event matches."""
        matches = event_type in self.events and self.service in (None, service)
        return matches and self.active and not self.disabled


def signature(secret: str, body: bytes) -> str:
    """The value of `X-PagerDuty-Signature`."""
    return "v1=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class WebhookDelivery:
    """Delivers each subscription's events one after the other, on the loop it was made on."""

    def __init__(self, *, first_retry_seconds: float = FIRST_RETRY_SECONDS) -> None:
        self._first_retry_seconds = first_retry_seconds
        self._subscriptions: dict[str, Subscription] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def subscribe(self, subscription: Subscription) -> None:
        """Begin to deliver to a subscription."""
        self._subscriptions[subscription.id] = subscription
        self._tasks[subscription.id] = begin(self._deliver_all(subscription))

    def unsubscribe(self, identifier: str) -> None:
        """Forget a subscription and what it has not heard yet."""
        del self._subscriptions[identifier]
        self._tasks.pop(identifier).cancel()

    def subscriptions(self) -> list[Subscription]:
        """All of them."""
        return list(self._subscriptions.values())

    def publish(
        self, event_type: str, service: str, data: dict[str, Any], agent: dict[str, Any]
    ) -> None:
        """Queue an event about a service for everyone who wants it."""
        for subscription in self._subscriptions.values():
            if subscription.wants(event_type, service):
                subscription.queue.put_nowait(_event(event_type, data, agent))

    async def stop(self) -> None:
        """Deliver no more."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _deliver_all(self, subscription: Subscription) -> None:
        async with ClientSession(timeout=ClientTimeout(total=ANSWER_SECONDS)) as session:
            while True:
                event = await subscription.queue.get()
                if subscription.disabled:
                    continue
                if await self._deliver(session, subscription, event):
                    subscription.dropped = 0
                    continue
                subscription.dropped += 1
                subscription.disabled = subscription.dropped >= DROPPED_BEFORE_DISABLED

    async def _deliver(
        self, session: ClientSession, subscription: Subscription, event: dict[str, Any]
    ) -> bool:
        """Try until it is heard, refused for good, or tried often enough."""
        body = json.dumps({"event": event}).encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "PagerDuty-Webhook/V3.0",
            "X-PagerDuty-Signature": signature(subscription.secret, body),
            "X-Webhook-Id": str(uuid.uuid4()),
            "X-Webhook-Subscription": subscription.id,
        }
        pause = self._first_retry_seconds
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with session.post(subscription.url, data=body, headers=headers) as answer:
                    code = answer.status
            except (ClientError, TimeoutError) as error:
                code = SERVER_ERROR
                log.info("webhook_unanswered", subscription=subscription.id, error=str(error))
            if code in SUCCESS:
                return True
            if code < SERVER_ERROR and code != TOO_MANY_REQUESTS:
                break
            if attempt < ATTEMPTS:
                await asyncio.sleep(pause)
                pause *= RETRY_FACTOR
        log.warning("webhook_dropped", subscription=subscription.id, event_type=event["event_type"])
        return False


def _event(event_type: str, data: dict[str, Any], agent: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "event_type": event_type,
        "resource_type": event_type.partition(".")[0],
        "occurred_at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "agent": agent,
        "client": {"name": "PagerDuty"},
        "data": data,
    }
