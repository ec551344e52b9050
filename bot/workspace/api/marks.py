"""reactions.*, pins.* and bookmarks.*: what people and apps attach to messages and channels."""

from bot.workspace import rooms
from bot.workspace.api.call import Call, Method
from bot.workspace.errors import SlackError
from bot.workspace.ids import new_id
from bot.workspace.json_types import JsonObject
from bot.workspace.model import Bookmark, Pin
from bot.workspace.reactions import add_reaction, remove_reaction

MAX_PINS = 100


def reactions_add(call: Call) -> JsonObject:
    """React to a message."""
    channel = call.joined_channel()
    message = call.message(channel)
    name = call.arguments.require("name", "invalid_name")
    add_reaction(call.core, channel, message, call.bot, name)
    return {}


def reactions_remove(call: Call) -> JsonObject:
    """Take a reaction back."""
    channel = call.joined_channel()
    message = call.message(channel)
    name = call.arguments.require("name", "invalid_name")
    remove_reaction(call.core, channel, message, call.bot, name)
    return {}


def reactions_get(call: Call) -> JsonObject:
    """List who reacted how to a message."""
    channel = call.channel()
    message = call.message(channel)
    rendered = call.core.state.message_json(channel, message)
    return {"type": "message", "channel": channel.id, "message": rendered}


def pins_add(call: Call) -> JsonObject:
    """Pin a message to its channel."""
    channel = call.joined_channel()
    message = call.message(channel)
    if any(pin.ts == message.ts for pin in channel.pins):
        raise SlackError("already_pinned")
    if len(channel.pins) >= MAX_PINS:
        raise SlackError("too_many_pins")
    state = call.core.state
    channel.pins.append(Pin(message.ts, call.bot, state.now()))
    rooms.show(call.core, channel)
    item: JsonObject = {
        "type": "message",
        "channel": channel.id,
        "message": state.message_json(channel, message),
        "created_by": call.bot,
        "created": state.now(),
    }
    event: JsonObject = {
        "type": "pin_added",
        "user": call.bot,
        "channel_id": channel.id,
        "item": item,
        "item_user": message.user,
        "pin_count": len(channel.pins),
    }
    call.core.publish("pin_added", event, channel=channel)
    return {}


def pins_remove(call: Call) -> JsonObject:
    """Unpin a message."""
    channel = call.joined_channel()
    message = call.message(channel)
    kept = [pin for pin in channel.pins if pin.ts != message.ts]
    if len(kept) == len(channel.pins):
        raise SlackError("no_pin")
    channel.pins = kept
    rooms.show(call.core, channel)
    return {}


def pins_list(call: Call) -> JsonObject:
    """List what is pinned to a channel, newest pin first."""
    channel = call.channel()
    items: list[JsonObject] = [
        {
            "type": "message",
            "channel": channel.id,
            "message": call.core.state.message_json(channel, channel.messages[pin.ts]),
            "created": pin.created,
            "created_by": pin.user,
        }
        for pin in reversed(channel.pins)
    ]
    return {"items": items}


def bookmarks_add(call: Call) -> JsonObject:
    """Put a link into a channel's header."""
    channel = call.joined_channel("channel_id")
    arguments = call.arguments
    if arguments.require("type") != "link":
        raise SlackError("invalid_bookmark_type")
    link = arguments.require("link", "invalid_link")
    if not link.startswith(("http://", "https://", "mailto:")):
        raise SlackError("invalid_link")
    bookmark = Bookmark(
        id=new_id("Bk"),
        channel_id=channel.id,
        title=arguments.require("title"),
        link=link,
        emoji=arguments.text("emoji"),
        created=call.core.state.now(),
    )
    channel.bookmarks.append(bookmark)
    rooms.show(call.core, channel)
    return {"bookmark": bookmark.to_json()}


def bookmarks_list(call: Call) -> JsonObject:
    """List the links in a channel's header."""
    channel = call.channel("channel_id")
    return {"bookmarks": [bookmark.to_json() for bookmark in channel.bookmarks]}


def bookmarks_edit(call: Call) -> JsonObject:
    """Change a link in a channel's header."""
    channel = call.joined_channel("channel_id")
    bookmark_id = call.arguments.require("bookmark_id")
    for bookmark in channel.bookmarks:
        if bookmark.id == bookmark_id:
            bookmark.title = call.arguments.text("title", bookmark.title)
            bookmark.link = call.arguments.text("link", bookmark.link)
            bookmark.emoji = call.arguments.text("emoji", bookmark.emoji)
            rooms.show(call.core, channel)
            return {"bookmark": bookmark.to_json()}
    raise SlackError("not_found")


def bookmarks_remove(call: Call) -> JsonObject:
    """Take a link out of a channel's header."""
    channel = call.joined_channel("channel_id")
    bookmark_id = call.arguments.require("bookmark_id")
    kept = [bookmark for bookmark in channel.bookmarks if bookmark.id != bookmark_id]
    if len(kept) == len(channel.bookmarks):
        raise SlackError("not_found")
    channel.bookmarks = kept
    rooms.show(call.core, channel)
    return {}


METHODS = (
    Method("reactions.add", reactions_add, 3, ("reactions:write",)),
    Method("reactions.remove", reactions_remove, 2, ("reactions:write",)),
    Method("reactions.get", reactions_get, 3, ("reactions:read",)),
    Method("pins.add", pins_add, 2, ("pins:write",)),
    Method("pins.remove", pins_remove, 2, ("pins:write",)),
    Method("pins.list", pins_list, 2, ("pins:read",)),
    Method("bookmarks.add", bookmarks_add, 2, ("bookmarks:write",)),
    Method("bookmarks.list", bookmarks_list, 3, ("bookmarks:read",)),
    Method("bookmarks.edit", bookmarks_edit, 2, ("bookmarks:write",)),
    Method("bookmarks.remove", bookmarks_remove, 2, ("bookmarks:write",)),
)
