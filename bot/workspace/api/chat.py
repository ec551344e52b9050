"""chat.*: posting, changing and deleting messages."""

from bot.workspace.api.call import Call, Method
from bot.workspace.errors import SlackError
from bot.workspace.json_types import JsonObject
from bot.workspace.messages import (
    Content,
    content_of,
    delete,
    edit,
    post,
    post_ephemeral,
    replace,
)
from bot.workspace.model import Channel, Message

MAX_UPDATE_TEXT = 4000


def post_message(call: Call) -> JsonObject:
    """Post into a channel, a thread, or to a person."""
    channel = _destination(call)
    content = content_of(call.arguments)
    call.core.rates.check_post(call.app.app_id, channel.id)
    message = _compose(call, channel, content)
    post(call.core, channel, message)
    return {
        "channel": channel.id,
        "ts": message.ts,
        "message": call.core.state.message_json(channel, message),
        **_warnings(content),
    }


def post_ephemeral_message(call: Call) -> JsonObject:
    """Post what only one person in the channel sees."""
    channel = call.joined_channel()
    user = call.core.state.user(call.arguments.require("user"))
    if user.id not in channel.members:
        raise SlackError("user_not_in_channel")
    message = _compose(call, channel, content_of(call.arguments))
    message.ephemeral_to = user.id
    post_ephemeral(call.core, message)
    return {"message_ts": message.ts}


def update(call: Call) -> JsonObject:
    """Change a message of one's own; text alone replaces blocks, as on Slack."""
    channel, message = _own_message(call, "cant_update_message")
    if len(call.arguments.text("text")) > MAX_UPDATE_TEXT:
        raise SlackError("msg_too_long")
    if message.streaming:
        raise SlackError("streaming_state_conflict")
    content = content_of(call.arguments)
    edit(call.core, channel, message, content)
    rendered = call.core.state.message_json(channel, message)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": rendered}


def remove(call: Call) -> JsonObject:
    """Delete a message of one's own."""
    channel, message = _own_message(call, "cant_delete_message")
    delete(call.core, channel, message)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(call: Call) -> JsonObject:
    """Give the address of a message; here it opens the page at that message."""
    channel = call.channel()
    message = call.message(channel, "message_ts")
    link = f"{call.core.base_url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def _destination(call: Call) -> Channel:
    """Find where to post: a channel the bot is in, or the conversation with a person."""
    reference = call.arguments.require("channel", "channel_not_found")
    state = call.core.state
    if reference in state.users:
        return state.direct_message(call.bot, reference)
    channel = call.channel()
    if channel.is_archived:
        raise SlackError("is_archived")
    anywhere = "chat:write.public" in (call.app.scopes or ()) and not channel.is_private
    if call.bot not in channel.members and not anywhere:
        raise SlackError("not_in_channel")
    return channel


def _compose(call: Call, channel: Channel, content: Content) -> Message:
    arguments = call.arguments
    thread_ts = arguments.text("thread_ts") or None
    if thread_ts is not None:
        parent = channel.messages.get(thread_ts)
        if parent is None:
            raise SlackError("thread_not_found")
        thread_ts = parent.thread_ts or parent.ts
    message = Message(
        ts=call.core.state.next_ts(),
        channel=channel.id,
        user=call.bot,
        text="",
        thread_ts=thread_ts,
        broadcast=arguments.flag("reply_broadcast"),
        app_id=call.app.app_id,
        bot_id=call.app.bot_id,
        username=arguments.text("username"),
        icon_emoji=arguments.text("icon_emoji"),
        icon_url=arguments.text("icon_url"),
    )
    if message.broadcast and thread_ts:
        message.subtype = "thread_broadcast"
    replace(message, content)
    return message


def _own_message(call: Call, refusal: str) -> tuple[Channel, Message]:
    channel = call.channel()
    message = call.message(channel, "ts")
    if message.app_id != call.app.app_id:
        raise SlackError(refusal)
    if channel.is_archived:
        raise SlackError("is_archived")
    return channel, message


def _warnings(content: Content) -> JsonObject:
    if not content.truncated:
        return {}
    return {
        "warning": "message_truncated",
        "response_metadata": {"warnings": ["message_truncated"]},
    }


METHODS = (
    Method("chat.postMessage", post_message, None, ("chat:write",)),
    Method("chat.postEphemeral", post_ephemeral_message, 4, ("chat:write",)),
    Method("chat.update", update, 3, ("chat:write",)),
    Method("chat.delete", remove, 3, ("chat:write",)),
    Method("chat.getPermalink", get_permalink, None),
)
