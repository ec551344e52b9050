"""conversations.*: channels, their members and what they say about themselves."""

from bot.workspace import rooms
from bot.workspace.api.call import Call, Method
from bot.workspace.api.paging import page
from bot.workspace.errors import SlackError
from bot.workspace.json_types import JsonObject
from bot.workspace.model import Channel

MANAGE = ("channels:manage", "groups:write", "channels:write", "im:write", "mpim:write")
READ = ("channels:read", "groups:read", "im:read", "mpim:read")
JOIN = ("channels:join",)


def create(call: Call) -> JsonObject:
    """Open a channel."""
    name = call.arguments.require("name", "invalid_name_required")
    private = call.arguments.flag("is_private")
    channel = rooms.create(call.core, name, call.bot, is_private=private)
    return {"channel": channel.to_json(call.bot)}


def list_all(call: Call) -> JsonObject:
    """List the channels that the bot may see."""
    types = call.arguments.words("types") or ["public_channel"]
    hide_archived = call.arguments.flag("exclude_archived")
    state = call.core.state
    found = [
        channel.to_json(call.bot)
        for channel in state.channels.values()
        if _type_name(channel) in types
        and state.may_see(channel, call.bot)
        and not (hide_archived and channel.is_archived)
    ]
    return page("channels", found, call.arguments, default=100)


def info(call: Call) -> JsonObject:
    """Describe a channel."""
    return {"channel": call.channel().to_json(call.bot)}


def join(call: Call) -> JsonObject:
    """Enter a public channel; a warning, not an error, if the bot is there already."""
    channel = call.channel()
    if channel.is_archived:
        raise SlackError("is_archived")
    if channel.is_private or channel.is_im:
        raise SlackError("method_not_supported_for_channel_type")
    if call.bot in channel.members:
        return {
            "channel": channel.to_json(call.bot),
            "warning": "already_in_channel",
            "response_metadata": {"warnings": ["already_in_channel"]},
        }
    rooms.add_member(call.core, channel, call.bot)
    return {"channel": channel.to_json(call.bot)}


def invite(call: Call) -> JsonObject:
    """Let people in; with `force`, those who can be let in are, whatever about the others."""
    channel = call.joined_channel()
    users = call.arguments.words("users")
    if not users:
        raise SlackError("no_user")
    problems = {user: code for user in users if (code := _obstacle(call, channel, user))}
    if problems and not (call.arguments.flag("force") and len(problems) < len(users)):
        first = next(iter(problems.values()))
        errors = [{"user": user, "ok": False, "error": code} for user, code in problems.items()]
        raise SlackError(first, errors=errors)
    for user in users:
        if user not in problems:
            rooms.add_member(call.core, channel, user, inviter=call.bot)
    return {"channel": channel.to_json(call.bot)}


def _obstacle(call: Call, channel: Channel, user: str) -> str:
    if user == call.bot:
        return "cant_invite_self"
    if user not in call.core.state.users:
        return "user_not_found"
    return "already_in_channel" if user in channel.members else ""


def members(call: Call) -> JsonObject:
    """List who is in a channel."""
    return page("members", call.channel().members, call.arguments, default=100)


def set_topic(call: Call) -> JsonObject:
    """Write the line at the top of a channel."""
    channel = call.joined_channel()
    rooms.set_topic(call.core, channel, call.bot, call.arguments.text("topic"))
    return {"channel": channel.to_json(call.bot)}


def set_purpose(call: Call) -> JsonObject:
    """Write what a channel is for."""
    channel = call.joined_channel()
    rooms.set_purpose(call.core, channel, call.bot, call.arguments.text("purpose"))
    return {"channel": channel.to_json(call.bot)}


def rename(call: Call) -> JsonObject:
    """Give a channel another name."""
    channel = call.joined_channel()
    channel.name = rooms.checked_name(call.core, call.arguments.require("name"))
    rooms.show(call.core, channel)
    text = f'renamed the channel to "{channel.name}"'
    rooms.note(call.core, channel, call.bot, "channel_name", text)
    return {"channel": channel.to_json(call.bot)}


def archive(call: Call) -> JsonObject:
    """Close a channel; it can still be read."""
    channel = call.joined_channel(archived_ok=True)
    if channel.is_archived:
        raise SlackError("already_archived")
    if channel.name == "general":
        raise SlackError("cant_archive_general")
    rooms.note(call.core, channel, call.bot, "channel_archive", "archived the channel")
    channel.is_archived = True
    rooms.show(call.core, channel)
    return {}


def unarchive(call: Call) -> JsonObject:
    """Open a closed channel again."""
    channel = call.channel()
    if not channel.is_archived:
        raise SlackError("not_archived")
    channel.is_archived = False
    rooms.show(call.core, channel)
    return {}


def leave(call: Call) -> JsonObject:
    """Leave a channel."""
    channel = call.channel()
    if call.bot not in channel.members:
        return {"not_in_channel": True}
    rooms.remove_member(call.core, channel, call.bot)
    return {}


def open_direct(call: Call) -> JsonObject:
    """Open the direct conversation with one person; groups of several are not offered here."""
    users = call.arguments.words("users")
    if call.arguments.has("channel"):
        return {"channel": {"id": call.channel().id}}
    if len(users) != 1:
        raise SlackError("not_supported" if users else "users_list_not_supplied")
    user = call.core.state.user(users[0])
    channel = call.core.state.direct_message(call.bot, user.id)
    full = call.arguments.flag("return_im")
    return {"channel": channel.to_json(call.bot) if full else {"id": channel.id}}


def users_conversations(call: Call) -> JsonObject:
    """List the channels that a user, by default the bot, is a member of."""
    user = call.arguments.text("user") or call.bot
    types = call.arguments.words("types") or ["public_channel"]
    state = call.core.state
    found = [
        channel.to_json(call.bot)
        for channel in state.channels.values()
        if user in channel.members
        and _type_name(channel) in types
        and state.may_see(channel, call.bot)
        and not (call.arguments.flag("exclude_archived") and channel.is_archived)
    ]
    return page("channels", found, call.arguments, default=100)


def _type_name(channel: Channel) -> str:
    kinds = {"channel": "public_channel", "group": "private_channel", "im": "im"}
    return kinds[channel.kind]


METHODS = (
    Method("conversations.create", create, 2, MANAGE),
    Method("conversations.list", list_all, 2, READ),
    Method("conversations.info", info, 3, READ),
    Method("conversations.join", join, 3, JOIN),
    Method("conversations.invite", invite, 3, (*MANAGE, "channels:write.invites")),
    Method("conversations.members", members, 4, READ),
    Method("conversations.setTopic", set_topic, 2, (*MANAGE, "channels:write.topic")),
    Method("conversations.setPurpose", set_purpose, 2, (*MANAGE, "channels:write.topic")),
    Method("conversations.rename", rename, 2, MANAGE),
    Method("conversations.archive", archive, 2, MANAGE),
    Method("conversations.unarchive", unarchive, 2, MANAGE),
    Method("conversations.leave", leave, 3, MANAGE),
    Method("conversations.open", open_direct, 3, ("im:write", *MANAGE)),
    Method("users.conversations", users_conversations, 3, READ),
)
