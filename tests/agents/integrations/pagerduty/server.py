"""A small PagerDuty that keeps state, behind TLS, because its client refuses anything else."""

import json
import re
import ssl
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import trustme
from typing_extensions import override

TOKEN = "pd-token"
_PATH = re.compile(r"/incidents/(?P<id>\w+)(?P<notes>/notes)?")


@dataclass
class PagerDutyServer:
    """What the server knows, and how it is to misbehave."""

    incidents: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    notes: dict[str, list[dict[str, str]]] = field(default_factory=dict[str, list[dict[str, str]]])
    senders: list[str] = field(default_factory=list[str])
    writes: list[str] = field(default_factory=list[str])
    failures: list[int] = field(default_factory=list[int])
    """HTTP statuses to answer with, before it is asked anything else."""
    url: str = ""
    ca_file: Path = Path()

    def page(self, external_id: str) -> None:
        """Trigger an incident."""
        self.incidents[external_id] = {"id": external_id, "status": "triggered"}
        self.notes[external_id] = []

    def answer(self, method: str, path: str, body: dict[str, dict[str, str]]) -> tuple[int, object]:
        """Answer one request as PagerDuty would."""
        if self.failures:
            return self.failures.pop(0), {"error": {"message": "as asked", "code": 2000}}
        found = _PATH.fullmatch(path)
        if found is None or found["id"] not in self.incidents:
            return 404, {"error": {"message": "Not Found", "code": 2100}}
        incident, notes = self.incidents[found["id"]], self.notes[found["id"]]
        if method != "GET":
            self.writes.append(f"{method} {path}")
        match method, bool(found["notes"]):
            case "GET", True:
                return 200, {"notes": notes}
            case "POST", True:
                notes.append({"id": f"N{len(notes) + 1}", "content": body["note"]["content"]})
                return 200, {"note": notes[-1]}
            case "PUT", False:
                incident["status"] = body["incident"]["status"]
                return 200, {"incident": incident}
            case _:
                return 200, {"incident": incident}


@contextmanager
def serve(folder: Path) -> Generator[PagerDutyServer]:
    """Serve on a free port of the loopback interface."""
    state = PagerDutyServer(ca_file=folder / "ca.pem")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(state.ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = folder / "server.pem"
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(certificate))
    context.load_cert_chain(certificate)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(state))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    state.url = f"https://localhost:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(state: PagerDutyServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or "{}")
            state.senders.append(self.headers.get("From", ""))
            status, told = state.answer(self.command, self.path, body)
            if self.headers.get("Authorization") != f"Token token={TOKEN}":
                status, told = 401, {"error": {"message": "unauthorized", "code": 2006}}
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("ratelimit-reset", "7")
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 - the standard library's names

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output quiet."""

    return Handler
