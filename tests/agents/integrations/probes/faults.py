"""Servers on loopback that fail in one particular way."""

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import dnslib
import trustme
from dnslib.server import DNSServer

SILENT = "silent.shop.internal."


_CODES = {
    "missing.shop.internal.": "NXDOMAIN",
    "broken.shop.internal.": "SERVFAIL",
    "closed.shop.internal.": "REFUSED",
}
_wire: Any = dnslib
"""dnslib carries no types."""


class Zone:
    """Answers each name with its own kind of failure."""

    def __init__(self) -> None:
        self.released = threading.Event()

    def resolve(self, request: dnslib.DNSRecord, handler: object) -> dnslib.DNSRecord:
        """Answer one query; the silent name is answered only when the test is over."""
        del handler
        asked, reply = cast("Any", request).q, cast("Any", request).reply()
        name = str(asked.qname)
        if name == SILENT:
            self.released.wait(10)
        if name in _CODES:
            reply.header.rcode = getattr(_wire.RCODE, _CODES[name])
        elif name == "payments.shop.internal." and asked.qtype == _wire.QTYPE.A:
            reply.add_answer(_wire.RR(name, _wire.QTYPE.A, rdata=_wire.A("10.0.3.7")))
        return reply


class _Quiet:
    """Logs nothing: dnslib calls whatever its logger is asked for."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_: None


@contextlib.contextmanager
def nameserver() -> Generator[int]:
    """Serve the zone over UDP, and give the port."""
    zone = Zone()
    server: Any = DNSServer(zone, address="127.0.0.1", port=0, logger=_Quiet())
    server.start_thread()
    try:
        yield int(server.server.server_address[1])
    finally:
        zone.released.set()
        server.stop()
        server.server.server_close()


@contextlib.contextmanager
def listening(backlog: int = 5) -> Generator[socket.socket]:
    """Listen on a free port."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(backlog)
        yield server


def port_of(server: socket.socket) -> int:
    """Return the port that a socket is bound to."""
    return int(server.getsockname()[1])


@contextlib.contextmanager
def accepting(answer: Callable[[socket.socket], None]) -> Generator[int]:
    """Accept connections in a thread, answer each, and give the port."""
    with listening() as server:
        thread = threading.Thread(target=_accept, args=(server, answer))
        thread.start()
        try:
            yield port_of(server)
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _accept(server: socket.socket, answer: Callable[[socket.socket], None]) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection, contextlib.suppress(OSError):
            answer(connection)


def reset(connection: socket.socket) -> None:
    """Close so that the other end is told off."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def shaking_hands(certificate: trustme.LeafCert) -> Callable[[socket.socket], None]:
    """Answer with a TLS handshake that shows a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    cast("Any", certificate).configure_cert(context)

    def answer(connection: socket.socket) -> None:
        connection.settimeout(5)
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(1)

    return answer


@contextlib.contextmanager
def blackhole() -> Generator[int]:
    """Listen with a queue that is full: the kernel drops what else comes, and says nothing."""
    with listening(backlog=0) as server, contextlib.ExitStack() as waiting:
        for _ in range(4):
            client = waiting.enter_context(socket.socket())
            client.setblocking(False)  # noqa: FBT003 - the socket module's own signature
            client.connect_ex(server.getsockname())
        yield port_of(server)


class Pages(BaseHTTPRequestHandler):
    """A few pages, healthy and not."""

    def do_GET(self) -> None:
        """Answer by path."""
        match self.path:
            case "/ok":
                self._answer(200, b"fine")
            case "/large":
                self._answer(200, b"x" * 5_000_000)
            case "/moved":
                self._answer(302, b"", Location="/ok")
            case "/elsewhere":
                self._answer(302, b"", Location="http://127.0.0.1:1/secret")
            case _:
                self._answer(503, b"no upstream")

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as above
        """Keep quiet."""


@contextlib.contextmanager
def pages() -> Generator[int]:
    """Serve the pages, and give the port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
            thread.join()
