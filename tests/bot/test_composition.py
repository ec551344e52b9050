"""The faces as processes: what an operator starts, what they answer, how they end."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import httpx
import pytest

from agents.integrations.pagerduty.signatures import HEADER, sign
from agents.integrations.sql.connecting import open_database
from agents.integrations.sql.journal import SqlJournal
from bot.__main__ import WRONG_SETTINGS, connect_patiently
from bot.workspace.person import Person
from bot.workspace.server import Workspace
from tests.bot.war_room import APP_TOKEN, BOT_TOKEN
from tests.bot.webhooks.receiving import SECRET, event

pytestmark = pytest.mark.processes

ROOT = Path(__file__).parent.parent.parent
NO_REDIS = "redis://127.0.0.1:9/0"


@contextmanager
def face(*arguments: str, **settings: str) -> Generator["subprocess.Popen[str]"]:
    """Start a face with nothing but these settings in its environment."""
    environment = {f"WARROOM_{name.upper()}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "bot", *arguments]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def logged(process: "subprocess.Popen[str]", what: str) -> dict[str, object]:
    """Wait until the process has logged an event of that name."""
    assert process.stderr
    for line in process.stderr:
        if what in line:
            return json.loads(line)
    pytest.fail(f"the process ended without logging {what}")


def test_the_web_face_takes_a_page_without_redis_and_ends_when_told(tmp_path: Path) -> None:
    """A page is written down first; the queue may come back later, and deploys lose nothing."""
    port, url = free_port(), f"sqlite:///{tmp_path}/warroom.sqlite"
    settings = {"http_port": str(port), "database_url": url, "redis_url": NO_REDIS}
    secrets = {"pagerduty_webhook_secrets": SECRET, "log_json": "true"}

    with face("web", **settings, **secrets) as process:
        logged(process, "listening")
        body = json.dumps(event()).encode()
        transport = httpx.HTTPTransport(retries=4)
        with httpx.Client(transport=transport, trust_env=False, timeout=20) as http:
            answer = http.post(
                f"http://127.0.0.1:{port}/webhooks/pagerduty",
                content=body,
                headers={HEADER: f"v1={sign(body, SECRET)}"},
            )
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0

    assert answer.status_code == 202
    database = open_database(url)
    assert SqlJournal(database).incident_ids() == (answer.json()["incident_id"],)
    database.dispose()


def test_the_socket_face_answers_in_slack_and_ends_when_told(tmp_path: Path) -> None:
    """The one command that an operator starts is the one that people talk to."""
    with Workspace() as workspace, Person(workspace.url, "U0ONCALL1") as on_call:
        settings = {
            "database_url": f"sqlite:///{tmp_path}/warroom.sqlite",
            "redis_url": NO_REDIS,
            "slack_base_url": f"{workspace.url}/api/",
            "slack_bot_token": BOT_TOKEN,
            "slack_app_token": APP_TOKEN,
            "log_json": "true",
        }
        with face(**settings) as process:
            logged(process, "slack_connected")
            on_call.command("/warroom help", "incidents")
            on_call.wait_for_message("incidents", lambda m: "/warroom status" in m.words)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=20) == 0


def test_a_missing_token_is_named(tmp_path: Path) -> None:
    """Whoever set it up half reads which half is missing."""
    with face(database_url=f"sqlite:///{tmp_path}/w.sqlite", log_json="true") as process:
        told = logged(process, "setting_missing")

        assert process.wait(timeout=20) == WRONG_SETTINGS
        assert told["name"] == "WARROOM_SLACK_APP_TOKEN"


def test_a_token_that_slack_refuses_ends_the_process_with_a_remedy(tmp_path: Path) -> None:
    """Trying a revoked token for ever would look like a network problem."""
    with Workspace() as workspace:
        settings = {
            "database_url": f"sqlite:///{tmp_path}/warroom.sqlite",
            "slack_base_url": f"{workspace.url}/api/",
            "slack_bot_token": BOT_TOKEN,
            "slack_app_token": "xapp-revoked",
            "log_json": "true",
        }
        with face(**settings) as process:
            told = logged(process, "slack_refused")
            assert process.wait(timeout=20) == WRONG_SETTINGS

    assert "Install the app again" in str(told["reason"])


def test_a_slack_that_is_away_is_waited_for() -> None:
    """The bot comes up before Slack does, and nobody has to start it again."""
    stopping, attempts = Event(), 0

    def connect() -> None:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            raise ConnectionRefusedError("refused")

    connect_patiently(connect, stopping, again_in_seconds=0.01)

    assert attempts == 2


def test_the_faces_load_no_cloud_and_no_cluster() -> None:
    """The bot starts at once, and holds no credentials that it has no use for."""
    listing = "import bot.__main__, bot.webhooks.app, sys; print(*sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", listing], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()

    assert {"boto3", "kubernetes", "anthropic", "psycopg"} & set(loaded) == set()
