"""The HTTP face: webhooks, Slack over HTTP, the console, and a health check."""

import asyncio
from collections.abc import Mapping

from aiohttp import web
from slack_bolt import App, BoltRequest, BoltResponse

from bot.console.page import IncidentPage
from bot.incidents import Incidents
from bot.webhooks.answers import explained
from bot.webhooks.pagerduty import PagerDutyWebhook, Verify

BODY_BYTES = 512 * 1024
"""PagerDuty's events are a few kilobytes; Slack's views at most a quarter of a megabyte."""


def create_web_app(
    incidents: Incidents, verify: Verify, bolt: App | None = None
) -> web.Application:
    """Return the HTTP app; with a Bolt app it takes Slack's requests as well."""
    app = web.Application(middlewares=[explained], client_max_size=BODY_BYTES)
    app.router.add_post("/webhooks/pagerduty", PagerDutyWebhook(incidents, verify).take)
    app.router.add_get("/incidents/{incident_id}", IncidentPage(incidents).show)
    app.router.add_get("/healthz", healthy)
    if bolt is not None:
        app.router.add_post("/slack/events", SlackRequests(bolt).answer)
    return app


async def healthy(request: web.Request) -> web.Response:
    """Say that requests are answered."""
    del request
    return web.json_response({"status": "ok"})


class SlackRequests:
    """Hands Slack's requests to Bolt, which checks their signatures."""

    def __init__(self, bolt: App) -> None:
        """Keep the Bolt app."""
        self._bolt = bolt

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one request as Bolt does."""
        body = await request.text()
        headers: Mapping[str, str] = dict(request.headers)
        asked = BoltRequest(body=body, query=request.query_string, headers={**headers})
        given: BoltResponse = await asyncio.to_thread(self._bolt.dispatch, asked)
        content_type = "application/json" if given.body.startswith("{") else "text/plain"
        return web.Response(status=given.status, text=given.body, content_type=content_type)
