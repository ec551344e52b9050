"""A Kubernetes API that plays back answers and remembers what it was asked."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl, urlsplit

from kubernetes.client import ApiClient, Configuration
from pydantic import JsonValue

from agents.domain.document import Document

CORE = ("pods", "events", "secrets", "configmaps", "nodes")
APPS = ("deployments", "replicasets")


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    method: str
    path: str
    query: dict[str, str]
    body: JsonValue

    @property
    def version_in_patch(self) -> str | None:
        """The version of the target that a JSON patch insists on."""
        patch = Document(body={"operations": self.body})
        return patch.text("operations[?path=='/metadata/resourceVersion'].value | [0]")


@dataclass
class RecordedApi:
    """Answers by path; several answers for one path are played in turn, the last one repeats."""

    url: str = ""
    answers: dict[str, list[tuple[int, JsonValue]]] = field(
        default_factory=dict[str, list[tuple[int, JsonValue]]]
    )
    asked: list[Asked] = field(default_factory=list[Asked])

    def play(self, path: str, *bodies: JsonValue, status: int = 200) -> None:
        """Answer with these, in this order."""
        self.answers.setdefault(path, []).extend((status, body) for body in bodies)

    def serve_kinds(self) -> None:
        """Answer discovery with a few kinds; every other group is not there."""
        self.play("/api/v1", {"resources": [{"name": name} for name in CORE]})
        self.play("/apis/apps/v1", {"resources": [{"name": name} for name in APPS]})

    def answer(self, asked: Asked) -> tuple[int, JsonValue]:
        """Return what is next for a request."""
        self.asked.append(asked)
        several = self.answers.get(asked.path)
        if several is None:
            return 404, {"kind": "Status", "message": "the server could not find it", "code": 404}
        return several.pop(0) if len(several) > 1 else several[0]

    def requests(self, path: str) -> list[Asked]:
        """Return what was asked of a path."""
        return [one for one in self.asked if one.path == path]


@contextmanager
def recorded_api() -> Generator[RecordedApi]:
    """Serve a recorded API on a free loopback port."""
    api = RecordedApi()

    class Handler(BaseHTTPRequestHandler):
        def _respond(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            asked = Asked(self.command, parts.path, dict(parse_qsl(parts.query)), body)
            status, answer = api.answer(asked)
            text = answer if isinstance(answer, str) else json.dumps(answer)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_PATCH = _respond  # noqa: N815 - the names that the base class calls

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield api
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def client_of(url: str, token: str = "") -> ApiClient:
    """Return an official client that talks to a URL."""
    settings = Configuration()
    settings.host = url
    settings.retries = False
    if token:
        settings.api_key = {"authorization": f"Bearer {token}"}
    return ApiClient(settings)
