"""Everything a workspace remembers, and the lookups that answer with Slack's errors."""

import math
from collections.abc import Callable, Iterator

from bot.workspace.errors import SlackError
from bot.workspace.ids import new_id
from bot.workspace.json_types import JsonObject
from bot.workspace.model import Channel, File, Message, User, View
from bot.workspace.seed import AppSeed, ChannelSeed, Seed

SLACKBOT = "USLACKBOT"


class State:
    """The people, channels, messages, views and files of one workspace, in memory."""

    def __init__(self, seed: Seed, clock: Callable[[], float]) -> None:
        self.seed = seed
        self.clock = clock
        self.team_id = seed.team_id
        self.users: dict[str, User] = {}
        self.apps: dict[str, AppSeed] = {app.app_id: app for app in seed.apps}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, File] = {}
        self.ephemerals: dict[tuple[str, str], dict[str, Message]] = {}
        """Messages only one person sees, by channel and person, then by timestamp."""
        self.views: dict[str, View] = {}
        self.modals: dict[str, list[str]] = {}
        """The stack of open modals of each person, the visible one last."""
        self.homes: dict[tuple[str, str], str] = {}
        """The published home view of each app and person."""
        self.statuses: dict[tuple[str, str], str] = {}
        """What an app says it is doing, by channel and thread."""
        self.message_values: dict[tuple[str, str], dict[str, dict[str, JsonObject]]] = {}
        """What each person has picked in the menus of a message."""
        self._last_tick = 0
        self._plant(seed)

    def _plant(self, seed: Seed) -> None:
        self.users[SLACKBOT] = User(SLACKBOT, "slackbot", "Slackbot", is_bot=True)
        for person in seed.users:
            self.users[person.id] = User(**person.model_dump())
        for app in seed.apps:
            self.users[app.bot_user_id] = User(
                id=app.bot_user_id,
                name=app.name.lower().replace(" ", "_"),
                real_name=app.name,
                is_bot=True,
                app_id=app.app_id,
                bot_id=app.bot_id,
            )
        for channel in seed.channels:
            self._plant_channel(channel)

    def _plant_channel(self, seed: ChannelSeed) -> None:
        people = [user.id for user in self.users.values() if not user.is_bot]
        bots = [app.bot_user_id for app in self.apps.values() if seed.name in app.channels]
        members = [*(seed.members or people), *bots]
        channel = self.add_channel(seed.name, members[0] if members else SLACKBOT, seed.is_private)
        if seed.id:
            del self.channels[channel.id]
            channel.id = seed.id
            self.channels[seed.id] = channel
        channel.topic, channel.purpose = seed.topic, seed.purpose
        channel.members = list(dict.fromkeys(members))

    def now(self) -> int:
        """Give the time in whole seconds since the epoch."""
        return int(self.clock())

    def next_ts(self) -> str:
        """Make a message timestamp that is later than every one before it."""
        self._last_tick = max(self._last_tick + 1, math.floor(self.clock() * 1_000_000))
        return f"{self._last_tick // 1_000_000}.{self._last_tick % 1_000_000:06d}"

    def add_channel(self, name: str, creator: str, is_private: bool = False) -> Channel:  # noqa: FBT001, FBT002 -- reads as Slack's own argument
        """Open a channel with its creator in it."""
        channel = Channel(
            new_id("C"), name, creator, self.now(), members=[creator], is_private=is_private
        )
        self.channels[channel.id] = channel
        return channel

    def direct_message(self, first: str, second: str) -> Channel:
        """Find or open the conversation between two users."""
        pair = {first, second}
        for channel in self.channels.values():
            if channel.is_im and set(channel.members) == pair:
                return channel
        channel = Channel(new_id("D"), "", first, self.now(), members=[first, second], is_im=True)
        self.channels[channel.id] = channel
        return channel

    def channel(self, reference: str, viewer: str) -> Channel:
        """Find a channel by id or name, as `viewer` may see it.

        Raises:
            SlackError: `channel_not_found`, also for a private channel that `viewer` is not in.
        """
        channel = self.channels.get(reference) or self.channel_named(reference.lstrip("#"))
        if channel is None or not self.may_see(channel, viewer):
            raise SlackError("channel_not_found")
        return channel

    def may_see(self, channel: Channel, viewer: str) -> bool:
        """Say whether a channel is public or has `viewer` in it."""
        return not (channel.is_private or channel.is_im) or viewer in channel.members

    def channel_named(self, name: str) -> Channel | None:
        """Find a channel by its name."""
        named = (c for c in self.channels.values() if c.name == name and not c.is_im)
        return next(named, None)

    def user(self, user_id: str) -> User:
        """Find a user.

        Raises:
            SlackError: `user_not_found`.
        """
        try:
            return self.users[user_id]
        except KeyError:
            raise SlackError("user_not_found") from None

    def message(self, channel: Channel, ts: str) -> Message:
        """Find a message.

        Raises:
            SlackError: `message_not_found`.
        """
        try:
            return channel.messages[ts]
        except KeyError:
            raise SlackError("message_not_found") from None

    def ephemerals_for(self, channel_id: str, user_id: str) -> dict[str, Message]:
        """Give the messages of a channel that only this person sees."""
        return self.ephemerals.setdefault((channel_id, user_id), {})

    def app_of_bot(self, user_id: str) -> AppSeed | None:
        """Find the app whose bot this user is."""
        return next((app for app in self.apps.values() if app.bot_user_id == user_id), None)

    def apps_in(self, channel: Channel) -> Iterator[AppSeed]:
        """Walk over the apps whose bots are members of a channel."""
        return (app for app in self.apps.values() if app.bot_user_id in channel.members)

    def top_modal(self, user_id: str) -> View | None:
        """Give the modal that a person is looking at."""
        stack = self.modals.get(user_id)
        return self.views[stack[-1]] if stack else None

    def message_json(self, channel: Channel, message: Message) -> JsonObject:
        """Render a message together with what its thread adds to it."""
        body = message.to_json()
        if message.is_reply and message.thread_ts in channel.messages:
            body["parent_user_id"] = channel.messages[message.thread_ts].user
        if message.replies:
            replies = [channel.messages[ts] for ts in message.replies if ts in channel.messages]
            users = list(dict.fromkeys(reply.user for reply in replies))
            body |= {
                "thread_ts": message.ts,
                "reply_count": len(replies),
                "reply_users": users,
                "reply_users_count": len(users),
                "latest_reply": message.replies[-1],
            }
        return body
