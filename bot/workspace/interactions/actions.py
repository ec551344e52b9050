"""Buttons, menus and shortcuts."""

from dataclasses import dataclass

from bot.workspace.core import Core
from bot.workspace.delivery.envelope import Envelope
from bot.workspace.errors import SlackError
from bot.workspace.interactions.elements import (
    action_of,
    find_element,
    keeps_value,
    message_blocks,
)
from bot.workspace.interactions.payloads import (
    base_payload,
    channel_part,
    shown_message,
    shown_view,
)
from bot.workspace.interactions.requests import Press, Shortcut, Suggest
from bot.workspace.json_types import JsonObject, as_objects
from bot.workspace.model import Channel, Message, View
from bot.workspace.seed import AppSeed
from bot.workspace.view_values import Values, element_value


@dataclass(frozen=True, slots=True)
class Place:
    """Where an element is: in a message, or in a view."""

    app: AppSeed
    blocks: list[JsonObject]
    channel: Channel | None = None
    message: Message | None = None
    view: View | None = None


async def press(core: Core, request: Press) -> JsonObject:
    """Use an element and tell the app, which has three seconds to acknowledge.

    Raises:
        NotAcknowledged: when it does not.
    """
    place = _place(core, request)
    block, element = find_element(place.blocks, request.action_id, request.block_id)
    action = action_of(block, element, request.value, core.state.next_ts())
    values = _values(core, place, request.user)
    if place.view is not None:
        take_values(place.view, request.values)
    if keeps_value(element):
        value = element_value(element, request.value)
        values.setdefault(str(block["block_id"]), {})[request.action_id] = value
    payload = base_payload(core, place.app, request.user, "block_actions")
    payload |= _where(core, place, request.user) | {"actions": [action]}
    payload["trigger_id"] = core.tickets.new_trigger(
        place.app.app_id,
        request.user,
        place.channel.id if place.channel else "",
        in_modal=place.view is not None and place.view.body.get("type") == "modal",
    )
    await core.dispatcher.ask(place.app.app_id, Envelope("interactive", payload))
    return {}


async def suggest(core: Core, request: Suggest) -> JsonObject:
    """Ask the app for the options that match what was typed.

    Raises:
        NotAcknowledged: when it does not answer in time.
    """
    place = _place(core, request)
    block, element = find_element(place.blocks, request.action_id, request.block_id)
    payload = base_payload(core, place.app, request.user, "block_suggestion")
    payload |= _where(core, place, request.user) | {
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "value": request.query,
    }
    answer = await core.dispatcher.ask(place.app.app_id, Envelope("interactive", payload))
    return {key: answer[key] for key in ("options", "option_groups") if key in answer}


async def shortcut(core: Core, request: Shortcut) -> JsonObject:
    """Run a global shortcut, or one on a message.

    Raises:
        NotAcknowledged: when the app does not acknowledge it.
        SlackError: `shortcut_not_found`.
    """
    app, kind = _owner(core, request.callback_id)
    if kind == "global":
        payload = base_payload(core, app, request.user, "shortcut")
        channel_id = ""
    else:
        channel, message = shown_message(
            core, request.channel or "", request.ts or "", request.user
        )
        channel_id = channel.id
        key = core.tickets.new_address(app.app_id, request.user, channel_id, message.ts)
        payload = base_payload(core, app, request.user, "message_action") | {
            "channel": channel_part(channel),
            "message_ts": message.ts,
            "message": core.state.message_json(channel, message),
            "response_url": core.response_url(key),
        }
    payload |= {
        "callback_id": request.callback_id,
        "trigger_id": core.tickets.new_trigger(app.app_id, request.user, channel_id),
    }
    await core.dispatcher.ask(app.app_id, Envelope("interactive", payload))
    return {}


def take_values(view: View, given: dict[str, dict[str, object]]) -> None:
    """Put what a person typed into the form that the view keeps.

    A block of another name is a mistake of the caller, not something to pass over.

    Raises:
        SlackError: `element_not_found`.
    """
    blocks = as_objects(view.body.get("blocks"))
    for block_id, actions in given.items():
        for action_id, value in actions.items():
            _, element = find_element(blocks, action_id, block_id)
            view.values.setdefault(block_id, {})[action_id] = element_value(element, value)


def _place(core: Core, request: Press | Suggest) -> Place:
    if request.view_id:
        view = shown_view(core, request.view_id, request.user)
        blocks = as_objects(view.body.get("blocks"))
        return Place(core.state.apps[view.app_id], blocks, view=view)
    channel, message = shown_message(core, request.channel or "", request.ts or "", request.user)
    if message.app_id not in core.state.apps:
        raise SlackError("element_not_found", "the message was not posted by an app")
    blocks = message_blocks(message.blocks, message.attachments)
    return Place(core.state.apps[message.app_id], blocks, channel, message)


def _values(core: Core, place: Place, user_id: str) -> Values:
    if place.view is not None:
        return place.view.values
    ts = place.message.ts if place.message else ""
    return core.state.message_values.setdefault((ts, user_id), {})


def _where(core: Core, place: Place, user_id: str) -> JsonObject:
    """Describe the surface that an element is on."""
    if place.view is not None:
        return {
            "container": {"type": "view", "view_id": place.view.id},
            "view": place.view.to_json(core.state.team_id),
        }
    if place.channel is None or place.message is None:
        return {}
    channel, message = place.channel, place.message
    key = core.tickets.new_address(
        place.app.app_id, user_id, channel.id, message.ts, message.thread_ts
    )
    container: JsonObject = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.ephemeral_to is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    return {
        "container": container,
        "channel": channel_part(channel),
        "message": core.state.message_json(channel, message),
        "state": {"values": _values(core, place, user_id)},
        "response_url": core.response_url(key),
    }


def _owner(core: Core, callback_id: str) -> tuple[AppSeed, str]:
    for app in core.state.apps.values():
        for known in app.shortcuts:
            if known.callback_id == callback_id:
                return app, known.type
    raise SlackError("shortcut_not_found", f"no app offers the shortcut {callback_id}")
