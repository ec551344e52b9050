"""GitHub's errors, as a server on this machine gives them."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from typing_extensions import override

from agents.errors import PeerRefused, PeerUnavailable, RateLimited, WarroomError
from agents.integrations.github.code_host import GitHubCodeHost
from agents.ports import DocumentChange

CHANGE = DocumentChange(
    kind="runbook", branch="warroom/1", path="a.md", content="a", title="A", body=""
)


@contextmanager
def answering(status: int, message: str) -> Generator[str]:
    """Serve the same error to every request."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = json.dumps({"message": message}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Retry-After", "7")
            self.end_headers()
            self.wfile.write(content)

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "message", "ours"),
    [
        (401, "Bad credentials", PeerRefused),
        (403, "Resource not accessible", PeerRefused),
        (403, "You have exceeded a secondary rate limit.", RateLimited),
        (404, "Not Found", PeerRefused),
        (502, "Bad Gateway", PeerUnavailable),
    ],
)
def test_an_error_becomes_one_of_ours(status: int, message: str, ours: type[WarroomError]) -> None:
    """What is tried again and what is given up must not depend on the vendor."""
    with answering(status, message) as url:
        code_host = GitHubCodeHost.connect("token", "shop/runbooks", url)
        with pytest.raises(ours) as raised:
            code_host.offer(CHANGE)

    assert type(raised.value) is ours


def test_an_unreachable_github_is_tried_again() -> None:
    """The postmortem waits for the network instead of being lost."""
    code_host = GitHubCodeHost.connect("token", "shop/runbooks", "http://127.0.0.1:9")

    with pytest.raises(PeerUnavailable, match="could not be reached"):
        code_host.offer(CHANGE)
