"""What every listener is given, and how it answers the one person who asked."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from pydantic import JsonValue

from agents.domain.plans import Policy
from agents.errors import WarroomError
from agents.ports import RoomMessage
from bot.incidents import Incidents
from bot.listeners.bolt import Respond, SlackCall
from bot.listeners.payloads import Done

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Desk:
    """The ports that listeners work with."""

    incidents: Incidents
    slack: SlackCall
    policy: Policy


Tell = Callable[[RoomMessage], None]
"""Shows something to one person."""


def telling(respond: Respond) -> Tell:
    """Answer through the response URL of a command or a button."""

    def tell(message: RoomMessage) -> None:
        respond(
            message.text,
            blocks_of(message),
            response_type="ephemeral",
            replace_original=False,
        )

    return tell


def whispering(desk: Desk, channel: str, user: str, thread: str | None = None) -> Tell:
    """Answer something that was said, where only its author sees it."""

    def tell(message: RoomMessage) -> None:
        desk.slack(
            "chat.postEphemeral",
            Done,
            channel=channel,
            user=user,
            thread_ts=thread,
            text=message.text,
            blocks=[*blocks_of(message)],
        )

    return tell


def blocks_of(message: RoomMessage) -> list[dict[str, JsonValue]]:
    """Return a message's blocks as Slack takes them."""
    return [dict(block.body) for block in message.blocks]


@contextmanager
def explaining(tell: Tell, doing: str) -> Generator[None]:
    """Tell the person what went wrong and what to do, when it is one of our errors."""
    try:
        yield
    except WarroomError as error:
        _log.info("request_refused", doing=doing, reason=str(error))
        tell(RoomMessage(key="error", text=_explained(error)))


def _explained(error: WarroomError) -> str:
    text = str(error)
    if error.remedy and error.remedy not in text:
        text = f"{text} {error.remedy}"
    return f"{text} Try again in a moment." if error.retryable else text
