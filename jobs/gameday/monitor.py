"""The shop's monitoring: it sees customers suffer, and pages. It knows nothing of any fault."""

import asyncio
import ssl
from typing import Any

import httpx
import structlog

from jobs.gameday.pagerduty import PagerDutyServer
from jobs.gameday.shop.load import Customers, Experience

log = structlog.get_logger(__name__)

LOOK_SECONDS = 0.5
WINDOW_SECONDS = 4.0
PAGE_RATIO = 0.25
PAGE_REQUESTS = 12
CALM_WINDOW_SECONDS = 20.0


class Monitor:
    """One alert rule on the storefront: pages once when it is met, again only after a calm."""

    def __init__(self, customers: Customers, pagerduty: PagerDutyServer) -> None:
        self._customers = customers
        self._pagerduty = pagerduty
        self._paged = False
        self._number = 0

    async def run(self) -> None:
        """Look on until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            recent = self._customers.experience(WINDOW_SECONDS)
            met = recent.requests >= PAGE_REQUESTS and recent.error_ratio >= PAGE_RATIO
            if met and not self._paged:
                self._paged = await self._page(recent)
            elif self._customers.experience(CALM_WINDOW_SECONDS).failures == 0:
                self._paged = False

    async def _page(self, seen: Experience) -> bool:
        """Send the alert; tell whether it was taken, or has to be sent again."""
        self._number += 1
        percent = round(100 * seen.error_ratio)
        event: dict[str, Any] = {
            "routing_key": self._pagerduty.routing_key,
            "event_action": "trigger",
            "dedup_key": f"storefront-5xx-{self._number}",
            "payload": {
                "summary": f"storefront: {percent}% of requests fail (5xx)",
                "source": "shop-monitoring",
                "component": "storefront",
                "severity": "critical",
                "class": "error ratio",
                "custom_details": {
                    "requests": seen.requests,
                    "failures": seen.failures,
                    "window_seconds": WINDOW_SECONDS,
                    "slowest_seconds": round(seen.slowest_seconds, 2),
                },
            },
        }
        trust = ssl.create_default_context(cafile=str(self._pagerduty.ca_file))
        async with httpx.AsyncClient(verify=trust) as client:
            try:
                answer = await client.post(f"{self._pagerduty.url}/v2/enqueue", json=event)
            except httpx.TransportError as error:
                log.warning("page_lost", error=str(error))
                return False
        log.info("page_sent", status=answer.status_code, error_ratio=seen.error_ratio)
        return answer.is_success
