"""Serve AWS on loopback: `python -m jobs.gameday.cloud PORT ADDITIONS.json`."""

import sys
from pathlib import Path

from moto.server import ThreadedMotoServer

from jobs.gameday.cloud.answers import install


def main(port: int, additions: Path) -> None:
    """Serve until killed, or until the starter's end of stdin closes with it; nothing is kept."""
    install(additions)
    ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False).start()
    sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
