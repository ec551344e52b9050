"""What an app answers to a command or an action: in the acknowledgement, or by response URL."""

import json

from aiohttp import web

from bot.workspace.arguments import Arguments
from bot.workspace.core import Core
from bot.workspace.errors import SlackError
from bot.workspace.json_types import JsonObject, as_object
from bot.workspace.messages import content_of, delete, edit, post, post_ephemeral, replace
from bot.workspace.model import Channel, Message
from bot.workspace.tickets import ReplyAddress


async def handle_response_url(core: Core, request: web.Request) -> web.Response:
    """Answer `POST /response/<key>` as `hooks.slack.com` does."""
    if core.faults.down:
        return web.Response(status=503, text="Service Unavailable")
    try:
        body = as_object(json.loads(await request.text()))
    except json.JSONDecodeError:
        return web.Response(status=400, text="invalid_payload")
    try:
        reply(core, core.tickets.use_address(request.match_info["key"]), body)
    except SlackError as error:
        return web.json_response(error.to_json(), status=404)
    return web.Response(text="ok")


def reply(core: Core, address: ReplyAddress, body: JsonObject) -> None:
    """Post, replace or delete, as an app's answer says.

    An answer to an action that names neither a response type nor what to do with the original
    replaces it, as Slack's does.

    Raises:
        SlackError: when the answer says nothing, or more than Slack takes.
    """
    arguments = Arguments(body)
    channel = core.state.channels[address.channel_id]
    original = _original(core, channel, address)
    if arguments.flag("delete_original") and original is not None:
        _delete(core, channel, original)
        return
    content = content_of(arguments)
    replaces = not arguments.has("response_type")
    if original is not None and arguments.flag("replace_original", default=replaces):
        if original.ephemeral_to is None:
            edit(core, channel, original, content)
        else:
            replace(original, content)
            post_ephemeral(core, original)
        return
    app = core.state.apps[address.app_id]
    message = Message(
        ts=core.state.next_ts(),
        channel=channel.id,
        user=app.bot_user_id,
        text="",
        thread_ts=arguments.text("thread_ts") or address.thread_ts,
        app_id=app.app_id,
        bot_id=app.bot_id,
    )
    replace(message, content)
    if arguments.text("response_type") == "in_channel":
        post(core, channel, message)
    else:
        message.ephemeral_to = address.user_id
        post_ephemeral(core, message)


def _original(core: Core, channel: Channel, address: ReplyAddress) -> Message | None:
    """Find the message that the person acted on, if it was one of the app's."""
    ts = address.message_ts or ""
    own = core.state.ephemerals_for(channel.id, address.user_id)
    message = own.get(ts) or channel.messages.get(ts)
    return message if message and message.app_id == address.app_id else None


def _delete(core: Core, channel: Channel, message: Message) -> None:
    if message.ephemeral_to is None:
        delete(core, channel, message)
        return
    del core.state.ephemerals_for(channel.id, message.ephemeral_to)[message.ts]
    body: JsonObject = {"channel": channel.id, "ts": message.ts}
    core.changes.publish("message_deleted", body, only_for=message.ephemeral_to)
