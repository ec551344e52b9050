"""What one person's screen shows: the sidebar, a channel, a home tab, a modal."""

from bot.workspace.core import Core
from bot.workspace.interactions.commands import BUILT_IN_HINTS
from bot.workspace.json_types import JsonObject
from bot.workspace.model import Channel, Message
from bot.workspace.state import SLACKBOT


def overview(core: Core, user_id: str) -> JsonObject:
    """Describe the workspace around a person: who and what there is."""
    state = core.state
    user = state.user(user_id)
    visible = [channel for channel in state.channels.values() if state.may_see(channel, user_id)]
    return {
        "team": {"id": state.team_id, "name": core.seed.team_name},
        "me": user.to_json(state.team_id),
        "users": [person.to_json(state.team_id) for person in state.users.values()],
        "channels": [channel_entry(channel, user_id) for channel in visible],
        "apps": [_app_entry(core, app_id, user_id) for app_id in state.apps],
        "commands": [*_commands(core), *BUILT_IN_HINTS],
        "change": core.changes.number,
    }


def channel_entry(channel: Channel, user_id: str) -> JsonObject:
    """Describe a channel for the sidebar and the header."""
    seen = channel.read_until.get(user_id, "")
    unread = [
        message
        for message in channel.messages.values()
        if message.ts > seen and not message.is_reply and message.user != user_id
    ]
    mentions = sum(f"<@{user_id}>" in message.text for message in unread)
    joined = user_id in channel.members
    return channel.to_json(user_id) | {
        "unread": len(unread) if joined else 0,
        "mentions": mentions if joined else 0,
        "has_messages": bool(channel.messages),
        "is_archived": channel.is_archived,
        "pins": [pin.ts for pin in channel.pins],
        "bookmarks": [bookmark.to_json() for bookmark in channel.bookmarks],
        "members": list(channel.members),
    }


def channel_page(core: Core, channel_id: str, user_id: str) -> JsonObject:
    """Describe a channel with everything that a person reads in it, threads included."""
    state = core.state
    channel = state.channel(channel_id, user_id)
    own = state.ephemerals_for(channel.id, user_id).values()
    shown = sorted([*channel.messages.values(), *own], key=_by_time)
    return {
        "channel": channel_entry(channel, user_id),
        "messages": [state.message_json(channel, message) for message in shown],
        "values": {
            ts: values
            for (ts, owner), values in state.message_values.items()
            if owner == user_id and ts in channel.messages
        },
        "statuses": [
            {"thread_ts": thread_ts, "status": status}
            for (place, thread_ts), status in state.statuses.items()
            if place == channel.id
        ],
        "change": core.changes.number,
    }


def modal_page(core: Core, user_id: str) -> JsonObject:
    """Describe the modal that a person is looking at."""
    top = core.state.top_modal(user_id)
    return {"view": top.to_json(core.state.team_id) if top else None}


def home_page(core: Core, app_id: str, user_id: str) -> JsonObject:
    """Describe a person's home tab of an app."""
    view_id = core.state.homes.get((app_id, user_id))
    view = core.state.views[view_id] if view_id else None
    return {"view": view.to_json(core.state.team_id) if view else None}


def people(core: Core) -> JsonObject:
    """List whom one may act as."""
    state = core.state
    members = [u.to_json(state.team_id) for u in state.users.values() if not u.is_bot]
    return {"people": members, "slackbot": SLACKBOT}


def _by_time(message: Message) -> str:
    return message.ts


def _app_entry(core: Core, app_id: str, user_id: str) -> JsonObject:
    app = core.state.apps[app_id]
    return {
        "app_id": app.app_id,
        "name": app.name,
        "description": app.description,
        "bot_user_id": app.bot_user_id,
        "shortcuts": [shortcut.model_dump() for shortcut in app.shortcuts],
        "connected": core.sockets[app_id].connections > 0 or app.request_url is not None,
        "has_home": (app_id, user_id) in core.state.homes,
    }


def _commands(core: Core) -> list[JsonObject]:
    return [
        {**command.model_dump(), "app": app.name, "app_id": app.app_id}
        for app in core.state.apps.values()
        for command in app.commands
    ]
