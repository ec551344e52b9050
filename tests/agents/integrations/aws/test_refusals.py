"""What AWS's refusals are to us, on a server that only refuses."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from pydantic import SecretStr

from agents.domain.measures import ObjectSelector
from agents.errors import (
    CannotMeasure,
    PermissionMissing,
    RateLimited,
    ScopeViolation,
    SourceUnavailable,
    WarroomError,
)
from agents.integrations.aws.api import AwsAccess, AwsApi
from agents.integrations.aws.telemetry import AwsTelemetry


class _Refusing(BaseHTTPRequestHandler):
    """Refuses everything with the code that its server was given."""

    def do_POST(self) -> None:
        """Refuse."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        code: str = getattr(self.server, "code", "")
        body = json.dumps({"__type": code, "message": "no"}).encode()
        self.send_response(503 if code == "ServiceUnavailable" else 400)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Stay silent."""
        del format, args


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    """A server on a free port."""
    made = ThreadingHTTPServer(("127.0.0.1", 0), _Refusing)
    thread = Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.mark.parametrize(
    ("code", "error", "remedy"),
    [
        ("AccessDeniedException", PermissionMissing, "allow cloudtrail:LookupEvents"),
        ("UnrecognizedClientException", PermissionMissing, "renew the AWS credentials"),
        ("ServiceUnavailable", SourceUnavailable, "try again later"),
        ("ThrottlingException", RateLimited, ""),
        ("InvalidTimeRangeException", CannotMeasure, ""),
    ],
)
def test_each_refusal_says_what_to_do_about_it(
    server: ThreadingHTTPServer, code: str, error: type[WarroomError], remedy: str
) -> None:
    """A gap that names the missing permission gets closed; “failed” does not."""
    server.code = code  # pyright: ignore[reportAttributeAccessIssue] read by its handler
    url = f"http://127.0.0.1:{server.server_address[1]}"
    key = SecretStr("reader")
    access = AwsAccess("eu-central-1", url, access_key_id=key, secret_access_key=key)
    telemetry = AwsTelemetry(access)

    with pytest.raises(error) as refused:
        telemetry.objects(ObjectSelector(kind="cloudtrail.events"))

    assert refused.value.remedy == remedy


@pytest.mark.parametrize("operation", ["delete_db_instance", "put_metric_data", "stop_instances"])
def test_nothing_but_reads_can_be_asked(operation: str) -> None:
    """Whoever investigates must not be able to break anything, whatever it is told."""
    api = AwsApi(AwsAccess(region="eu-central-1"))

    with pytest.raises(ScopeViolation, match="is not a read"):
        list(api.pages("rds", operation))
