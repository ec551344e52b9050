"""The Bolt app: all listeners in one explicit list."""

from collections.abc import Mapping
from typing import cast

import structlog
from slack_bolt import App
from slack_sdk import WebClient

from bot.listeners import everything_else
from bot.listeners.actions import approve, details, open_resolve, reject
from bot.listeners.bolt import Bolt
from bot.listeners.commands import warroom
from bot.listeners.desk import Desk
from bot.listeners.events import home, mention, message
from bot.listeners.views import resolve

LISTENERS = (warroom, approve, reject, details, open_resolve, resolve, mention, message, home)

_log = structlog.get_logger()


def create_app(desk: Desk, client: WebClient, signing_secret: str = "") -> App:
    """Return the Bolt app; it listens by Socket Mode, or over HTTP with a signing secret."""
    app = App(
        client=client,
        signing_secret=signing_secret or None,
        token_verification_enabled=False,
        raise_error_for_unhandled_request=False,
    )
    typed = cast("Bolt", app)
    for listener in LISTENERS:
        listener.register(typed, desk)
    everything_else.register(typed)
    app.error(report)
    return app


def report(error: Exception, body: Mapping[str, object]) -> None:
    """Log what no listener expected; Slack has had its acknowledgement by then."""
    _log.error("listener_failed", kind=body.get("type"), exc_info=error)
