"""`/workspace/...`: what the page and the tests use to act as a person and to watch."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TypeVar

from aiohttp import web
from pydantic import ValidationError

from bot.workspace import person_view
from bot.workspace.core import Core
from bot.workspace.errors import NotAcknowledged, SlackError
from bot.workspace.interactions import actions, commands, conduct, modals, requests
from bot.workspace.json_types import JsonObject

KEEP_ALIVE_SECONDS = 15.0
MAX_POLL_SECONDS = 30.0
RequestT = TypeVar("RequestT", bound=requests.PersonRequest)
Act = Callable[[Core, RequestT], Awaitable[JsonObject]]


class PersonRoutes:
    """The routes of the person side."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def routes(self) -> list[web.RouteDef]:
        """List them."""
        return [
            self._doing("say", requests.Say, conduct.say),
            self._doing("command", requests.Command, commands.run_command),
            self._doing("press", requests.Press, actions.press),
            self._doing("suggest", requests.Suggest, actions.suggest),
            self._doing("shortcut", requests.Shortcut, actions.shortcut),
            self._doing("submit", requests.Submit, modals.submit),
            self._doing("close", requests.Close, modals.close),
            self._doing("react", requests.React, conduct.react),
            self._doing("join", requests.InChannel, conduct.join),
            self._doing("read", requests.InChannel, conduct.read),
            self._doing("create_channel", requests.CreateChannel, conduct.create_channel),
            self._doing("open_conversation", requests.Message, conduct.open_conversation),
            self._doing("open_home", requests.OpenHome, conduct.open_home),
            self._doing("dismiss", requests.Dismiss, conduct.dismiss),
            web.get("/workspace/people", self._people),
            web.get("/workspace/overview", self._overview),
            web.get("/workspace/channels/{id}", self._channel),
            web.get("/workspace/modal", self._modal),
            web.get("/workspace/homes/{id}", self._home),
            web.get("/workspace/changes", self._changes),
            web.get("/workspace/stream", self._stream),
        ]

    def _doing(self, name: str, model: type[RequestT], act: Act[RequestT]) -> web.RouteDef:
        async def handle(request: web.Request) -> web.Response:
            try:
                wanted = model.model_validate_json(await request.text())
                self._core.state.user(wanted.user)
                done = await act(self._core, wanted)
            except ValidationError as error:
                problem = SlackError("invalid_arguments", str(error))
                return web.json_response(problem.to_json(), status=400)
            except SlackError as error:
                return web.json_response(error.to_json())
            except NotAcknowledged as error:
                return web.json_response({"ok": False, "error": error.reason})
            return web.json_response({"ok": True, **done})

        return web.post(f"/workspace/{name}", handle)

    async def _people(self, request: web.Request) -> web.Response:
        return web.json_response(person_view.people(self._core))

    async def _overview(self, request: web.Request) -> web.Response:
        return _shown(lambda: person_view.overview(self._core, _user(request)))

    async def _channel(self, request: web.Request) -> web.Response:
        channel_id = request.match_info["id"]
        return _shown(lambda: person_view.channel_page(self._core, channel_id, _user(request)))

    async def _modal(self, request: web.Request) -> web.Response:
        return _shown(lambda: person_view.modal_page(self._core, _user(request)))

    async def _home(self, request: web.Request) -> web.Response:
        app_id = request.match_info["id"]
        return _shown(lambda: person_view.home_page(self._core, app_id, _user(request)))

    async def _changes(self, request: web.Request) -> web.Response:
        """Answer with what is new, waiting for something if there is nothing yet."""
        since = int(request.query.get("since", "0"))
        patience = min(float(request.query.get("timeout", "0")), MAX_POLL_SECONDS)
        await self._core.changes.wait_after(since, patience)
        new = self._core.changes.after(since, _user(request))
        body: JsonObject = {
            "changes": [change.to_json() for change in new],
            "change": self._core.changes.number,
        }
        return web.json_response(body)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """Send what is new as server-sent events for as long as the page listens."""
        user_id = _user(request)
        seen = int(request.headers.get("Last-Event-ID") or request.query.get("since", "0"))
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        try:
            await response.write(b"retry: 1000\n\n")
            while True:
                for change in self._core.changes.after(seen, user_id):
                    data = json.dumps(change.to_json())
                    await response.write(f"id: {change.number}\ndata: {data}\n\n".encode())
                    seen = change.number
                seen = self._core.changes.number
                await self._core.changes.wait_after(seen, KEEP_ALIVE_SECONDS)
                await response.write(b": still here\n\n")
        except (ConnectionError, asyncio.CancelledError):
            return response


def _user(request: web.Request) -> str:
    return request.query.get("user", "")


def _shown(look: Callable[[], JsonObject]) -> web.Response:
    try:
        return web.json_response({"ok": True, **look()})
    except SlackError as error:
        return web.json_response(error.to_json(), status=404)
