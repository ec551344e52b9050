"""`/workspace/operator/...`: faults, request URLs, deliveries; for tests and developers."""

from dataclasses import asdict

from aiohttp import ClientSession, web
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.workspace.core import Core
from bot.workspace.delivery.signed_http import SignedHttp
from bot.workspace.errors import SlackError
from bot.workspace.faults import Fault


class RequestUrl(BaseModel):
    """Where an app wants to be called from now on; nothing means Socket Mode."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    app_id: str
    url: str | None


class Availability(BaseModel):
    """Whether Slack is down for apps."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    down: bool


class OperatorRoutes:
    """The routes of the operator side."""

    def __init__(self, core: Core, session: ClientSession) -> None:
        self._core = core
        self._session = session

    def routes(self) -> list[web.RouteDef]:
        """List them."""
        return [
            web.post("/workspace/operator/faults", self._arm),
            web.delete("/workspace/operator/faults", self._clear),
            web.post("/workspace/operator/availability", self._set_availability),
            web.post("/workspace/operator/refresh", self._refresh),
            web.post("/workspace/operator/request_url", self._set_request_url),
            web.get("/workspace/operator/deliveries", self._deliveries),
        ]

    async def _arm(self, request: web.Request) -> web.Response:
        try:
            fault = Fault.model_validate_json(await request.text())
        except ValidationError as error:
            return _refused(error)
        self._core.faults.arm(fault)
        return web.json_response({"ok": True})

    async def _clear(self, request: web.Request) -> web.Response:
        self._core.faults.clear()
        return web.json_response({"ok": True})

    async def _set_availability(self, request: web.Request) -> web.Response:
        """Take the Web API and the sockets away, or bring them back."""
        try:
            wanted = Availability.model_validate_json(await request.text())
        except ValidationError as error:
            return _refused(error)
        self._core.faults.down = wanted.down
        if wanted.down:
            await self._disconnect("too_many_websockets")
        return web.json_response({"ok": True})

    async def _refresh(self, request: web.Request) -> web.Response:
        await self._disconnect("refresh_requested")
        return web.json_response({"ok": True})

    async def _disconnect(self, reason: str) -> None:
        for sockets in self._core.sockets.values():
            await sockets.refresh(reason)

    async def _set_request_url(self, request: web.Request) -> web.Response:
        """Verify a request URL and use it, as saving it in Slack's settings does."""
        try:
            wanted = RequestUrl.model_validate_json(await request.text())
        except ValidationError as error:
            return _refused(error)
        app = self._core.state.apps.get(wanted.app_id)
        if app is None:
            return web.json_response(SlackError("app_not_found").to_json(), status=404)
        transports = self._core.dispatcher.transports
        if wanted.url is None:
            transports[app.app_id] = self._core.sockets[app.app_id]
            return web.json_response({"ok": True})
        patience = self._core.seed.timing.ack_seconds
        secret = app.signing_secret.get_secret_value()
        http = SignedHttp(wanted.url, secret, self._session, patience)
        try:
            await http.verify()
        except SlackError as error:
            return web.json_response(error.to_json())
        transports[app.app_id] = http
        return web.json_response({"ok": True})

    async def _deliveries(self, request: web.Request) -> web.Response:
        log = [asdict(delivery) for delivery in self._core.dispatcher.deliveries]
        return web.json_response({"ok": True, "deliveries": log})


def _refused(error: ValidationError) -> web.Response:
    return web.json_response(SlackError("invalid_arguments", str(error)).to_json(), status=400)
