"""`python -m bot.workspace`: run a workspace by itself."""

import argparse
import logging
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from pydantic import ValidationError

from bot.workspace.seed import default_seed, load_seed
from bot.workspace.server import Workspace


def main() -> int:
    """Serve until interrupted; exit 2 when the seed is wrong or the address is taken."""
    parser = argparse.ArgumentParser(prog="python -m bot.workspace", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=0, help="port; 0 takes a free one")
    parser.add_argument("--public-url", help="URL that people and apps reach it by, if another")
    parser.add_argument("--seed", type=Path, help="YAML or JSON file: people, channels, apps")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    try:
        workspace = Workspace(load_seed(options.seed) if options.seed else default_seed())
        url = workspace.start(options.host, options.port, options.public_url)
    except (OSError, ValidationError) as error:
        sys.stderr.write(f"The workspace could not start: {error}\n")
        return 2
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()
    interrupted = threading.Event()

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        interrupted.set()

    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, interrupt)
    interrupted.wait()
    workspace.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
