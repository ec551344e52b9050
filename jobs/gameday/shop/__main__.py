"""Run one process of the shop: `python -m jobs.gameday.shop SETTINGS.json`."""

import asyncio
import signal
import sys
from pathlib import Path

from jobs.gameday.hosting import serve
from jobs.gameday.shop.services import ROLES
from jobs.gameday.shop.settings import ServiceSettings
from jobs.gameday.shop.telemetry import Telemetry


async def run(settings: ServiceSettings) -> None:
    """Serve until told to stop, or until the starter's end of stdin closes with it."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(sys.stdin.fileno(), ended.set)
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    service = ROLES[settings.role](settings, Telemetry(settings))
    server = await serve(service.application(), port=settings.port)
    await ended.wait()
    await server.stop()


if __name__ == "__main__":
    asyncio.run(run(ServiceSettings.model_validate_json(Path(sys.argv[1]).read_text())))
