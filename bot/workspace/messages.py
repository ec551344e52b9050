"""Posting, changing and deleting messages, whoever asks for it."""

import re
from dataclasses import dataclass, field

from bot.workspace.arguments import Arguments
from bot.workspace.blocks.validate import checked_blocks
from bot.workspace.core import Core
from bot.workspace.errors import SlackError
from bot.workspace.json_types import JsonObject, as_object, as_objects, as_text
from bot.workspace.model import Channel, Message
from bot.workspace.state import SLACKBOT

MAX_TEXT = 40_000
MAX_ATTACHMENTS = 100
MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
SUBSCRIPTIONS = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says, checked against Slack's limits."""

    text: str = ""
    blocks: list[JsonObject] = field(default_factory=list[JsonObject])
    attachments: list[JsonObject] = field(default_factory=list[JsonObject])
    metadata: JsonObject | None = None
    truncated: bool = False


def content_of(arguments: Arguments) -> Content:
    """Read and check what a message says.

    Raises:
        SlackError: `no_text`, `invalid_blocks`, `invalid_metadata_format`, and the like.
    """
    text = arguments.text("text")
    blocks = checked_blocks(arguments.objects("blocks"))
    if markdown := arguments.text("markdown_text"):
        if text or blocks:
            raise SlackError("markdown_text_conflict")
        blocks = checked_blocks([{"type": "markdown", "text": markdown}])
        text = markdown
    attachments = arguments.objects("attachments")
    if len(attachments) > MAX_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    for attachment in attachments:
        attachment["blocks"] = checked_blocks(as_objects(attachment.get("blocks")))
    if not (text or blocks or attachments):
        raise SlackError("no_text")
    metadata = checked_metadata(arguments)
    return Content(text[:MAX_TEXT], blocks, attachments, metadata, len(text) > MAX_TEXT)


def checked_metadata(arguments: Arguments) -> JsonObject | None:
    """Read a message's metadata.

    Raises:
        SlackError: `invalid_metadata_format`.
    """
    if not arguments.has("metadata"):
        return None
    metadata = arguments.mapping("metadata")
    if not metadata:
        return None
    if not as_text(metadata.get("event_type")) or "event_payload" not in metadata:
        raise SlackError("invalid_metadata_format")
    return {
        "event_type": metadata["event_type"],
        "event_payload": as_object(metadata["event_payload"]),
    }


def post(core: Core, channel: Channel, message: Message) -> Message:
    """Put a message into a channel, on the screens, and to the apps that listen."""
    channel.messages[message.ts] = message
    channel.read_until[message.user] = message.ts
    parent = channel.messages.get(message.thread_ts or "")
    if message.is_reply and parent is not None:
        parent.thread_ts = parent.ts
        parent.replies.append(message.ts)
        redraw(core, channel, parent)
    if message.app_id:
        clear_status(core, channel.id, message.thread_ts or message.ts)
    redraw(core, channel, message)
    announce(core, channel, core.state.message_json(channel, message))
    _mention_apps(core, channel, message)
    return message


def post_ephemeral(core: Core, message: Message) -> Message:
    """Show a message to one person only."""
    user_id = message.ephemeral_to or ""
    core.state.ephemerals_for(message.channel, user_id)[message.ts] = message
    body: JsonObject = {"channel": message.channel, "message": message.to_json()}
    core.changes.publish("message", body, only_for=user_id)
    return message


def tell_person(core: Core, channel_id: str, user_id: str, text: str) -> Message:
    """Have Slackbot say something to one person only."""
    message = Message(core.state.next_ts(), channel_id, SLACKBOT, text, ephemeral_to=user_id)
    return post_ephemeral(core, message)


def edit(core: Core, channel: Channel, message: Message, content: Content) -> None:
    """Replace what a message says; metadata stays unless new metadata is given."""
    before = core.state.message_json(channel, message)
    replace(message, content)
    message.edited_ts = core.state.next_ts()
    redraw(core, channel, message)
    announce_change(core, channel, message, before)


def replace(message: Message, content: Content) -> None:
    """Put new content into a message."""
    message.text = content.text
    message.blocks = content.blocks
    message.attachments = content.attachments
    if content.metadata is not None:
        message.metadata = content.metadata


def delete(core: Core, channel: Channel, message: Message) -> None:
    """Remove a message everywhere, with its pin and its place in a thread."""
    before = core.state.message_json(channel, message)
    del channel.messages[message.ts]
    channel.pins = [pin for pin in channel.pins if pin.ts != message.ts]
    parent = channel.messages.get(message.thread_ts or "")
    if parent is not None and message.ts in parent.replies:
        parent.replies.remove(message.ts)
        redraw(core, channel, parent)
    core.changes.publish("message_deleted", {"channel": channel.id, "ts": message.ts})
    deleted: JsonObject = {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "ts": core.state.next_ts(),
        "deleted_ts": message.ts,
        "previous_message": before,
    }
    announce(core, channel, deleted)


def redraw(core: Core, channel: Channel, message: Message) -> None:
    """Show the present state of a message on the screens of those who may see it."""
    body: JsonObject = {
        "channel": channel.id,
        "message": core.state.message_json(channel, message),
    }
    publish_to_viewers(core, channel, "message", body)


def publish_to_viewers(core: Core, channel: Channel, kind: str, body: JsonObject) -> None:
    """Publish a change to everybody, or to the members only where a channel is not public."""
    if not (channel.is_private or channel.is_im):
        core.changes.publish(kind, body)
        return
    for member in channel.members:
        core.changes.publish(kind, body, only_for=member)


def announce(core: Core, channel: Channel, event: JsonObject) -> None:
    """Send a message event to the apps in the channel."""
    place: JsonObject = {"channel": channel.id, "channel_type": channel.kind}
    core.publish(SUBSCRIPTIONS[channel.kind], {**event, **place}, channel=channel)


def announce_change(core: Core, channel: Channel, message: Message, before: JsonObject) -> None:
    """Tell the apps in the channel that a message has changed, and what it was."""
    changed: JsonObject = {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "ts": core.state.next_ts(),
        "message": core.state.message_json(channel, message),
        "previous_message": before,
    }
    announce(core, channel, changed)


def clear_status(core: Core, channel_id: str, thread_ts: str) -> None:
    """Drop what an app said it was doing, because it has now answered."""
    if core.state.statuses.pop((channel_id, thread_ts), None):
        body: JsonObject = {"channel": channel_id, "thread_ts": thread_ts, "status": ""}
        core.changes.publish("status", body)


def _mention_apps(core: Core, channel: Channel, message: Message) -> None:
    """Send `app_mention` to each app that a person's message names.

    An app that is not in the channel hears nothing; the person is told, as Slack does.
    """
    if message.subtype is not None or message.app_id:
        return
    for user_id in dict.fromkeys(MENTION.findall(message.text)):
        app = core.state.app_of_bot(user_id)
        if app is None:
            continue
        if user_id not in channel.members:
            text = f"You mentioned <@{user_id}>, but they're not in this channel. "
            tell_person(core, channel.id, message.user, text + f"Use `/invite @{app.name}`.")
            continue
        event = core.state.message_json(channel, message) | {
            "type": "app_mention",
            "channel": channel.id,
        }
        core.publish("app_mention", event, channel=channel, only_app=app.app_id)
