"""Serving an aiohttp app from a thread of its own, as the tests' other side of the wire."""

import asyncio
import threading
from collections.abc import Generator
from concurrent.futures import Future
from contextlib import contextmanager

from aiohttp import web


@contextmanager
def serving(app: web.Application) -> Generator[str]:
    """Serve on a free port of the loopback interface and yield the URL."""
    started: Future[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        stopping = asyncio.Event()
        port = int(runner.addresses[0][1])
        started.set_result((f"http://127.0.0.1:{port}", asyncio.get_running_loop(), stopping))
        await stopping.wait()
        await runner.cleanup()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    url, loop, stopping = started.result(timeout=10)
    try:
        yield url
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join()
