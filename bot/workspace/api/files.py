"""files.*: the upload in two steps, and what is known of a file."""

import mimetypes
import secrets

from bot.workspace.api.call import Call, Method
from bot.workspace.blocks.validate import checked_blocks
from bot.workspace.errors import SlackError
from bot.workspace.ids import new_id
from bot.workspace.json_types import JsonObject, as_text
from bot.workspace.messages import post
from bot.workspace.model import Channel, File, Message

MAX_FILE_BYTES = 50_000_000


def get_upload_url(call: Call) -> JsonObject:
    """Hand out an address to post a file's bytes to."""
    name = call.arguments.require("filename")
    length = call.arguments.integer("length", 0)
    if not 0 < length <= MAX_FILE_BYTES:
        raise SlackError("invalid_arguments", "must be a positive integer: length")
    file_id = new_id("F")
    core = call.core
    secret = secrets.token_urlsafe(12)
    core.state.files[file_id] = File(
        id=file_id,
        name=name,
        title=name,
        mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream",
        content=b"",
        user=call.bot,
        created=core.state.now(),
        url=f"{core.base_url}/files/{file_id}/{secret}/{name}",
        expected_size=length,
    )
    return {"file_id": file_id, "upload_url": f"{core.base_url}/upload/{file_id}"}


def complete_upload(call: Call) -> JsonObject:
    """Share uploaded files, in a channel if one is named."""
    files = [_uploaded(call, entry) for entry in call.arguments.objects("files")]
    if not files:
        raise SlackError("invalid_arguments", "missing required field: files")
    references = call.arguments.words("channels") + call.arguments.words("channel_id")
    channels = [_joined(call, reference) for reference in references]
    for channel in channels:
        _share(call, channel, files)
    return {"files": [file.to_json() for file in files]}


def info(call: Call) -> JsonObject:
    """Describe a file."""
    return {"file": _file(call, call.arguments.require("file")).to_json()}


def _file(call: Call, file_id: str) -> File:
    try:
        return call.core.state.files[file_id]
    except KeyError:
        raise SlackError("file_not_found") from None


def _uploaded(call: Call, entry: JsonObject) -> File:
    file = _file(call, as_text(entry.get("id")))
    if not file.uploaded:
        raise SlackError("file_update_failed", f"nothing was uploaded for {file.id}")
    file.title = as_text(entry.get("title")) or file.title
    return file


def _joined(call: Call, reference: str) -> Channel:
    state = call.core.state
    if reference in state.users:
        return state.direct_message(call.bot, reference)
    channel = state.channel(reference, call.bot)
    if call.bot not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _share(call: Call, channel: Channel, files: list[File]) -> None:
    for file in files:
        file.shared = True
    message = Message(
        ts=call.core.state.next_ts(),
        channel=channel.id,
        user=call.bot,
        text=call.arguments.text("initial_comment"),
        blocks=checked_blocks(call.arguments.objects("blocks")),
        files=list(files),
        thread_ts=call.arguments.text("thread_ts") or None,
        app_id=call.app.app_id,
        bot_id=call.app.bot_id,
    )
    post(call.core, channel, message)


METHODS = (
    Method("files.getUploadURLExternal", get_upload_url, 4, ("files:write",)),
    Method("files.completeUploadExternal", complete_upload, 4, ("files:write",)),
    Method("files.info", info, 4, ("files:read",)),
)
