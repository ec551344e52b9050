"""What every room does, in memory and in Slack."""

from collections.abc import Iterator

import pytest
from slack_sdk import WebClient

from agents.errors import PeerRefused
from agents.integrations.slack.room import SlackRoom
from agents.ports import Room, RoomMessage
from agents.testing.room import InMemoryRoom
from bot.workspace.seed import Rates, Seed, default_seed
from bot.workspace.server import Workspace

pytestmark = pytest.mark.contract


def patient(seed: Seed) -> Seed:
    """Return the seed without rate limits, which are another test's subject."""
    return seed.model_copy(update={"rates": Rates(enabled=False)})


@pytest.fixture(params=["memory", "slack"])
def room(request: pytest.FixtureRequest) -> Iterator[Room]:
    """Give each kind of room in turn."""
    if request.param == "memory":
        yield InMemoryRoom()
        return
    with Workspace(patient(default_seed())) as workspace:
        yield SlackRoom(WebClient("xoxb-local-warroom", base_url=f"{workspace.url}/api/"))


def message(key: str, text: str = "Investigating", thread_key: str = "") -> RoomMessage:
    """Make a message."""
    return RoomMessage(key=key, text=text, thread_key=thread_key)


def test_opening_a_room_twice_gives_the_same_channel(room: Room) -> None:
    """A worker that died after creating the channel must not strand people in a second one."""
    first = room.open("inc-checkout", "Checkout times out")
    second = room.open("inc-checkout", "Checkout times out")

    assert first == second
    assert first.name == "inc-checkout"


def test_a_message_is_found_by_its_key(room: Room) -> None:
    """After a crash the outbox asks before it speaks, so that nobody reads anything twice."""
    channel = room.open("inc-checkout", "").channel

    board = room.post(channel, message("board"), None)

    assert room.find(channel, "board") == board
    assert room.find(channel, "synthesis") is None


def test_a_reply_is_found_by_its_key(room: Room) -> None:
    """Notes live in the board's thread and must not be repeated there either."""
    channel = room.open("inc-checkout", "").channel
    board = room.post(channel, message("board"), None)

    note = room.post(channel, message("note:1", thread_key="board"), board)

    assert room.find(channel, "note:1") == note
    assert note != board


def test_an_edited_message_keeps_its_key_and_place(room: Room) -> None:
    """The board stays pinned where people look for it, whatever it says."""
    channel = room.open("inc-checkout", "").channel
    board = room.post(channel, message("board"), None)

    room.edit(channel, board, message("board", "Diagnosed"))

    assert room.find(channel, "board") == board


def test_an_unknown_channel_is_refused_for_good(room: Room) -> None:
    """Trying for ever would hide from people that nothing is being said."""
    with pytest.raises(PeerRefused):
        room.post("C0NOWHERE", message("board"), None)


def test_editing_a_deleted_message_is_refused_for_good(room: Room) -> None:
    """Somebody deleted it on purpose; the outbox must say so instead of retrying."""
    channel = room.open("inc-checkout", "").channel

    with pytest.raises(PeerRefused):
        room.edit(channel, "1.000001", message("board"))
