"""One call of the Web API, and what a method is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bot.workspace.arguments import Arguments
from bot.workspace.core import Core
from bot.workspace.errors import SlackError
from bot.workspace.json_types import JsonObject
from bot.workspace.model import Channel, Message
from bot.workspace.seed import AppSeed


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls with which arguments."""

    core: Core
    app: AppSeed
    arguments: Arguments

    @property
    def bot(self) -> str:
        """The user id of the calling app's bot."""
        return self.app.bot_user_id

    def channel(self, name: str = "channel") -> Channel:
        """Find the channel that an argument names.

        Raises:
            SlackError: `channel_not_found`.
        """
        reference = self.arguments.require(name, "channel_not_found")
        return self.core.state.channel(reference, self.bot)

    def joined_channel(self, name: str = "channel", *, archived_ok: bool = False) -> Channel:
        """Find a channel that the bot is a member of.

        Raises:
            SlackError: `channel_not_found`, `not_in_channel` or `is_archived`.
        """
        channel = self.channel(name)
        if self.bot not in channel.members:
            raise SlackError("not_in_channel")
        if channel.is_archived and not archived_ok:
            raise SlackError("is_archived")
        return channel

    def message(self, channel: Channel, name: str = "timestamp") -> Message:
        """Find the message that an argument names.

        Raises:
            SlackError: `message_not_found`.
        """
        ts = self.arguments.require(name, "message_not_found")
        return self.core.state.message(channel, ts)


@dataclass(frozen=True, slots=True)
class Method:
    """A method of the Web API: what it does, what it needs, how often it may be called."""

    name: str
    run: Callable[[Call], JsonObject]
    tier: int | None = 3
    scopes: tuple[str, ...] = ()
    """Any one of these suffices; none means that every token will do."""
    caller: Literal["bot", "app"] = "bot"
    """Which of an app's two tokens the method takes."""
