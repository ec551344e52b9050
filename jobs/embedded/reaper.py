"""Ends a server whose starter was killed before it could: `reaper.py PID [FOLDER]`.

Runs as a plain script, so that it costs next to nothing. The starter holds the other end of stdin:
when it is gone, however it went, stdin closes, and the server and its folder go too.
"""

import contextlib
import shutil
import sys

import psutil

STOP_SECONDS = 5.0


def main(pid: int, *folders: str) -> None:
    """Wait for the starter to go, then end what it left."""
    with contextlib.suppress(psutil.NoSuchProcess):
        server = psutil.Process(pid)
        sys.stdin.read()
        server.terminate()
        gone, _ = psutil.wait_procs([server], timeout=STOP_SECONDS)
        if server not in gone:
            server.kill()
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
