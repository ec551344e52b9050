"""Sending and closing forms."""

from bot.workspace import screens
from bot.workspace.core import Core
from bot.workspace.delivery.envelope import Envelope
from bot.workspace.errors import NotAcknowledged, SlackError
from bot.workspace.interactions.actions import take_values
from bot.workspace.interactions.payloads import base_payload, shown_view
from bot.workspace.interactions.requests import Close, Submit
from bot.workspace.json_types import JsonObject, as_object, as_objects
from bot.workspace.model import View
from bot.workspace.view_values import complaints


async def submit(core: Core, request: Submit) -> JsonObject:
    """Send a form to its app and do what the app answers.

    Errors come back by block, first those that Slack itself finds, then the app's.

    Raises:
        NotAcknowledged: when the app does not answer in time; the form stays open.
    """
    view = shown_view(core, request.view_id, request.user)
    take_values(view, request.values)
    if found := complaints(view.body, view.values):
        return {"errors": found}
    app = core.state.apps[view.app_id]
    sent: JsonObject = {
        "view": view.to_json(core.state.team_id),
        "response_urls": [],
        "trigger_id": core.tickets.new_trigger(app.app_id, request.user, in_modal=True),
    }
    payload = base_payload(core, app, request.user, "view_submission") | sent
    answer = await core.dispatcher.ask(app.app_id, Envelope("interactive", payload))
    try:
        return _apply(core, view, answer)
    except SlackError as error:
        reason = f"invalid response to view_submission: {error.code} {' '.join(error.messages)}"
        raise NotAcknowledged(reason.strip(), "http_error") from error


async def close(core: Core, request: Close) -> JsonObject:
    """Close a form; the app hears of it where it has asked to."""
    view = shown_view(core, request.view_id, request.user)
    if request.all_views or view.body.get("clear_on_close"):
        closed = screens.close_all(core, request.user)
    else:
        closed = [view]
        screens.close_top(core, request.user)
    for gone in closed:
        if gone.body.get("notify_on_close"):
            app = core.state.apps[gone.app_id]
            payload = base_payload(core, app, request.user, "view_closed") | {
                "view": gone.to_json(core.state.team_id),
                "is_cleared": request.all_views,
            }
            core.dispatcher.tell(app.app_id, Envelope("interactive", payload))
    return {}


def _apply(core: Core, view: View, answer: JsonObject) -> JsonObject:
    """Do what the app answered to a submission.

    Raises:
        SlackError: when the answer is not one that Slack accepts.
    """
    app, user = core.state.apps[view.app_id], view.user
    match answer.get("response_action"):
        case None:
            screens.close_top(core, user)
        case "clear":
            screens.close_all(core, user)
        case "update":
            screens.update_view(core, view, as_object(answer.get("view")))
        case "push":
            screens.push_modal(core, app, user, as_object(answer.get("view")))
        case "errors":
            return {"errors": _checked_errors(view, as_object(answer.get("errors")))}
        case other:
            raise SlackError("invalid_response_action", f"unknown response_action: {other}")
    return {}


def _checked_errors(view: View, errors: JsonObject) -> JsonObject:
    """Refuse errors for blocks that the form does not have, as Slack does."""
    inputs = {
        block.get("block_id")
        for block in as_objects(view.body.get("blocks"))
        if block.get("type") == "input"
    }
    unknown = [block_id for block_id in errors if block_id not in inputs]
    if unknown or not errors:
        raise SlackError("invalid_errors", f"not input blocks: {', '.join(unknown) or 'none'}")
    return errors
