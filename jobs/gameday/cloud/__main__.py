"""Serve AWS on loopback: `python -m jobs.gameday.cloud PORT ADDITIONS.json`."""

import signal
import sys
from pathlib import Path
from types import FrameType

from moto.server import ThreadedMotoServer

from jobs.gameday.cloud.additions import install


def main(port: int, additions: Path) -> None:
    """Serve until told to stop, or until the starter's end of stdin closes with it."""
    signal.signal(signal.SIGTERM, _exit)
    install(additions)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    try:
        sys.stdin.read()
    finally:
        server.stop()


def _exit(_: int, __: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
