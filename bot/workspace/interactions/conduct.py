"""The plain things a person does: writing, reacting, joining, reading, opening a home tab."""

from bot.workspace import rooms
from bot.workspace.core import Core
from bot.workspace.errors import SlackError
from bot.workspace.interactions import requests
from bot.workspace.interactions.wording import encoded
from bot.workspace.json_types import JsonObject
from bot.workspace.messages import post
from bot.workspace.model import Message
from bot.workspace.reactions import add_reaction, remove_reaction
from bot.workspace.screens import show_modal


async def say(core: Core, request: requests.Say) -> JsonObject:
    """Write a message; who is not in a public channel yet joins it first."""
    state = core.state
    channel = state.channel(request.channel, request.user)
    if channel.is_archived:
        raise SlackError("is_archived")
    if request.user not in channel.members:
        rooms.add_member(core, channel, request.user)
    if request.thread_ts is not None:
        state.message(channel, request.thread_ts)
    message = Message(
        ts=state.next_ts(),
        channel=channel.id,
        user=state.user(request.user).id,
        text=encoded(state, request.text),
        thread_ts=request.thread_ts,
    )
    post(core, channel, message)
    return {"channel": channel.id, "message": state.message_json(channel, message)}


async def react(core: Core, request: requests.React) -> JsonObject:
    """Add a reaction, or take it back."""
    channel = core.state.channel(request.channel, request.user)
    message = core.state.message(channel, request.ts)
    change = remove_reaction if request.remove else add_reaction
    change(core, channel, message, request.user, request.name)
    return {}


async def join(core: Core, request: requests.InChannel) -> JsonObject:
    """Enter a public channel."""
    channel = core.state.channel(request.channel, request.user)
    if request.user not in channel.members:
        rooms.add_member(core, channel, request.user)
    return {}


async def read(core: Core, request: requests.InChannel) -> JsonObject:
    """Note that a person has seen everything in a channel."""
    channel = core.state.channel(request.channel, request.user)
    channel.read_until[request.user] = next(reversed(channel.messages), "")
    core.changes.publish("read", {"channel": channel.id}, only_for=request.user)
    return {}


async def create_channel(core: Core, request: requests.CreateChannel) -> JsonObject:
    """Open a channel."""
    channel = rooms.create(core, request.name, request.user, is_private=request.is_private)
    return {"channel": channel.id}


async def open_conversation(core: Core, request: requests.Message) -> JsonObject:
    """Open the conversation with one other user."""
    other = core.state.user(request.other)
    channel = core.state.direct_message(request.user, other.id)
    rooms.show(core, channel)
    return {"channel": channel.id}


async def open_home(core: Core, request: requests.OpenHome) -> JsonObject:
    """Open an app's home tab; the app hears of it and may publish one."""
    app = core.state.apps.get(request.app_id)
    if app is None:
        raise SlackError("app_not_found")
    channel = core.state.direct_message(app.bot_user_id, request.user)
    view_id = core.state.homes.get((app.app_id, request.user))
    view = core.state.views[view_id].to_json(core.state.team_id) if view_id else None
    event: JsonObject = {
        "type": "app_home_opened",
        "user": request.user,
        "channel": channel.id,
        "tab": "home",
    }
    known: JsonObject = {"view": view} if view else {}
    core.publish("app_home_opened", event | known, only_app=app.app_id)
    return {"view": view, "channel": channel.id}


async def dismiss(core: Core, request: requests.Dismiss) -> JsonObject:
    """Take away a message that only this person sees."""
    own = core.state.ephemerals_for(request.channel, request.user)
    own.pop(request.ts, None)
    body: JsonObject = {"channel": request.channel, "ts": request.ts}
    core.changes.publish("message_deleted", body, only_for=request.user)
    return {}


async def refresh_modal(core: Core, request: requests.PersonRequest) -> JsonObject:
    """Send the modal that is open once more, for a page that has just been loaded."""
    show_modal(core, request.user)
    return {}
