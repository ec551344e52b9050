"""Holding messages against Slack's rules, as the local workspace knows them."""

from collections.abc import Iterable, Iterator

from pydantic import JsonValue

from agents.ports import RoomMessage
from bot.workspace.blocks.validate import checked_blocks, checked_view
from bot.workspace.json_types import as_objects

CHANNEL_TOO_LONG = 40_000


def assert_slack_takes(message: RoomMessage) -> None:
    """Fail where Slack would answer `invalid_blocks` or cut the text off."""
    checked_blocks(as_objects([dict(block.body) for block in message.blocks]))
    assert 0 < len(message.text) <= CHANNEL_TOO_LONG


def assert_slack_opens(view: dict[str, JsonValue]) -> None:
    """Fail where Slack would refuse a modal or home tab."""
    checked_view(dict(view))


def words(message: RoomMessage) -> str:
    """Return every text in a message, one per line."""
    texts = (text for block in message.blocks for text in _texts(dict(block.body)))
    return "\n".join([message.text, *texts])


def formatted(message: RoomMessage) -> str:
    """Return the texts in which Slack looks for mentions, links and emoji."""
    texts = (text for block in message.blocks for text in _formatted(dict(block.body)))
    return "\n".join([message.text, *texts])


def _texts(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for part in _parts(value):
        yield from _texts(part)


def _formatted(value: JsonValue) -> Iterator[str]:
    if isinstance(value, dict) and value.get("type") == "mrkdwn":
        yield str(value["text"])
    for part in _parts(value):
        yield from _formatted(part)


def _parts(value: JsonValue) -> Iterable[JsonValue]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
