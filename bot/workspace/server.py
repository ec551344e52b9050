"""The local workspace: a Slack-compatible server that an unmodified Bolt app talks to.

Give the app `base_url=workspace.url + "/api/"`, and people the page at `workspace.url`.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from aiohttp import ClientSession, web

from bot.workspace.api.endpoint import WebApi
from bot.workspace.core import Core
from bot.workspace.delivery.dispatch import Dispatcher
from bot.workspace.delivery.envelope import Transport
from bot.workspace.delivery.signed_http import SignedHttp
from bot.workspace.delivery.socket_mode import SocketMode
from bot.workspace.limits import RateLimits
from bot.workspace.operator_routes import OperatorRoutes
from bot.workspace.pages import MAX_UPLOAD_BYTES, Pages, guarded
from bot.workspace.person_routes import PersonRoutes
from bot.workspace.replies import handle_response_url
from bot.workspace.seed import Seed, default_seed
from bot.workspace.state import State
from bot.workspace.tickets import Tickets

log = logging.getLogger(__name__)


class Workspace:
    """A workspace with its own thread and event loop; start it, use its `url`, stop it."""

    def __init__(self, seed: Seed | None = None, *, clock: Callable[[], float] = time.time) -> None:
        self.seed = seed or default_seed()
        self.url = ""
        self._clock = clock
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None

    def start(self, host: str = "127.0.0.1", port: int = 0, public_url: str | None = None) -> str:
        """Serve in a thread of its own and return the URL; port 0 takes a free one.

        Raises:
            OSError: when the address is taken.
        """
        started: Future[str] = Future()
        self._thread = threading.Thread(
            target=self._run,
            args=(host, port, public_url, started),
            name="workspace",
            daemon=True,
        )
        self._thread.start()
        self.url = started.result()
        return self.url

    def stop(self) -> None:
        """Close every connection and end the thread."""
        if self._thread is None or self._loop is None or self._stopping is None:
            return
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._thread = None

    def wait(self) -> None:
        """Block until the workspace has been stopped."""
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> Self:
        if self._thread is None:
            self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self, host: str, port: int, public_url: str | None, started: Future[str]) -> None:
        """Run the event loop; this is the thread's outermost edge."""
        try:
            asyncio.run(self._serve(host, port, public_url, started))
        except Exception as error:
            if started.done():
                log.exception("workspace_failed")
            else:
                started.set_exception(error)

    async def _serve(
        self, host: str, port: int, public_url: str | None, started: Future[str]
    ) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        async with ClientSession() as session:
            core = build_core(self.seed, self._clock, session)
            runner = web.AppRunner(build_app(core, session), access_log=None, shutdown_timeout=1.0)
            await runner.setup()
            site = web.TCPSite(runner, host, port)
            try:
                await site.start()
            except OSError:
                await runner.cleanup()
                raise
            _watch_connections(core)
            core.base_url = public_url or _own_url(host, runner)
            started.set_result(core.base_url)
            await self._stopping.wait()
            await core.dispatcher.close()
            for sockets in core.sockets.values():
                await sockets.refresh("link_disabled")
            await runner.cleanup()


def build_core(seed: Seed, clock: Callable[[], float], session: ClientSession) -> Core:
    """Put the parts of a workspace together; `base_url` is set once it is known."""
    timing = seed.timing
    sockets = {
        app.app_id: SocketMode(app.app_id, timing.ack_seconds, timing.socket_refresh_seconds)
        for app in seed.apps
    }
    transports: dict[str, Transport] = dict(sockets)
    for app in seed.apps:
        if app.request_url:
            secret = app.signing_secret.get_secret_value()
            http = SignedHttp(app.request_url, secret, session, timing.ack_seconds)
            transports[app.app_id] = http
    return Core(
        seed=seed,
        state=State(seed, clock),
        sockets=sockets,
        dispatcher=Dispatcher(transports, timing),
        rates=RateLimits(seed.rates, clock),
        tickets=Tickets(timing, clock),
        base_url="",
    )


def build_app(core: Core, session: ClientSession) -> web.Application:
    """Lay out the routes."""

    async def link(request: web.Request) -> web.StreamResponse:
        sockets = core.sockets.get(request.query.get("app_id", ""))
        ticket = request.query.get("ticket", "")
        if core.faults.down or sockets is None or not sockets.redeem(ticket):
            return web.Response(status=403, text="invalid ticket")
        return await sockets.serve(request)

    async def respond(request: web.Request) -> web.Response:
        return await handle_response_url(core, request)

    api = WebApi(core)
    app = web.Application(middlewares=[guarded], client_max_size=MAX_UPLOAD_BYTES + 1_000_000)
    app.add_routes(
        [
            web.get("/api/{method}", api.handle),
            web.post("/api/{method}", api.handle),
            web.get("/link/", link),
            web.post("/response/{key}", respond),
            *PersonRoutes(core).routes(),
            *OperatorRoutes(core, session).routes(),
            *Pages(core).routes(),
        ]
    )
    return app


def _watch_connections(core: Core) -> None:
    """Show on every screen whether an app is connected."""
    for sockets in core.sockets.values():
        sockets.on_change = lambda: core.changes.publish("apps", {})


def _own_url(host: str, runner: web.AppRunner) -> str:
    address = runner.addresses[0]
    reachable = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104 -- compared with, not bound to
    return f"http://{reachable}:{address[1]}"
