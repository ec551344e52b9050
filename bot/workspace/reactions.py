"""Reactions, whoever adds them."""

from bot.workspace.core import Core
from bot.workspace.errors import SlackError
from bot.workspace.json_types import JsonObject
from bot.workspace.messages import redraw
from bot.workspace.model import Channel, Message

MAX_REACTIONS = 23


def add_reaction(core: Core, channel: Channel, message: Message, user_id: str, name: str) -> None:
    """React to a message.

    Raises:
        SlackError: `already_reacted`, `too_many_emoji` or `invalid_name`.
    """
    name = name.strip(":")
    if not name or name != name.lower() or " " in name:
        raise SlackError("invalid_name")
    if user_id in message.reactions.get(name, []):
        raise SlackError("already_reacted")
    if name not in message.reactions and len(message.reactions) >= MAX_REACTIONS:
        raise SlackError("too_many_emoji")
    message.reactions.setdefault(name, []).append(user_id)
    redraw(core, channel, message)
    event: JsonObject = {
        "type": "reaction_added",
        "user": user_id,
        "reaction": name,
        "item_user": message.user,
        "item": {"type": "message", "channel": channel.id, "ts": message.ts},
    }
    core.publish("reaction_added", event, channel=channel)


def remove_reaction(
    core: Core, channel: Channel, message: Message, user_id: str, name: str
) -> None:
    """Take a reaction back.

    Raises:
        SlackError: `no_reaction`.
    """
    name = name.strip(":")
    users = message.reactions.get(name, [])
    if user_id not in users:
        raise SlackError("no_reaction")
    users.remove(user_id)
    if not users:
        del message.reactions[name]
    redraw(core, channel, message)
