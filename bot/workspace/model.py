"""The things a workspace holds, and how Slack spells each of them as JSON."""

from dataclasses import dataclass, field

from bot.workspace.json_types import JsonObject


@dataclass(slots=True)
class User:
    """A person or a bot."""

    id: str
    name: str
    real_name: str
    email: str = ""
    title: str = ""
    is_bot: bool = False
    is_admin: bool = False
    app_id: str = ""
    bot_id: str = ""

    def to_json(self, team_id: str) -> JsonObject:
        """Render as `users.info` does."""
        profile: JsonObject = {
            "real_name": self.real_name,
            "display_name": self.name,
            "title": self.title,
            "email": self.email or None,
        }
        if self.is_bot:
            profile |= {"bot_id": self.bot_id, "api_app_id": self.app_id}
        return {
            "id": self.id,
            "team_id": team_id,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": False,
            "tz": "Etc/UTC",
            "tz_offset": 0,
            "is_bot": self.is_bot,
            "is_admin": self.is_admin,
            "is_app_user": False,
            "profile": profile,
        }


@dataclass(slots=True)
class File:
    """An uploaded file."""

    id: str
    name: str
    title: str
    mimetype: str
    content: bytes
    user: str
    created: int
    url: str
    expected_size: int
    uploaded: bool = False
    shared: bool = False

    def to_json(self) -> JsonObject:
        """Render as `files.info` does."""
        return {
            "id": self.id,
            "name": self.name,
            "title": self.title,
            "mimetype": self.mimetype,
            "filetype": self.name.rpartition(".")[2] or "binary",
            "size": len(self.content),
            "user": self.user,
            "created": self.created,
            "url_private": self.url,
            "url_private_download": self.url,
            "permalink": self.url,
        }


@dataclass(slots=True)
class Message:
    """A message in a channel, or one that only `ephemeral_to` sees."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[JsonObject] = field(default_factory=list[JsonObject])
    attachments: list[JsonObject] = field(default_factory=list[JsonObject])
    files: list[File] = field(default_factory=list[File])
    metadata: JsonObject | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    subtype: str | None = None
    app_id: str = ""
    bot_id: str = ""
    username: str = ""
    icon_emoji: str = ""
    icon_url: str = ""
    edited_ts: str | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    replies: list[str] = field(default_factory=list[str])
    """Timestamps of the replies, oldest first, kept on the parent only."""
    ephemeral_to: str | None = None
    streaming: bool = False
    extra: JsonObject = field(default_factory=dict[str, object])
    """Fields that only one subtype has, such as `inviter`."""

    @property
    def is_reply(self) -> bool:
        """Whether it hangs below another message."""
        return self.thread_ts is not None and self.thread_ts != self.ts

    def to_json(self, *, with_metadata: bool = True) -> JsonObject:
        """Render as `conversations.history` does, without what depends on other messages."""
        body: JsonObject = {"type": "message", "ts": self.ts, "user": self.user, "text": self.text}
        optional: JsonObject = {
            "subtype": self.subtype,
            "blocks": self.blocks,
            "attachments": self.attachments,
            "files": [file.to_json() for file in self.files],
            "thread_ts": self.thread_ts,
            "bot_id": self.bot_id,
            "app_id": self.app_id,
            "username": self.username,
            "icons": {"emoji": self.icon_emoji} if self.icon_emoji else None,
            "metadata": self.metadata if with_metadata else None,
            "reactions": [
                {"name": name, "users": list(users), "count": len(users)}
                for name, users in self.reactions.items()
            ],
        }
        body |= {key: value for key, value in optional.items() if value}
        if self.edited_ts:
            body["edited"] = {"user": self.user, "ts": self.edited_ts}
        if self.ephemeral_to:
            body["is_ephemeral"] = True
        if self.streaming:
            body["streaming_state"] = "in_progress"
        return body | self.extra


@dataclass(slots=True)
class Pin:
    """A message that somebody pinned to a channel."""

    ts: str
    user: str
    created: int


@dataclass(slots=True)
class Bookmark:
    """A link in a channel's header."""

    id: str
    channel_id: str
    title: str
    link: str
    emoji: str
    created: int

    def to_json(self) -> JsonObject:
        """Render as `bookmarks.list` does."""
        return {
            "id": self.id,
            "channel_id": self.channel_id,
            "title": self.title,
            "link": self.link,
            "emoji": self.emoji,
            "type": "link",
            "date_created": self.created,
        }


@dataclass(slots=True)
class Channel:
    """A public or private channel, or a direct message."""

    id: str
    name: str
    creator: str
    created: int
    members: list[str] = field(default_factory=list[str])
    topic: str = ""
    purpose: str = ""
    is_private: bool = False
    is_im: bool = False
    is_archived: bool = False
    messages: dict[str, Message] = field(default_factory=dict[str, Message])
    pins: list[Pin] = field(default_factory=list[Pin])
    bookmarks: list[Bookmark] = field(default_factory=list[Bookmark])
    read_until: dict[str, str] = field(default_factory=dict[str, str])
    """For each person, the last message that they have seen."""

    @property
    def kind(self) -> str:
        """Slack's name for the kind of conversation, as in `message.channels`."""
        if self.is_im:
            return "im"
        return "group" if self.is_private else "channel"

    def to_json(self, viewer: str) -> JsonObject:
        """Render as `conversations.info` does for `viewer`."""
        if self.is_im:
            other = next((user for user in self.members if user != viewer), viewer)
            return {"id": self.id, "created": self.created, "is_im": True, "user": other}
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "creator": self.creator,
            "created": self.created,
            "is_channel": not self.is_private,
            "is_group": self.is_private,
            "is_private": self.is_private,
            "is_im": False,
            "is_mpim": False,
            "is_archived": self.is_archived,
            "is_general": self.name == "general",
            "is_member": viewer in self.members,
            "num_members": len(self.members),
            "topic": {"value": self.topic, "creator": self.creator, "last_set": self.created},
            "purpose": {"value": self.purpose, "creator": self.creator, "last_set": self.created},
        }


@dataclass(slots=True)
class View:
    """A modal on a person's screen, or their home tab of an app."""

    id: str
    app_id: str
    bot_id: str
    user: str
    body: JsonObject
    """The view as the app sent it, with block and action ids filled in."""
    hash: str
    root_view_id: str
    previous_view_id: str | None = None
    values: dict[str, dict[str, JsonObject]] = field(
        default_factory=dict[str, dict[str, JsonObject]]
    )

    def to_json(self, team_id: str) -> JsonObject:
        """Render as `views.open` does."""
        defaults: JsonObject = {
            "callback_id": "",
            "private_metadata": "",
            "external_id": "",
            "submit": None,
            "close": None,
            "clear_on_close": False,
            "notify_on_close": False,
        }
        return (
            defaults
            | self.body
            | {
                "id": self.id,
                "team_id": team_id,
                "app_id": self.app_id,
                "bot_id": self.bot_id,
                "app_installed_team_id": team_id,
                "hash": self.hash,
                "state": {"values": self.values},
                "root_view_id": self.root_view_id,
                "previous_view_id": self.previous_view_id,
            }
        )
