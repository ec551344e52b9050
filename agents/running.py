"""How a process of ours writes its log and is told to stop."""

import logging
import signal
import sys
from threading import Event
from types import FrameType

import structlog


def configure_logs(*, as_json: bool) -> None:
    """Write one structured event per line to standard error."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def stop_on_signals() -> Event:
    """Return an event that SIGTERM and SIGINT set."""
    stopping = Event()

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return stopping
