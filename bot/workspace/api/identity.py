"""auth.test, apps.connections.open and api.test: who is calling, and how to reach it."""

from bot.workspace.api.call import Call, Method
from bot.workspace.errors import SlackError
from bot.workspace.json_types import JsonObject


def auth_test(call: Call) -> JsonObject:
    """Say whose token this is."""
    seed = call.core.seed
    return {
        "url": call.core.base_url + "/",
        "team": seed.team_name,
        "user": call.core.state.user(call.bot).name,
        "team_id": seed.team_id,
        "user_id": call.bot,
        "bot_id": call.app.bot_id,
        "is_enterprise_install": False,
    }


def connections_open(call: Call) -> JsonObject:
    """Hand out the address of a socket, good for one connection."""
    ticket = call.core.sockets[call.app.app_id].new_ticket()
    socket_url = call.core.base_url.replace("http", "ws", 1)
    return {"url": f"{socket_url}/link/?ticket={ticket}&app_id={call.app.app_id}"}


def api_test(call: Call) -> JsonObject:
    """Answer, or fail as asked."""
    error = call.arguments.text("error")
    if error:
        raise SlackError(error)
    return {"args": {}}


METHODS = (
    Method("auth.test", auth_test, None),
    Method("api.test", api_test, 4),
    Method("apps.connections.open", connections_open, 3, ("connections:write",), caller="app"),
)
