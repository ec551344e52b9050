"""conversations.history and .replies: reading back what was said."""

from bot.workspace.api.call import Call, Method
from bot.workspace.api.paging import page
from bot.workspace.errors import SlackError
from bot.workspace.json_types import JsonObject
from bot.workspace.model import Channel, Message

READ = ("channels:history", "groups:history", "im:history", "mpim:history")


def history(call: Call) -> JsonObject:
    """List the messages of a channel, newest first; replies stay in their threads."""
    channel = call.joined_channel(archived_ok=True)
    within = [
        message
        for message in channel.messages.values()
        if (not message.is_reply or message.broadcast) and _in_window(call, message)
    ]
    body = _rendered(call, channel, within[::-1])
    return body | {"pin_count": len(channel.pins)}


def replies(call: Call) -> JsonObject:
    """List a thread: its parent first, then the replies, oldest first."""
    channel = call.joined_channel(archived_ok=True)
    ts = call.arguments.require("ts", "thread_not_found")
    asked = channel.messages.get(ts)
    if asked is None:
        raise SlackError("thread_not_found")
    parent = channel.messages.get(asked.thread_ts or ts, asked)
    thread = [channel.messages[reply] for reply in parent.replies]
    within = [parent, *(message for message in thread if _in_window(call, message))]
    return _rendered(call, channel, within)


def _in_window(call: Call, message: Message) -> bool:
    arguments = call.arguments
    oldest, latest = arguments.text("oldest"), arguments.text("latest")
    inclusive = arguments.flag("inclusive")
    ts = _seconds(message.ts)
    if oldest and (ts < _seconds(oldest) or (ts == _seconds(oldest) and not inclusive)):
        return False
    return not (latest and (ts > _seconds(latest) or (ts == _seconds(latest) and not inclusive)))


def _seconds(ts: str) -> tuple[int, int]:
    """Read a timestamp without losing its microseconds to a float."""
    whole, _, fraction = ts.partition(".")
    try:
        return int(whole), int(fraction.ljust(6, "0")[:6] or "0")
    except ValueError:
        raise SlackError("invalid_ts_oldest", f"not a timestamp: {ts}") from None


def _rendered(call: Call, channel: Channel, messages: list[Message]) -> JsonObject:
    with_metadata = call.arguments.flag("include_all_metadata")
    rendered: list[JsonObject] = []
    for message in messages:
        body = call.core.state.message_json(channel, message)
        if not with_metadata:
            body.pop("metadata", None)
        rendered.append(body)
    body = page("messages", rendered, call.arguments, default=100)
    cursor = body["response_metadata"]
    return body | {"has_more": cursor != {"next_cursor": ""}}


METHODS = (
    Method("conversations.history", history, 3, READ),
    Method("conversations.replies", replies, 3, READ),
)
