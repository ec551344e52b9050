"""One incident's journal as a page, so that the evidence links of documents lead somewhere."""

import asyncio

from aiohttp import web

from agents.errors import UnknownIncident
from bot.incidents import Incidents
from templates.web import incident_page

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


class IncidentPage:
    """Renders the journal; it only reads."""

    def __init__(self, incidents: Incidents) -> None:
        """Keep where incidents are read."""
        self._incidents = incidents

    async def show(self, request: web.Request) -> web.Response:
        """Return the page of one incident."""
        try:
            text = await asyncio.to_thread(self._render, request.match_info["incident_id"])
        except UnknownIncident as error:
            return web.Response(status=404, text=str(error))
        headers = {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff"}
        return web.Response(text=text, content_type="text/html", headers=headers)

    def _render(self, incident_id: str) -> str:
        state = self._incidents.state(incident_id)
        return incident_page(state, self._incidents.events(incident_id))
