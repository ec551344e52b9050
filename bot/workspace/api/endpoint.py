"""The HTTP side of the Web API: tokens, scopes, limits, faults, and then the method itself."""

import asyncio
import json
import logging
from collections.abc import Callable

from aiohttp import web

from bot.workspace.api import (
    chat,
    conversations,
    files,
    history,
    identity,
    marks,
    people,
    streams,
    views,
)
from bot.workspace.api.call import Call, Method
from bot.workspace.arguments import Arguments
from bot.workspace.core import Core
from bot.workspace.errors import SlackError
from bot.workspace.faults import Fault
from bot.workspace.json_types import JsonObject, as_object, as_text
from bot.workspace.limits import RateLimited
from bot.workspace.seed import AppSeed

log = logging.getLogger(__name__)

FAMILIES = (chat, conversations, files, history, identity, marks, people, streams, views)
METHODS: dict[str, Method] = {
    method.name: method for family in FAMILIES for method in family.METHODS
}


class WebApi:
    """Answers `/api/<method>`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        name = request.match_info["method"]
        if self._core.faults.down:
            return web.Response(status=503, text="Service Unavailable")
        raw = await _read(request)
        fault = self._core.faults.next_for(name)
        if fault is None:
            return self._answer(lambda: self._run(name, request, raw))
        if fault.after_effect:
            self._answer(lambda: self._run(name, request, raw))
        return await _failing(request, fault)

    def _answer(self, run: Callable[[], JsonObject]) -> web.Response:
        try:
            return web.json_response({"ok": True, **run()})
        except SlackError as error:
            return web.json_response(error.to_json())
        except RateLimited as limited:
            return _rate_limited(limited.retry_after)

    def _run(self, name: str, request: web.Request, raw: JsonObject | None) -> JsonObject:
        if raw is None:
            raise SlackError("invalid_json" if _is_json(request) else "invalid_form_data")
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        app = self._authenticated(method, request, raw)
        self._core.rates.check_method(app.app_id, name, method.tier)
        return method.run(Call(self._core, app, Arguments(raw)))

    def _authenticated(self, method: Method, request: web.Request, raw: JsonObject) -> AppSeed:
        """Find the app behind a token, and see that the token suffices."""
        header = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        token = header or as_text(raw.pop("token", ""))
        if not token:
            raise SlackError("not_authed")
        for app in self._core.state.apps.values():
            if token == app.bot_token.get_secret_value():
                _check_token(method, app)
                return app
            if token == app.app_token.get_secret_value():
                if method.caller != "app":
                    raise SlackError("not_allowed_token_type")
                return app
        raise SlackError("invalid_auth")


def _check_token(method: Method, app: AppSeed) -> None:
    if method.caller != "bot":
        raise SlackError("not_allowed_token_type")
    granted = app.scopes
    if granted is None or not method.scopes or granted.intersection(method.scopes):
        return
    raise SlackError("missing_scope", needed=method.scopes[0], provided=",".join(sorted(granted)))


async def _failing(request: web.Request, fault: Fault) -> web.StreamResponse:
    """Fail in the way that was asked for."""
    if fault.kind == "ratelimited":
        return _rate_limited(fault.retry_after)
    if fault.kind == "error":
        return web.json_response({"ok": False, "error": fault.error})
    if fault.kind == "timeout":
        await asyncio.sleep(fault.hold_seconds)
        if request.transport is not None:
            request.transport.close()
    return web.Response(status=500, text="Internal Server Error")


def _rate_limited(retry_after: int) -> web.Response:
    headers = {"Retry-After": str(retry_after)}
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)


def _is_json(request: web.Request) -> bool:
    return request.content_type == "application/json"


async def _read(request: web.Request) -> JsonObject | None:
    """Read the arguments, or nothing where they cannot be read."""
    arguments: JsonObject = dict(request.query)
    if request.method != "POST":
        return arguments
    if _is_json(request):
        text = await request.text()
        try:
            return arguments | as_object(json.loads(text or "{}"))
        except json.JSONDecodeError:
            return None
    return arguments | dict(await request.post())
