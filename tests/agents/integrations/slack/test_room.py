"""What the contract does not cover: Slack's own rules and errors."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr
from slack_sdk import WebClient

from agents.errors import PeerRefused, PeerUnavailable, RateLimited
from agents.integrations.slack.refusals import SlackRefused
from agents.integrations.slack.room import SlackRoom
from agents.integrations.slack.shapes import Done
from agents.integrations.slack.web_api import SlackWebApi
from agents.ports import RoomMessage
from bot.workspace.operator_client import Operator
from bot.workspace.person import Person
from bot.workspace.seed import AppSeed, Rates, default_seed
from bot.workspace.server import Workspace

BOARD = RoomMessage(key="board", text="Investigating", is_pinned=True)
OTHER = AppSeed(
    app_id="A0OTHER",
    name="other",
    bot_user_id="U0OTHER",
    bot_id="B0OTHER",
    bot_token=SecretStr("xoxb-other"),
    scopes=frozenset({"chat:write", "channels:join", "channels:read"}),
)


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    """Serve a workspace with two apps and no rate limits."""
    seed = default_seed()
    apps = (*seed.apps, OTHER)
    with Workspace(seed.model_copy(update={"apps": apps, "rates": Rates(enabled=False)})) as one:
        yield one


def room_of(workspace: Workspace, token: str = "xoxb-local-warroom") -> SlackRoom:
    """Connect an app to the workspace."""
    return SlackRoom(WebClient(token, base_url=f"{workspace.url}/api/", timeout=5))


@pytest.fixture
def room(workspace: Workspace) -> SlackRoom:
    """Connect the war room's app."""
    return room_of(workspace)


@pytest.fixture
def operator(workspace: Workspace) -> Iterator[Operator]:
    """Run the workspace badly."""
    operator = Operator(workspace.url)
    yield operator
    operator.close()


def test_the_board_is_pinned_and_the_topic_set(workspace: Workspace, room: SlackRoom) -> None:
    """A responder who joins late finds the board under the pins and the alert in the topic."""
    opened = room.open("inc-checkout", "Checkout times out")

    board = room.post(opened.channel, BOARD, None)

    with Person(workspace.url, "U0ONCALL1") as person:
        person.join(opened.channel)
        seen = person.channel(opened.channel)
        assert seen.topic == "Checkout times out"
        assert seen.pins == [board]


def test_a_channel_that_a_person_made_first_is_joined(
    workspace: Workspace, room: SlackRoom
) -> None:
    """People often open the channel before the page has even reached us."""
    with Person(workspace.url, "U0ONCALL1") as person:
        made = person.create_channel("inc-checkout")

    opened = room.open("inc-checkout", "Checkout times out")
    reference = room.post(opened.channel, BOARD, None)

    assert opened.channel == made
    assert room.find(opened.channel, "board") == reference


def test_another_app_cannot_pose_as_our_board(workspace: Workspace, room: SlackRoom) -> None:
    """A message of another app with our key would keep the real board from being posted."""
    channel = room.open("inc-checkout", "").channel
    other = WebClient("xoxb-other", base_url=f"{workspace.url}/api/")
    SlackWebApi(other)("conversations.join", Done, channel=channel)
    SlackRoom(other).post(channel, BOARD, None)

    assert room.find(channel, "board") is None


def test_a_rate_limit_says_how_long_to_wait(room: SlackRoom, operator: Operator) -> None:
    """The outbox waits exactly as long as Slack asks, instead of being cut off."""
    channel = room.open("inc-checkout", "").channel
    operator.fail_next("chat.postMessage", "ratelimited", retry_after=7)

    with pytest.raises(RateLimited) as limited:
        room.post(channel, BOARD, None)

    assert limited.value.retry_after_seconds == 7


def test_an_outage_is_tried_again(room: SlackRoom, operator: Operator) -> None:
    """Slack being down for a minute must lose nothing."""
    channel = room.open("inc-checkout", "").channel
    operator.fail_next("chat.postMessage", "server_error")

    with pytest.raises(PeerUnavailable) as unavailable:
        room.post(channel, BOARD, None)

    assert unavailable.value.retryable


def test_a_lost_answer_is_found_again(room: SlackRoom, operator: Operator) -> None:
    """The message is there although Slack's answer was lost: saying it again would be noise."""
    channel = room.open("inc-checkout", "").channel
    operator.fail_next("chat.postMessage", "server_error", after_effect=True)

    with pytest.raises(PeerUnavailable):
        room.post(channel, BOARD, None)

    assert room.find(channel, "board") is not None


def test_an_unreachable_slack_is_tried_again() -> None:
    """A broken network is not a refusal."""
    room = SlackRoom(WebClient("xoxb-1", base_url="http://127.0.0.1:9/api/", timeout=1))

    with pytest.raises(PeerUnavailable, match="could not be reached"):
        room.open("inc-checkout", "")


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("is_archived", "Unarchive"),
        ("not_in_channel", "Invite the app"),
        ("token_revoked", "Install the app again"),
        ("something_new", "documentation of chat.postMessage"),
    ],
)
def test_a_refusal_says_what_to_do(
    room: SlackRoom, operator: Operator, code: str, remedy: str
) -> None:
    """Slack's codes mean nothing at three in the morning."""
    channel = room.open("inc-checkout", "").channel
    operator.fail_next("chat.postMessage", "error", error=code)

    with pytest.raises(PeerRefused, match=remedy) as refused:
        room.post(channel, BOARD, None)

    assert isinstance(refused.value, SlackRefused)
    assert refused.value.code == code
    assert not refused.value.retryable


def test_a_missing_scope_is_named(workspace: Workspace) -> None:
    """Which scope is missing is the one thing that an administrator needs to know."""
    with pytest.raises(PeerRefused, match="Add the scope channels:manage"):
        room_of(workspace, "xoxb-other").open("inc-checkout", "")


def test_a_board_that_cannot_be_pinned_is_still_posted(room: SlackRoom, operator: Operator) -> None:
    """A channel with a hundred pins must not silence the war room."""
    channel = room.open("inc-checkout", "").channel
    operator.fail_next("pins.add", "error", error="too_many_pins")

    reference = room.post(channel, BOARD, None)

    assert room.find(channel, "board") == reference
