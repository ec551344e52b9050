"""Opening channels, joining them and naming them, whoever asks for it."""

import re

from bot.workspace.core import Core
from bot.workspace.errors import SlackError
from bot.workspace.json_types import JsonObject
from bot.workspace.messages import post, publish_to_viewers
from bot.workspace.model import Channel, Message

MAX_NAME = 80
MAX_TOPIC = 250


def create(core: Core, name: str, creator: str, *, is_private: bool = False) -> Channel:
    """Open a channel.

    Raises:
        SlackError: `name_taken` or one of the `invalid_name_...` codes.
    """
    name = checked_name(core, name)
    channel = core.state.add_channel(name, creator, is_private)
    show(core, channel)
    body: JsonObject = {
        "type": "channel_created",
        "channel": {
            "id": channel.id,
            "name": name,
            "created": channel.created,
            "creator": creator,
        },
    }
    if not is_private:
        core.publish("channel_created", body)
    return channel


def checked_name(core: Core, name: str) -> str:
    """Hold a channel name against Slack's rules.

    Raises:
        SlackError: `name_taken` or one of the `invalid_name_...` codes.
    """
    name = name.removeprefix("#")
    if not name:
        raise SlackError("invalid_name_required")
    if len(name) > MAX_NAME:
        raise SlackError("invalid_name_maxlength")
    if not re.search(r"[^\W_]", name):
        raise SlackError("invalid_name_punctuation")
    if name != name.lower() or not re.fullmatch(r"[\w-]+", name):
        raise SlackError("invalid_name_specials")
    if core.state.channel_named(name) is not None:
        raise SlackError("name_taken")
    return name


def add_member(core: Core, channel: Channel, user_id: str, inviter: str = "") -> None:
    """Let somebody into a channel, and say so there."""
    channel.members.append(user_id)
    show(core, channel)
    extra: JsonObject = {"inviter": inviter} if inviter else {}
    text = f"<@{user_id}> has joined the channel"
    message = Message(
        core.state.next_ts(), channel.id, user_id, text, subtype="channel_join", extra=extra
    )
    post(core, channel, message)
    joined: JsonObject = {
        "type": "member_joined_channel",
        "user": user_id,
        "channel": channel.id,
        "channel_type": "G" if channel.is_private else "C",
        "team": core.state.team_id,
    }
    core.publish("member_joined_channel", joined | extra, channel=channel)


def remove_member(core: Core, channel: Channel, user_id: str) -> None:
    """Let somebody out of a channel."""
    channel.members.remove(user_id)
    show(core, channel)
    note(core, channel, user_id, "channel_leave", f"<@{user_id}> has left the channel")


def set_topic(core: Core, channel: Channel, user_id: str, topic: str) -> None:
    """Write the line at the top of a channel.

    Raises:
        SlackError: `too_long`.
    """
    if len(topic) > MAX_TOPIC:
        raise SlackError("too_long")
    channel.topic = topic
    show(core, channel)
    text = f"set the channel topic: {topic}" if topic else "cleared the channel topic"
    note(core, channel, user_id, "channel_topic", text, topic=topic)


def set_purpose(core: Core, channel: Channel, user_id: str, purpose: str) -> None:
    """Write what a channel is for.

    Raises:
        SlackError: `too_long`.
    """
    if len(purpose) > MAX_TOPIC:
        raise SlackError("too_long")
    channel.purpose = purpose
    show(core, channel)
    text = f"set the channel description: {purpose}"
    note(core, channel, user_id, "channel_purpose", text, purpose=purpose)


def note(
    core: Core, channel: Channel, user_id: str, subtype: str, text: str, **extra: object
) -> None:
    """Leave a line in a channel about something that was done to it."""
    ts = core.state.next_ts()
    post(core, channel, Message(ts, channel.id, user_id, text, subtype=subtype, extra=extra))


def show(core: Core, channel: Channel) -> None:
    """Bring a channel's entry and header up to date on the screens."""
    publish_to_viewers(core, channel, "channel", {"channel": channel.id})
