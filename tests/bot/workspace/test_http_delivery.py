"""Signed HTTP delivery, with a real Bolt app that checks the signatures."""

# Bolt and slack_sdk leave type parameters open, which strict checking reports at every call.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

import hashlib
import hmac
import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar
from wsgiref.simple_server import WSGIRequestHandler, make_server

from slack_bolt import Ack, App
from slack_bolt.adapter.wsgi import SlackRequestHandler

from bot.workspace.delivery.signed_http import signature
from bot.workspace.json_types import JsonObject, as_object
from bot.workspace.operator_client import Operator
from bot.workspace.person import Person
from bot.workspace.server import Workspace
from tests.bot.workspace.support import APP, Inbox, actions, button, client_of, form


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name it has in the base class
        """Say nothing."""


@contextmanager
def _served(app: App) -> Generator[str]:
    """Serve a Bolt app over HTTP for the length of a test."""
    server = make_server(
        "127.0.0.1", 0, SlackRequestHandler(app, path="/slack/events"), handler_class=_Quiet
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/slack/events"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _app(workspace: Workspace, secret: str = "signing-secret") -> App:
    return App(client=client_of(workspace), signing_secret=secret)


def test_a_bolt_app_is_reached_over_signed_http_in_every_way(
    workspace: Workspace, person: Person, operator: Operator
) -> None:
    """Installations that may not open sockets use request URLs; the same app must serve both."""
    heard: Inbox[str] = Inbox()
    app = _app(workspace)
    web = client_of(workspace)

    @app.event("message")
    def message(event: JsonObject) -> None:
        heard.put(str(event["text"]))

    @app.command("/warroom")
    def command(ack: Ack) -> None:
        ack("On it")

    @app.action("open")
    def opens(ack: Ack, body: JsonObject) -> None:
        ack()
        web.views_open(trigger_id=str(body["trigger_id"]), view=form())

    @app.view("form")
    def take(ack: Ack) -> None:
        ack(response_action="errors", errors={"cause": "No"})

    with _served(app) as url:
        verified = operator.set_request_url(APP, url)
        person.say("incidents", "hello")
        text = heard.take()
        person.command("/warroom", "incidents")
        web.chat_postMessage(channel="C0INCIDENT", text="t", blocks=[actions(button("open"))])
        person.press(person.messages("incidents")[-1], "open")
        view = person.wait_for(person.modal, what="the form")
        errors = person.submit(view, {"cause": {"text": "x"}})

    assert (verified, text, errors) == ("", "hello", {"cause": "No"})
    assert [m.text for m in person.ephemerals("incidents")] == ["On it"]


def test_an_app_with_another_secret_is_not_accepted(
    workspace: Workspace, operator: Operator
) -> None:
    """A wrong signing secret must show when the URL is saved, not when the pager rings."""
    with _served(_app(workspace, secret="another")) as url:
        problem = operator.set_request_url(APP, url)

    assert problem == "url_verification_failed"


def test_the_signature_is_slacks() -> None:
    """Version 0: HMAC-SHA256 over version, time and raw body."""
    expected = hmac.new(b"secret", b"v0:1760000000:{}", hashlib.sha256).hexdigest()

    assert signature("secret", "1760000000", b"{}") == f"v0={expected}"


class _Failing(BaseHTTPRequestHandler):
    """Verifies as a request URL, then fails every event but the last."""

    seen: ClassVar[Inbox[tuple[str | None, str | None]]] = Inbox()
    no_retry: ClassVar[bool] = False

    def do_POST(self) -> None:
        """Answer a challenge, and 500 to everything else."""
        body = as_object(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        if body.get("type") == "url_verification":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(str(body["challenge"]).encode())
            return
        number = self.headers.get("X-Slack-Retry-Num")
        type(self).seen.put((number, self.headers.get("X-Slack-Retry-Reason")))
        self.send_response(500)
        if self.no_retry:
            self.send_header("X-Slack-No-Retry", "1")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- as above
        """Say nothing."""


@contextmanager
def _failing(*, no_retry: bool) -> Generator[tuple[str, Inbox[tuple[str | None, str | None]]]]:
    handler = type("Handler", (_Failing,), {"seen": Inbox(), "no_retry": no_retry})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", handler.seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_failed_event_is_sent_again_three_times_with_its_number(
    workspace: Workspace, person: Person, operator: Operator
) -> None:
    """Deduplication by event id is only tried where duplicates come."""
    with _failing(no_retry=False) as (url, seen):
        operator.set_request_url(APP, url)
        person.say("incidents", "hello")
        attempts = [seen.take() for _ in range(4)]

    assert attempts == [
        (None, None),
        ("1", "http_error"),
        ("2", "http_error"),
        ("3", "http_error"),
    ]


def test_an_app_can_ask_not_to_be_tried_again(
    workspace: Workspace, person: Person, operator: Operator
) -> None:
    """X-Slack-No-Retry spares an app that knows it cannot handle the event."""
    with _failing(no_retry=True) as (url, seen):
        operator.set_request_url(APP, url)
        person.say("incidents", "one")
        first = seen.take()
        person.say("incidents", "two")
        second = seen.take()

    assert (first, second) == ((None, None), (None, None))
