"""The parts that Slack's interaction payloads share."""

from bot.workspace.core import Core
from bot.workspace.errors import SlackError
from bot.workspace.json_types import JsonObject
from bot.workspace.model import Channel, Message, View
from bot.workspace.seed import AppSeed


def base_payload(core: Core, app: AppSeed, user_id: str, kind: str) -> JsonObject:
    """Say who did something, in which workspace, and of what kind it was."""
    user = core.state.user(user_id)
    team: JsonObject = {"id": core.state.team_id, "domain": core.seed.domain}
    person: JsonObject = {
        "id": user.id,
        "username": user.name,
        "name": user.name,
        "team_id": core.state.team_id,
    }
    return {
        "type": kind,
        "user": person,
        "team": team,
        "api_app_id": app.app_id,
        "token": "local",
        "enterprise": None,
        "is_enterprise_install": False,
        "action_ts": core.state.next_ts(),
    }


def channel_part(channel: Channel) -> JsonObject:
    """Say where something was done."""
    return {"id": channel.id, "name": channel.name or "directmessage"}


def shown_message(core: Core, channel_id: str, ts: str, user_id: str) -> tuple[Channel, Message]:
    """Find a message that a person sees, be it everybody's or theirs alone.

    Raises:
        SlackError: `channel_not_found` or `message_not_found`.
    """
    channel = core.state.channel(channel_id, user_id)
    own = core.state.ephemerals_for(channel.id, user_id)
    if ts in own:
        return channel, own[ts]
    return channel, core.state.message(channel, ts)


def shown_view(core: Core, view_id: str, user_id: str) -> View:
    """Find a view that lies on a person's screen.

    Raises:
        SlackError: `not_found`.
    """
    view = core.state.views.get(view_id)
    if view is None or view.user != user_id:
        raise SlackError("not_found", f"no open view {view_id}")
    return view
