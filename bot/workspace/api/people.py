"""users.*, usergroups.*, bots.info and team.info: who is here."""

from bot.workspace.api.call import Call, Method
from bot.workspace.api.paging import page
from bot.workspace.errors import SlackError
from bot.workspace.json_types import JsonObject
from bot.workspace.seed import UsergroupSeed


def users_list(call: Call) -> JsonObject:
    """List everybody, bots included."""
    state = call.core.state
    members = [user.to_json(state.team_id) for user in state.users.values()]
    return page("members", members, call.arguments, default=1000)


def users_info(call: Call) -> JsonObject:
    """Describe one user."""
    user = call.core.state.user(call.arguments.require("user", "user_not_found"))
    return {"user": user.to_json(call.core.state.team_id)}


def lookup_by_email(call: Call) -> JsonObject:
    """Find a person by mail address."""
    email = call.arguments.require("email", "users_not_found").lower()
    for user in call.core.state.users.values():
        if user.email.lower() == email:
            return {"user": user.to_json(call.core.state.team_id)}
    raise SlackError("users_not_found")


def usergroups_list(call: Call) -> JsonObject:
    """List the handles that stand for several people."""
    with_users = call.arguments.flag("include_users")
    groups = [_group_json(call, group, with_users) for group in call.core.seed.usergroups]
    return {"usergroups": groups}


def usergroups_users_list(call: Call) -> JsonObject:
    """List the people behind a handle."""
    group_id = call.arguments.require("usergroup")
    for group in call.core.seed.usergroups:
        if group.id == group_id:
            return {"users": list(group.users)}
    raise SlackError("no_such_subteam")


def _group_json(call: Call, group: UsergroupSeed, with_users: bool) -> JsonObject:  # noqa: FBT001 -- one caller, two lines above
    body: JsonObject = {
        "id": group.id,
        "team_id": call.core.state.team_id,
        "is_usergroup": True,
        "name": group.name,
        "handle": group.handle,
        "user_count": len(group.users),
    }
    return body | {"users": list(group.users)} if with_users else body


def bots_info(call: Call) -> JsonObject:
    """Describe a bot by its bot id."""
    bot_id = call.arguments.text("bot") or call.app.bot_id
    for app in call.core.state.apps.values():
        if app.bot_id == bot_id:
            bot: JsonObject = {
                "id": bot_id,
                "deleted": False,
                "name": app.name,
                "app_id": app.app_id,
                "user_id": app.bot_user_id,
            }
            return {"bot": bot}
    raise SlackError("bot_not_found")


def team_info(call: Call) -> JsonObject:
    """Describe the workspace."""
    seed = call.core.seed
    return {"team": {"id": seed.team_id, "name": seed.team_name, "domain": seed.domain}}


METHODS = (
    Method("users.list", users_list, 2, ("users:read",)),
    Method("users.info", users_info, 4, ("users:read",)),
    Method("users.lookupByEmail", lookup_by_email, 3, ("users:read.email",)),
    Method("usergroups.list", usergroups_list, 2, ("usergroups:read",)),
    Method("usergroups.users.list", usergroups_users_list, 2, ("usergroups:read",)),
    Method("bots.info", bots_info, 3, ("users:read",)),
    Method("team.info", team_info, 3, ("team:read",)),
)
