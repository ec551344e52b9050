"""Modals and home tabs: what lies on a person's screen, and in which order."""

from bot.workspace.blocks.validate import checked_view
from bot.workspace.core import Core
from bot.workspace.errors import SlackError
from bot.workspace.ids import new_id
from bot.workspace.json_types import JsonObject
from bot.workspace.model import View
from bot.workspace.seed import AppSeed
from bot.workspace.view_values import initial_values

MAX_STACK = 3


def open_modal(core: Core, app: AppSeed, user_id: str, body: JsonObject) -> View:
    """Show a modal in place of whatever was open.

    Raises:
        SlackError: when the view is not valid.
    """
    view = _new_view(core, app, user_id, body, "modal")
    core.state.modals[user_id] = [view.id]
    show_modal(core, user_id)
    return view


def push_modal(core: Core, app: AppSeed, user_id: str, body: JsonObject) -> View:
    """Lay a modal over the one that is open.

    Raises:
        SlackError: `push_limit_reached`, or when the view is not valid.
    """
    stack = core.state.modals.setdefault(user_id, [])
    if len(stack) >= MAX_STACK:
        raise SlackError("push_limit_reached")
    view = _new_view(core, app, user_id, body, "modal")
    if stack:
        view.previous_view_id = stack[-1]
        view.root_view_id = core.state.views[stack[-1]].root_view_id
    stack.append(view.id)
    show_modal(core, user_id)
    return view


def update_view(core: Core, view: View, body: JsonObject) -> None:
    """Replace a view's content; what was typed into blocks that stay is kept.

    Raises:
        SlackError: when the new content is not valid.
    """
    _check_external_id(core, view.app_id, body, view.id)
    view.body = checked_view(body)
    view.hash = _new_hash(core)
    view.values = initial_values(view.body, view.values)
    if view.id in core.state.modals.get(view.user, []):
        show_modal(core, view.user)
    else:
        _show_home(core, view)


def publish_home(core: Core, app: AppSeed, user_id: str, body: JsonObject, expected: str) -> View:
    """Set a person's home tab.

    Raises:
        SlackError: `hash_conflict`, or when the view is not valid.
    """
    current = core.state.homes.get((app.app_id, user_id))
    if current is not None and expected not in ("", core.state.views[current].hash):
        raise SlackError("hash_conflict")
    if current is not None:
        view = core.state.views[current]
        if body.get("type") != "home":
            raise SlackError("invalid_arguments", "must be a home view [json-pointer:/view/type]")
        update_view(core, view, body)
        return view
    view = _new_view(core, app, user_id, body, "home")
    core.state.homes[app.app_id, user_id] = view.id
    _show_home(core, view)
    return view


def close_top(core: Core, user_id: str) -> None:
    """Take away the modal on top."""
    if stack := core.state.modals.get(user_id):
        core.state.views.pop(stack.pop(), None)
    show_modal(core, user_id)


def close_all(core: Core, user_id: str) -> list[View]:
    """Take every modal off a person's screen, and say which there were."""
    views = [core.state.views.pop(view_id) for view_id in core.state.modals.pop(user_id, [])]
    show_modal(core, user_id)
    return views


def show_modal(core: Core, user_id: str) -> None:
    """Bring the modal on a person's screen up to date."""
    top = core.state.top_modal(user_id)
    body: JsonObject = {"view": top.to_json(core.state.team_id) if top else None}
    core.changes.publish("modal", body, only_for=user_id)


def _show_home(core: Core, view: View) -> None:
    body: JsonObject = {"app_id": view.app_id, "view": view.to_json(core.state.team_id)}
    core.changes.publish("home", body, only_for=view.user)


def _new_view(core: Core, app: AppSeed, user_id: str, body: JsonObject, kind: str) -> View:
    if body.get("type") != kind:
        problem = f"must be a {kind} view [json-pointer:/view/type]"
        raise SlackError("invalid_arguments", problem)
    _check_external_id(core, app.app_id, body, None)
    checked = checked_view(body)
    view_id = new_id("V")
    view = View(view_id, app.app_id, app.bot_id, user_id, checked, _new_hash(core), view_id)
    view.values = initial_values(checked, {})
    core.state.views[view_id] = view
    return view


def _check_external_id(core: Core, app_id: str, body: JsonObject, own_id: str | None) -> None:
    external_id = body.get("external_id")
    if external_id and any(
        view.body.get("external_id") == external_id and view.app_id == app_id and view.id != own_id
        for view in core.state.views.values()
    ):
        raise SlackError("duplicate_external_id")


def _new_hash(core: Core) -> str:
    return f"{core.state.now()}.{new_id('')}"
