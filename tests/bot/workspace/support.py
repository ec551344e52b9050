"""What the tests of the workspace share: a clock one can turn, a seed, and short block builders."""

# Bolt and slack_sdk leave type parameters open, which strict checking reports at every call.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

import queue
import socket
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Generic, TypeVar

from playwright.sync_api import Page, expect
from pydantic import SecretStr
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.builtin.client import SocketModeClient

from bot.workspace.json_types import JsonObject, as_object
from bot.workspace.person import Person
from bot.workspace.seed import (
    AppSeed,
    ChannelSeed,
    CommandSeed,
    Rates,
    Seed,
    ShortcutSeed,
    Timing,
    UsergroupSeed,
    UserSeed,
)
from bot.workspace.server import Workspace

ON_CALL = "U0ONCALL1"
RESPONDER = "U0RESPOND"
BOT = "U0WARROOM"
APP = "A0WARROOM"
PATIENCE_SECONDS = 10.0
PICTURES = Path("build/workspace")
ItemT = TypeVar("ItemT")


class TurnableClock:
    """A clock that moves only when a test turns it."""

    def __init__(self) -> None:
        self.now = 1_760_000_000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


class Inbox(Generic[ItemT]):
    """What an app's listeners were given, in order, for the test's thread to take."""

    def __init__(self) -> None:
        self._items: queue.Queue[ItemT] = queue.Queue()

    def put(self, item: ItemT) -> None:
        """Keep something for the test."""
        self._items.put(item)

    def put_event(self, event: ItemT) -> None:
        """Keep an event; Bolt hands listeners their arguments by name."""
        self._items.put(event)

    def take(self) -> ItemT:
        """Wait for the next item."""
        return self._items.get(timeout=PATIENCE_SECONDS)

    @property
    def is_empty(self) -> bool:
        """Whether nothing has come in."""
        return self._items.empty()


def make_seed(
    *,
    rates: Rates | None = None,
    timing: Timing | None = None,
    scopes: frozenset[str] | None = None,
) -> Seed:
    """Make a small workspace: two people, one app, no patience for retries."""
    app = AppSeed(
        app_id=APP,
        name="warroom",
        bot_user_id=BOT,
        bot_id="B0WARROOM",
        bot_token=SecretStr("xoxb-test"),
        app_token=SecretStr("xapp-test"),
        signing_secret=SecretStr("signing-secret"),
        scopes=scopes,
        commands=(CommandSeed(command="/warroom", description="Steer", usage_hint="status"),),
        shortcuts=(
            ShortcutSeed(name="Add evidence", callback_id="add_evidence", type="message"),
            ShortcutSeed(name="Declare", callback_id="declare", type="global"),
        ),
        channels=("incidents",),
    )
    return Seed(
        team_name="Shop",
        users=(
            UserSeed(id=ON_CALL, name="on-call", real_name="On-call", email="oncall@shop.example"),
            UserSeed(id=RESPONDER, name="responder", real_name="Responder"),
        ),
        channels=(ChannelSeed(name="general"), ChannelSeed(name="incidents", id="C0INCIDENT")),
        apps=(app,),
        usergroups=(
            UsergroupSeed(id="S0DATABASE", handle="dba", name="Databases", users=(RESPONDER,)),
        ),
        rates=rates or Rates(enabled=False),
        timing=timing or Timing(event_retry_seconds=(0.05, 0.05, 0.05)),
    )


def client_of(workspace: Workspace, token: str = "xoxb-test") -> WebClient:
    """Make the client that an app would use."""
    return WebClient(token=token, base_url=workspace.url + "/api/")


def refusal(error: SlackApiError) -> str:
    """Read Slack's error code."""
    return str(as_object(error.response.data)["error"])


def first_complaint(error: SlackApiError) -> str:
    """Read the first detailed message of a refusal."""
    messages = as_object(as_object(error.response.data)["response_metadata"])["messages"]
    return str(messages[0]) if isinstance(messages, list) else ""


@contextmanager
def connected(workspace: Workspace, app: App, person: Person) -> Generator[SocketModeHandler]:
    """Run a Bolt app over Socket Mode for the length of a test."""
    handler = SocketModeHandler(
        app, "xapp-test", web_client=client_of(workspace, token="xapp-test")
    )
    handler.connect()
    try:
        person.wait_for(lambda: person.is_connected(APP), what="the app to connect")
        yield handler
    finally:
        _hang_up(handler.client)
        handler.close()


def _hang_up(client: SocketModeClient) -> None:
    """End the connection first: closing would wait three seconds for a read to time out."""
    client.auto_reconnect_enabled = False
    session = client.current_session
    if session is not None and session.sock is not None:
        with suppress(OSError):
            session.sock.shutdown(socket.SHUT_RDWR)


def plain(text: str) -> JsonObject:
    """Make a plain text object."""
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> JsonObject:
    """Make a mrkdwn text object."""
    return {"type": "mrkdwn", "text": text}


def button(action_id: str, label: str = "Press", **more: object) -> JsonObject:
    """Make a button."""
    return {"type": "button", "action_id": action_id, "text": plain(label), **more}


def actions(*elements: JsonObject, block_id: str = "actions") -> JsonObject:
    """Make a row of elements."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def form(callback_id: str = "form", title: str = "Form", **more: object) -> JsonObject:
    """Make a modal that asks for a cause."""
    field: JsonObject = {
        "type": "input",
        "block_id": "cause",
        "label": plain("Cause"),
        "element": {"type": "plain_text_input", "action_id": "text"},
    }
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title),
        "submit": plain("Send"),
        "blocks": [field],
        **more,
    }


def enter(page: Page, workspace: Workspace, channel: str = "C0INCIDENT") -> None:
    """Open the page at a channel, as the person on call."""
    page.goto(f"{workspace.url}/?as={ON_CALL}#{channel}")
    expect(page.locator("#composer")).to_be_visible()
