"""Where the doubles live: one event loop in a thread of its own, and HTTP servers on it."""

import asyncio
import ssl
import threading
from collections.abc import Coroutine
from typing import Any, Self, TypeVar

import structlog
from aiohttp import web

log = structlog.get_logger(__name__)

Result = TypeVar("Result")

CALL_SECONDS = 60.0
SHUTDOWN_SECONDS = 0.5


class LoopThread:
    """An event loop that runs in the background and takes calls from any thread."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def call(self, work: Coroutine[Any, Any, Result], *, seconds: float = CALL_SECONDS) -> Result:
        """Run a coroutine on the loop and wait for what it returns."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(seconds)

    def stop(self) -> None:
        """End every task, then the loop and its thread. Safe to call twice."""
        if self._loop.is_closed():
            return
        self.call(_end_tasks())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class HttpServer:
    """An aiohttp application on a loopback port."""

    def __init__(self, runner: web.AppRunner, port: int, *, secure: bool) -> None:
        self._runner = runner
        self.port = port
        scheme, host = ("https", "localhost") if secure else ("http", "127.0.0.1")
        self.url = f"{scheme}://{host}:{port}"

    async def stop(self) -> None:
        """Stop listening and drop what is still open."""
        await self._runner.cleanup()


async def serve(
    app: web.Application, *, port: int = 0, tls: ssl.SSLContext | None = None
) -> HttpServer:
    """Serve an application on 127.0.0.1; port 0 takes a free one."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls).start()
    return HttpServer(runner, int(runner.addresses[0][1]), secure=tls is not None)


def begin(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Run something in the background; if it dies, say so at once, with the traceback."""
    task = asyncio.create_task(work)
    task.add_done_callback(_report_death)
    return task


async def end(*tasks: asyncio.Task[None]) -> None:
    """Cancel what runs in the background, and wait until it has ended."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _report_death(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("background_task_died", exc_info=error)


async def _end_tasks() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_asyncgens()
