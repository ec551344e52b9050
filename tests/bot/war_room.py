"""A Bolt app on a local workspace, with one incident told by hand instead of by the engine."""

import json
import socket
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from threading import Event

import httpx
from aiohttp import web
from pydantic import JsonValue, SecretStr
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.socket_mode.builtin import SocketModeClient
from typing_extensions import override

from agents.domain.events import MessageDelivered
from agents.domain.plans import Policy
from agents.integrations.pagerduty.signatures import HEADER, SignatureCheck, sign
from agents.integrations.slack.room import SlackRoom
from agents.integrations.slack.web_api import SlackWebApi
from agents.ports import Clock, Job, JobQueue, Journal
from agents.testing.journal import InMemoryJournal
from agents.testing.queues import InMemoryJobQueue
from bot.app import create_app
from bot.incidents import Incidents
from bot.listeners.desk import Desk
from bot.webhooks.app import create_web_app
from bot.workspace.operator_client import Operator
from bot.workspace.person import Person
from bot.workspace.seed import Rates, default_seed
from bot.workspace.seen import SeenMessage
from bot.workspace.server import Workspace
from templates.slack import room_messages
from tests.bot.serving import serving
from tests.templates.example import Example, at

APP_ID = "A0WARROOM"
BOT_TOKEN, APP_TOKEN = "xoxb-local-warroom", "xapp-local-warroom"
SIGNING_SECRET = "local-signing-secret"
WEBHOOK_SECRET = "webhook-secret"
NOW = at(3.5)


@dataclass
class ListeningQueue(InMemoryJobQueue):
    """Tells a test when the commander was woken."""

    woken: Event = field(default_factory=Event)

    @override
    def enqueue(self, job: Job) -> bool:
        """Keep a job and say so."""
        kept = super().enqueue(job)
        self.woken.set()
        return kept


@dataclass
class WarRoom:
    """Everything that a test looks at."""

    workspace: Workspace
    journal: InMemoryJournal
    queue: ListeningQueue
    example: Example
    channel: str
    on_call: Person
    responder: Person
    operator: Operator

    def publish(self) -> None:
        """Say in the room what is due, as the outbox would."""
        room = SlackRoom(WebClient(BOT_TOKEN, base_url=f"{self.workspace.url}/api/"))
        for message in room_messages(self.example.state, NOW):
            parent = self.example.state.deliveries.get(f"room:{message.thread_key}")
            reference = room.post(self.channel, message, parent.reference if parent else None)
            delivered = MessageDelivered(
                peer="room", message_key=message.key, reference=reference, digest="-"
            )
            self.example.happens(delivered, minutes=3)

    def wait_until_woken(self) -> None:
        """Wait until the commander has something to look at."""
        assert self.queue.woken.wait(timeout=10), "the commander was not woken"

    def posted(self, starting: str) -> SeenMessage:
        """Find the message in which something stands."""
        return self.on_call.wait_for_message(
            self.channel, lambda message: starting in message.words, what=starting
        )

    def whispered(self, containing: str, person: Person | None = None) -> SeenMessage:
        """Wait for what only one person is told."""
        return (person or self.on_call).wait_for_message(
            self.channel, lambda m: m.is_ephemeral and containing in m.words, what=containing
        )


@contextmanager
def war_room(transport: str) -> Generator[WarRoom]:
    """Run the app on a workspace, by `socket` or over `http`."""
    seed = default_seed().model_copy(update={"rates": Rates(enabled=False)})
    journal, queue = InMemoryJournal(), ListeningQueue()
    with Workspace(seed) as workspace:
        api = WebClient(BOT_TOKEN, base_url=f"{workspace.url}/api/")
        incidents = Incidents(journal, queue, lambda: NOW)
        desk = Desk(incidents=incidents, slack=SlackWebApi(api), policy=Policy())
        app = create_app(desk, api, SIGNING_SECRET)
        people = [Person(workspace.url, user) for user in ("U0ONCALL1", "U0RESPOND")]
        connected = {"socket": by_socket, "http": by_http}[transport]
        with (
            closing(Operator(workspace.url)) as operator,
            people[0] as on_call,
            people[1] as responder,
            connected(app, incidents, workspace, operator),
        ):
            channel = SlackRoom(api).open("inc-checkout", "Checkout times out").channel
            example = Example(journal).declared(channel=channel)
            for person in people:
                person.join(channel)
            yield WarRoom(workspace, journal, queue, example, channel, on_call, responder, operator)


@contextmanager
def by_socket(
    app: App, incidents: Incidents, workspace: Workspace, operator: Operator
) -> Generator[None]:
    """Connect by Socket Mode."""
    api = WebClient(APP_TOKEN, base_url=f"{workspace.url}/api/")
    handler = SocketModeHandler(app, APP_TOKEN, web_client=api)
    handler.client.connect()
    try:
        yield
    finally:
        hang_up(handler.client)
        handler.client.close()


def hang_up(client: SocketModeClient) -> None:
    """End the connection at once; by itself its reader waits three seconds for a message."""
    client.auto_reconnect_enabled = False
    session = client.current_session
    if session and session.sock:
        session.sock.shutdown(socket.SHUT_RDWR)


@contextmanager
def by_http(
    app: App, incidents: Incidents, workspace: Workspace, operator: Operator
) -> Generator[None]:
    """Take signed requests."""
    with serving(create_web_app(incidents, SignatureCheck(SecretStr("")), app)) as url:
        problem = operator.set_request_url(APP_ID, f"{url}/slack/events")
        assert problem == ""
        yield


def slack_http_app(journal: InMemoryJournal) -> web.Application:
    """Return the HTTP face alone, connected to no workspace."""
    incidents = Incidents(journal, InMemoryJobQueue(), lambda: NOW)
    api = WebClient(BOT_TOKEN, base_url="http://127.0.0.1:9/api/")
    desk = Desk(incidents=incidents, slack=SlackWebApi(api), policy=Policy())
    app = create_app(desk, api, SIGNING_SECRET)
    return create_web_app(incidents, SignatureCheck(SecretStr("")), app)


@dataclass
class Faces:
    """Every face of a war room whose engine the test brings along."""

    workspace: Workspace
    on_call: Person
    http: httpx.Client

    def page(self, event: Mapping[str, JsonValue]) -> httpx.Response:
        """Page as PagerDuty does."""
        body = json.dumps(event).encode()
        headers = {HEADER: f"v1={sign(body, WEBHOOK_SECRET)}"}
        return self.http.post("/webhooks/pagerduty", content=body, headers=headers)


@contextmanager
def faces(journal: Journal, queue: JobQueue, clock: Clock) -> Generator[Faces]:
    """Run the web face, Slack over HTTP included, over a journal and a queue."""
    seed = default_seed().model_copy(update={"rates": Rates(enabled=False)})
    with Workspace(seed) as workspace:
        api = WebClient(BOT_TOKEN, base_url=f"{workspace.url}/api/")
        incidents = Incidents(journal, queue, clock)
        desk = Desk(incidents=incidents, slack=SlackWebApi(api), policy=Policy())
        verify = SignatureCheck(SecretStr(WEBHOOK_SECRET))
        web_app = create_web_app(incidents, verify, create_app(desk, api, SIGNING_SECRET))
        with (
            serving(web_app) as url,
            httpx.Client(base_url=url, trust_env=False) as http,
            closing(Operator(workspace.url)) as operator,
            Person(workspace.url, "U0ONCALL1") as on_call,
        ):
            assert operator.set_request_url(APP_ID, f"{url}/slack/events") == ""
            yield Faces(workspace, on_call, http)
