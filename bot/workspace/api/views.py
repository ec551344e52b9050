"""views.*: opening and changing modals and home tabs."""

from bot.workspace import screens
from bot.workspace.api.call import Call, Method
from bot.workspace.errors import SlackError
from bot.workspace.json_types import JsonObject
from bot.workspace.model import View


def open_view(call: Call) -> JsonObject:
    """Open a modal for the person behind a trigger."""
    trigger_id = call.arguments.require("trigger_id")
    trigger = call.core.tickets.use_trigger(trigger_id, call.app.app_id)
    body = _view_argument(call)
    return _answer(call, screens.open_modal(call.core, call.app, trigger.user_id, body))


def push(call: Call) -> JsonObject:
    """Lay a modal over the one in which the trigger came about."""
    trigger_id = call.arguments.require("trigger_id")
    trigger = call.core.tickets.use_trigger(trigger_id, call.app.app_id)
    if not trigger.in_modal:
        raise SlackError("not_found", "the trigger did not come from a modal")
    body = _view_argument(call)
    return _answer(call, screens.push_modal(call.core, call.app, trigger.user_id, body))


def update(call: Call) -> JsonObject:
    """Change a view, if it still is what the caller thinks it is."""
    view = _find(call)
    expected = call.arguments.text("hash")
    if expected and expected != view.hash:
        raise SlackError("hash_conflict")
    screens.update_view(call.core, view, _view_argument(call))
    return _answer(call, view)


def publish(call: Call) -> JsonObject:
    """Set a person's home tab of the app."""
    user = call.core.state.user(call.arguments.require("user_id"))
    expected = call.arguments.text("hash")
    body = _view_argument(call)
    return _answer(call, screens.publish_home(call.core, call.app, user.id, body, expected))


def _find(call: Call) -> View:
    views = call.core.state.views
    view_id, external_id = call.arguments.text("view_id"), call.arguments.text("external_id")
    for view in views.values():
        is_named = view.id == view_id or (
            bool(external_id) and view.body.get("external_id") == external_id
        )
        if is_named and view.app_id == call.app.app_id:
            return view
    raise SlackError("not_found")


def _view_argument(call: Call) -> JsonObject:
    view = call.arguments.mapping("view")
    if not view:
        raise SlackError("invalid_arguments", "missing required field: view")
    return view


def _answer(call: Call, view: View) -> JsonObject:
    return {"view": view.to_json(call.core.state.team_id)}


METHODS = (
    Method("views.open", open_view, 4),
    Method("views.push", push, 4),
    Method("views.update", update, 4),
    Method("views.publish", publish, 4),
)
