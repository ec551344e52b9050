"""`warroom doctor` and `warroom manifest`."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pydantic import SecretStr
from typing_extensions import override

from agents.settings import Settings
from bot.commands.doctor.finding import Finding, Status
from bot.commands.doctor.peers import (
    github_findings,
    pagerduty_findings,
    slack_findings,
    telemetry_findings,
)
from bot.commands.doctor.stores import file_findings
from bot.commands.doctor.systems import (
    aws_findings,
    kubernetes_findings,
    postgresql_findings,
)
from bot.commands.manifest import SCOPES, manifest
from bot.workspace.seed import app_from_manifest
from tests.bot.commands.running import warroom

TOKEN = SecretStr("xoxb-123456789012-abcdef")


class Peers(ThreadingHTTPServer):
    """Slack, GitHub and PagerDuty as far as the doctor looks; answers by path."""

    def __init__(self) -> None:
        """Listen on a free port of the loopback interface."""
        super().__init__(("127.0.0.1", 0), _Answering)
        self.answers: dict[str, tuple[int, dict[str, object], dict[str, str]]] = {}
        self.asked: list[tuple[str, str | None]] = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class _Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer what was put in for the path."""
        assert isinstance(self.server, Peers)
        self.server.asked.append((self.path, self.headers.get("Authorization")))
        status, body, headers = self.server.answers.get(self.path, (404, {}, {}))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    do_POST = do_GET  # noqa: N815 - the name is the standard library's

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def peers() -> Iterator[Peers]:
    """Serve the peers."""
    with Peers() as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        yield server
        server.shutdown()
        serving.join()


def by_part(findings: Iterator[Finding]) -> dict[str, Finding]:
    """Return findings by what they are about."""
    return {finding.part: finding for finding in findings}


def slack(peers: Peers, **settings: SecretStr | None) -> dict[str, Finding]:
    """Examine Slack at the peers."""
    given = Settings.model_validate(
        {"slack_bot_token": TOKEN, "slack_base_url": f"{peers.url}/api/", **settings}
    )
    return by_part(slack_findings(given))


def greeted(scopes: str) -> tuple[int, dict[str, object], dict[str, str]]:
    """Return what Slack says to a token that it knows."""
    return 200, {"ok": True, "user": "warroom", "team": "shop"}, {"x-oauth-scopes": scopes}


def test_a_good_slack_token_with_all_scopes_is_fine(peers: Peers) -> None:
    """The first page of the night is no time to find a missing scope."""
    peers.answers["/api/auth.test"] = greeted(",".join(SCOPES))
    peers.answers["/api/apps.connections.open"] = (200, {"ok": True}, {})

    found = slack(peers, slack_app_token=SecretStr("xapp-1-abcdefghijkl"))

    assert {finding.status for finding in found.values()} == {Status.OK}
    assert peers.asked[0] == ("/api/auth.test", f"Bearer {TOKEN.get_secret_value()}")


def test_missing_slack_scopes_are_named(peers: Peers) -> None:
    """`missing_scope` at the first pin says too little, too late."""
    peers.answers["/api/auth.test"] = greeted(",".join(set(SCOPES) - {"pins:write"}))

    found = slack(peers)

    assert found["Slack scopes"].detail == "missing: pins:write"
    assert "install the app again" in found["Slack scopes"].remedy
    assert found["Slack delivery"].status is Status.PROBLEM


def test_a_refused_slack_token_is_a_problem(peers: Peers) -> None:
    """A revoked token looks like a quiet room."""
    peers.answers["/api/auth.test"] = (200, {"ok": False, "error": "invalid_auth"}, {})

    (finding,) = slack(peers).values()

    assert (finding.status, finding.detail) == (Status.PROBLEM, "invalid_auth")


def test_a_github_token_that_may_not_push_is_a_problem(peers: Peers) -> None:
    """The postmortem would be lost at the very end."""
    peers.answers["/repos/shop/docs"] = (200, {"permissions": {"push": False}}, {})
    settings = Settings(
        github_token=SecretStr("t"), github_repository="shop/docs", github_base_url=peers.url
    )

    (finding,) = github_findings(settings)

    assert finding.status is Status.PROBLEM
    assert "contents:write" in finding.remedy


def test_a_refused_pagerduty_token_and_a_missing_user_are_two_problems(peers: Peers) -> None:
    """Acknowledging needs both, and each has its own remedy."""
    peers.answers["/abilities"] = (401, {}, {})
    settings = Settings(pagerduty_token=SecretStr("t"), pagerduty_base_url=peers.url)

    found = by_part(pagerduty_findings(settings))

    assert "answered 401" in found["PagerDuty token"].detail
    assert found["PagerDuty user"].status is Status.PROBLEM
    assert found["PagerDuty webhooks"].status is Status.NOT_CONFIGURED


def test_a_ready_prometheus_is_fine_and_a_silent_one_is_a_problem(peers: Peers) -> None:
    """Which source is down decides what can be known tonight."""
    peers.answers["/-/ready"] = (200, {}, {})

    ready = by_part(telemetry_findings(Settings(prometheus_url=peers.url)))
    silent = by_part(telemetry_findings(Settings(prometheus_url="http://127.0.0.1:1")))

    assert ready["Prometheus"].status is Status.OK
    assert silent["Prometheus"].status is Status.PROBLEM


def test_systems_that_do_not_answer_are_problems_without_their_passwords(tmp_path: Path) -> None:
    """The doctor's page is pasted into tickets."""
    settings = Settings(
        postgresql_urls=SecretStr("orders=postgresql://app:hunter2@127.0.0.1:1/orders"),
        kubernetes_config=tmp_path / "kubeconfig",
        aws_region="eu-west-1",
        aws_endpoint_url="http://127.0.0.1:1",
        aws_access_key_id=SecretStr("k"),
        aws_secret_access_key=SecretStr("s"),
    )

    found = [
        *postgresql_findings(settings),
        *kubernetes_findings(settings),
        *aws_findings(settings),
    ]

    assert [finding.part for finding in found] == ["PostgreSQL orders", "Kubernetes", "AWS"]
    assert {finding.status for finding in found} == {Status.PROBLEM}
    assert "hunter2" not in str(found)


def test_files_that_are_named_and_not_there_are_problems(tmp_path: Path) -> None:
    """A glob that matches nothing is a silent source."""
    (tmp_path / "topology.yaml").write_text("services: [\n", encoding="utf-8")
    settings = Settings(log_files=f"{tmp_path}/*.jsonl", topology_file=tmp_path / "topology.yaml")

    found = by_part(file_findings(settings))

    assert "no file at" in found["Log files"].detail
    assert "topology.yaml, line 2" in found["Topology's content"].detail
    assert found["Span files"].status is Status.NOT_CONFIGURED


def test_an_installation_without_queues_is_not_sound() -> None:
    """Exit code 1 is what a deployment waits on."""
    ran = warroom("doctor", "--json")

    found = {finding["part"]: finding for finding in json.loads(ran.out)}
    assert ran.code == 1
    assert found["Redis"]["status"] == "problem"
    assert "WARROOM_REDIS_URL" in found["Redis"]["remedy"]
    assert found["Slack bot token"]["status"] == "not configured"
    assert found["AWS"]["remedy"].startswith("set WARROOM_AWS_REGION")


def test_the_doctor_writes_plainly_to_a_pipe() -> None:
    """Its output is pasted into a chat with whoever can fix it."""
    ran = warroom("doctor")

    assert ran.code == 1
    assert "\x1b" not in ran.out
    assert "start Redis, or set WARROOM_REDIS_URL" in ran.out


def test_the_manifest_is_what_an_app_is_made_from() -> None:
    """The scopes that a local run enjoys are the ones that Slack will grant."""
    ran = warroom("manifest")

    app = app_from_manifest(ran.out)
    assert app.request_url is None
    assert app.scopes == frozenset(SCOPES)
    assert [command.command for command in app.commands] == ["/warroom"]
    assert "app_mention" in app.events


def test_with_a_request_url_everything_is_delivered_by_http() -> None:
    """Half of it by socket and half by HTTP is delivered nowhere."""
    url = "https://warroom.example/slack/events"

    written = json.dumps(manifest(url))

    assert written.count(url) == 3
    assert '"socket_mode_enabled": false' in written
