"""The composition root of the faces: `python -m bot` (Socket Mode) and `python -m bot web`."""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from threading import Event

import structlog
from pydantic import SecretStr
from slack_bolt import App
from slack_sdk import WebClient

from agents.errors import PeerRefused, WarroomError
from agents.integrations.redis.connecting import connect
from agents.integrations.redis.queue import RqJobQueue
from agents.integrations.slack.refusals import translated
from agents.integrations.slack.web_api import SlackWebApi
from agents.integrations.sql.connecting import open_database
from agents.integrations.sql.journal import SqlJournal
from agents.integrations.sql.migrations import upgrade
from agents.running import configure_logs, stop_on_signals
from agents.settings import Settings
from bot.app import create_app
from bot.incidents import Incidents
from bot.listeners.desk import Desk

WRONG_SETTINGS = 2
_SLACK_SECONDS = 10
_RECONNECT_SECONDS = 3.0

_log = structlog.get_logger()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one face until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    parser.add_argument("face", nargs="?", choices=("socket", "web"), default="socket")
    chosen = parser.parse_args(arguments)
    settings = Settings()
    configure_logs(as_json=settings.log_json)
    {"socket": run_socket, "web": run_web}[chosen.face](settings)


def run_socket(settings: Settings) -> None:
    """Listen to Slack by Socket Mode."""
    from slack_bolt.adapter.socket_mode import SocketModeHandler

    token = required(settings.slack_app_token, "WARROOM_SLACK_APP_TOKEN", "xapp-, for Socket Mode")
    app = slack_app(settings, open_incidents(settings))
    web_client = WebClient(token, base_url=settings.slack_base_url, timeout=_SLACK_SECONDS)
    handler = SocketModeHandler(app, token, web_client=web_client)
    stopping = stop_on_signals()
    connect_patiently(handler.client.connect, stopping)
    stopping.wait()
    handler.client.close()


def connect_patiently(
    connect_now: Callable[[], None],
    stopping: Event,
    again_in_seconds: float = _RECONNECT_SECONDS,
) -> None:
    """Connect to Slack, again and again while it is away; end when it refuses us for good."""
    while not stopping.is_set():
        try:
            with translated("apps.connections.open"):
                connect_now()
        except PeerRefused as refused:
            _log.error("slack_refused", reason=str(refused))
            sys.exit(WRONG_SETTINGS)
        except WarroomError as away:
            _log.warning("slack_unreachable", reason=str(away), again_in=again_in_seconds)
            stopping.wait(again_in_seconds)
        else:
            _log.info("slack_connected", mode="socket")
            return


def run_web(settings: Settings) -> None:
    """Take webhooks, serve the console, and take Slack's requests unless Socket Mode does."""
    from aiohttp import web

    from agents.integrations.pagerduty.signatures import SignatureCheck
    from bot.webhooks.app import create_web_app

    incidents = open_incidents(settings)
    verify = SignatureCheck(settings.pagerduty_webhook_secrets)
    by_http = settings.slack_signing_secret and not settings.slack_app_token
    bolt = slack_app(settings, incidents) if by_http else None
    app = create_web_app(incidents, verify, bolt)
    _log.info("listening", host=settings.http_host, port=settings.http_port, slack=bool(bolt))
    web.run_app(
        app, host=settings.http_host, port=settings.http_port, access_log=None, print=silently
    )


def open_incidents(settings: Settings) -> Incidents:
    """Open the journal and the queue."""
    database = open_database(settings.database_url)
    upgrade(database)
    queue = RqJobQueue(connect(settings.redis_url))
    return Incidents(SqlJournal(database), queue, lambda: datetime.now(UTC))


def slack_app(settings: Settings, incidents: Incidents) -> App:
    """Build the Bolt app."""
    token = required(settings.slack_bot_token, "WARROOM_SLACK_BOT_TOKEN", "xoxb-, of the app")
    client = WebClient(token, base_url=settings.slack_base_url, timeout=_SLACK_SECONDS)
    secret = settings.slack_signing_secret
    desk = Desk(incidents=incidents, slack=SlackWebApi(client), policy=settings.policy())
    return create_app(desk, client, secret.get_secret_value() if secret else "")


def required(secret: SecretStr | None, name: str, what: str) -> str:
    """Return a secret, or say which one is missing and end."""
    if secret is None:
        _log.error("setting_missing", name=name, what=what, remedy="run `warroom doctor`")
        sys.exit(WRONG_SETTINGS)
    return secret.get_secret_value()


def silently(*words: object) -> None:
    """Say nothing: aiohttp's greeting would break up the structured log."""
    del words


if __name__ == "__main__":
    main()
