"""Opening a connection, and closing it again."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor

from agents.errors import CannotMeasure
from agents.integrations.probes.allowing import Address, AllowList
from agents.integrations.probes.seen import Seen, kind_of

_LISTEN_SECONDS = 0.2
"""How long a server gets to hang up on us after it has accepted."""


def locate(address: Address, allowed: AllowList, timeout_seconds: float) -> str:
    """Return the IP address that a host leads to, if it may be probed.

    Raises:
        socket.gaierror: the machine's resolver does not know it, or not in time.
        ScopeViolation: it leads where no service lives.
    """
    # The resolver of the C library takes no timeout, so it gets a thread of its own to hang in.
    waiting = ThreadPoolExecutor(max_workers=1, thread_name_prefix="resolving")
    try:
        asked = waiting.submit(
            socket.getaddrinfo, address.host, address.port, type=socket.SOCK_STREAM
        )
        found = asked.result(timeout_seconds)
    except TimeoutError as late:
        raise socket.gaierror(socket.EAI_AGAIN, "name resolution timed out") from late
    finally:
        waiting.shutdown(wait=False)
    resolved = str(found[0][4][0])
    allowed.require_resolved(resolved, address)
    return resolved


def open_connection(address: Address, allowed: AllowList, timeout_seconds: float) -> socket.socket:
    """Connect to the first address of a host that may be probed.

    Raises:
        OSError: the connection failed.
        CannotMeasure: there is no port to connect to.
    """
    if address.port is None:
        raise CannotMeasure(f"no port given for {address.host}", remedy="probe host:port")
    resolved = locate(address, allowed, timeout_seconds)
    return socket.create_connection((resolved, address.port), timeout=timeout_seconds)


def connect(address: Address, allowed: AllowList, timeout_seconds: float) -> Seen:
    """Open a connection, send nothing, see whether it stays open for a moment, close it.

    Error kinds: `refused`, `timed_out`, `reset`, `unreachable`, `name_unknown`.
    """
    began = time.perf_counter()
    try:
        with open_connection(address, allowed, timeout_seconds) as connection:
            elapsed = 1000 * (time.perf_counter() - began)
            peer = str(connection.getpeername()[0])
            _listen(connection)
    except OSError as failed:
        elapsed = 1000 * (time.perf_counter() - began)
        return Seen(kind_of(failed), elapsed, {"error": str(failed)})
    return Seen("", elapsed, {"address": peer})


def _listen(connection: socket.socket) -> None:
    """Wait for a reset; silence and greetings are both fine."""
    connection.settimeout(_LISTEN_SECONDS)
    try:
        connection.recv(1, socket.MSG_PEEK)
    except TimeoutError:
        return
