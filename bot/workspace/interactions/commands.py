"""Slash commands: those of the apps, and the few that the workspace has itself."""

import re
from collections.abc import Callable

from bot.workspace import rooms
from bot.workspace.core import Core
from bot.workspace.delivery.envelope import Envelope
from bot.workspace.errors import NotAcknowledged
from bot.workspace.interactions.requests import Command
from bot.workspace.interactions.wording import encoded
from bot.workspace.json_types import JsonObject
from bot.workspace.messages import tell_person
from bot.workspace.model import Channel
from bot.workspace.replies import reply
from bot.workspace.seed import AppSeed
from bot.workspace.tickets import ReplyAddress

USER_REFERENCE = re.compile(r"<@([A-Z0-9]+)>")


async def run_command(core: Core, request: Command) -> JsonObject:
    """Run what a person typed; what goes wrong is shown to that person alone."""
    channel = core.state.channel(request.channel, request.user)
    name, _, text = request.text.partition(" ")
    if own := BUILT_IN.get(name):
        own(core, channel, request.user, encoded(core.state, text.strip()))
        return {}
    app = _owner(core, name)
    if app is None:
        problem = f"`{name}` is not a valid command."
    elif request.thread_ts:
        problem = f"{name} is not supported in threads. Sorry!"
    else:
        problem = await _ask(core, app, channel, request.user, name, text.strip())
    if problem:
        tell_person(core, channel.id, request.user, problem)
        return {"problem": problem}
    return {}


async def _ask(
    core: Core, app: AppSeed, channel: Channel, user_id: str, name: str, text: str
) -> str:
    """Tell the app and show its answer; return what went wrong, if anything."""
    key = core.tickets.new_address(app.app_id, user_id, channel.id)
    payload: JsonObject = {
        "token": "local",
        "team_id": core.state.team_id,
        "team_domain": core.seed.domain,
        "channel_id": channel.id,
        "channel_name": channel.name or "directmessage",
        "user_id": user_id,
        "user_name": core.state.user(user_id).name,
        "command": name,
        "text": text,
        "api_app_id": app.app_id,
        "is_enterprise_install": "false",
        "response_url": core.response_url(key),
        "trigger_id": core.tickets.new_trigger(app.app_id, user_id, channel.id),
    }
    try:
        answer = await core.dispatcher.ask(app.app_id, Envelope("slash_commands", payload))
    except NotAcknowledged as error:
        return f'{name} failed with the error "{error.reason}"'
    if answer:
        reply(core, ReplyAddress(app.app_id, user_id, channel.id, 0, 1), answer)
    return ""


def _owner(core: Core, name: str) -> AppSeed | None:
    for app in core.state.apps.values():
        if any(known.command == name for known in app.commands):
            return app
    return None


def _invite(core: Core, channel: Channel, user_id: str, text: str) -> None:
    """Let the users that are mentioned into the channel."""
    users = [found for found in USER_REFERENCE.findall(text) if found in core.state.users]
    if not users:
        tell_person(core, channel.id, user_id, "Whom? Try `/invite @name`.")
    for user in users:
        if user in channel.members:
            tell_person(core, channel.id, user_id, f"<@{user}> is already in this channel.")
        else:
            rooms.add_member(core, channel, user, inviter=user_id)


def _topic(core: Core, channel: Channel, user_id: str, text: str) -> None:
    """Write the line at the top of the channel."""
    rooms.set_topic(core, channel, user_id, text)


BUILT_IN: dict[str, Callable[[Core, Channel, str, str], None]] = {
    "/invite": _invite,
    "/topic": _topic,
}
BUILT_IN_HINTS: tuple[JsonObject, ...] = (
    {"command": "/invite", "description": "Add someone to this channel", "usage_hint": "@name"},
    {"command": "/topic", "description": "Set the channel topic", "usage_hint": "<text>"},
)
