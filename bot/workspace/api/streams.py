"""Streaming answers (chat.*Stream) and what an assistant says it is doing (assistant.*)."""

from bot.workspace.api.call import Call, Method
from bot.workspace.arguments import Arguments
from bot.workspace.blocks.schema import MAX_MARKDOWN
from bot.workspace.blocks.validate import checked_blocks
from bot.workspace.errors import SlackError
from bot.workspace.ids import short_id
from bot.workspace.json_types import JsonObject, as_objects, as_text
from bot.workspace.messages import announce_change, checked_metadata, post, redraw
from bot.workspace.model import Channel, Message


def start_stream(call: Call) -> JsonObject:
    """Begin an answer in a thread."""
    channel = call.joined_channel()
    parent = call.message(channel, "thread_ts")
    message = Message(
        ts=call.core.state.next_ts(),
        channel=channel.id,
        user=call.bot,
        text="",
        thread_ts=parent.thread_ts or parent.ts,
        app_id=call.app.app_id,
        bot_id=call.app.bot_id,
        streaming=True,
        extra={"task_display_mode": call.arguments.text("task_display_mode", "timeline")},
    )
    _add(message, call.arguments)
    post(call.core, channel, message)
    return {"channel": channel.id, "ts": message.ts}


def append_stream(call: Call) -> JsonObject:
    """Add to an answer."""
    channel, message = _streaming(call)
    if not (call.arguments.has("markdown_text") or call.arguments.has("chunks")):
        raise SlackError("no_text")
    _add(message, call.arguments)
    redraw(call.core, channel, message)
    return {"channel": channel.id, "ts": message.ts}


def stop_stream(call: Call) -> JsonObject:
    """Finish an answer, with blocks below it if there are any."""
    channel, message = _streaming(call)
    before = call.core.state.message_json(channel, message)
    _add(message, call.arguments)
    message.blocks = checked_blocks(message.blocks + call.arguments.objects("blocks"))
    message.metadata = checked_metadata(call.arguments)
    message.streaming = False
    redraw(call.core, channel, message)
    announce_change(call.core, channel, message, before)
    rendered = call.core.state.message_json(channel, message)
    return {"channel": channel.id, "ts": message.ts, "message": rendered}


def _streaming(call: Call) -> tuple[Channel, Message]:
    channel = call.joined_channel()
    message = call.message(channel, "ts")
    if message.app_id != call.app.app_id:
        raise SlackError("message_not_owned_by_app")
    if not message.streaming:
        raise SlackError("message_not_in_streaming_state")
    return channel, message


def _add(message: Message, arguments: Arguments) -> None:
    """Fold what has arrived into the message, so that it always reads as blocks."""
    if markdown := arguments.text("markdown_text"):
        _add_markdown(message, markdown)
    for chunk in arguments.objects("chunks"):
        kind = as_text(chunk.get("type"))
        if kind == "markdown_text":
            _add_markdown(message, as_text(chunk.get("text")))
        elif kind == "plan_update":
            _plan(message)["title"] = as_text(chunk.get("title"))
        elif kind == "task_update":
            _update_task(message, chunk)
        elif kind == "blocks":
            message.blocks += checked_blocks(as_objects(chunk.get("blocks")))
        else:
            raise SlackError("invalid_chunks", f"unsupported type: {kind}")


def _add_markdown(message: Message, markdown: str) -> None:
    if len(markdown) > MAX_MARKDOWN:
        raise SlackError("msg_too_long")
    message.text += markdown
    last = message.blocks[-1] if message.blocks else {}
    so_far = as_text(last.get("text"))
    if last.get("type") == "markdown" and len(so_far + markdown) <= MAX_MARKDOWN:
        last["text"] = so_far + markdown
    else:
        block: JsonObject = {"type": "markdown", "block_id": short_id(), "text": markdown}
        message.blocks.append(block)


def _plan(message: Message) -> JsonObject:
    """Find the plan block of an answer, or begin one at its top."""
    for block in message.blocks:
        if block.get("type") == "plan":
            return block
    plan: JsonObject = {"type": "plan", "block_id": short_id(), "title": "Thinking", "tasks": []}
    message.blocks.insert(0, plan)
    return plan


def _update_task(message: Message, chunk: JsonObject) -> None:
    """Set the task of a plan that has the chunk's id, or add it."""
    plan = _plan(message)
    tasks = as_objects(plan.get("tasks"))
    task_id = as_text(chunk.get("id"))
    task = next((task for task in tasks if task.get("task_id") == task_id), None)
    if task is None:
        new_task: JsonObject = {"task_id": task_id, "title": task_id, "status": "pending"}
        task = new_task
        tasks.append(task)
    for key in ("title", "status", "sources"):
        if chunk.get(key) is not None:
            task[key] = chunk[key]
    for key in ("details", "output"):
        if text := as_text(chunk.get(key)):
            task[key] = _rich_text(text)
    plan["tasks"] = tasks


def _rich_text(text: str) -> JsonObject:
    section: JsonObject = {
        "type": "rich_text_section",
        "elements": [{"type": "text", "text": text}],
    }
    return {"type": "rich_text", "elements": [section]}


def set_status(call: Call) -> JsonObject:
    """Show what the app is doing below a thread, until it posts there."""
    channel = call.channel("channel_id")
    thread_ts = call.arguments.require("thread_ts")
    status = call.arguments.text("status")
    statuses = call.core.state.statuses
    if status:
        status = f"{call.core.state.user(call.bot).name} {status}"
        statuses[channel.id, thread_ts] = status
    else:
        statuses.pop((channel.id, thread_ts), None)
    body: JsonObject = {
        "channel": channel.id,
        "thread_ts": thread_ts,
        "status": status,
    }
    call.core.changes.publish("status", body)
    return {}


def accept_hint(call: Call) -> JsonObject:
    """Accept a thread title or suggested prompts, which this page has no place for."""
    call.channel("channel_id")
    return {}


METHODS = (
    Method("chat.startStream", start_stream, 2, ("chat:write",)),
    Method("chat.appendStream", append_stream, 4, ("chat:write",)),
    Method("chat.stopStream", stop_stream, 2, ("chat:write",)),
    Method("assistant.threads.setStatus", set_status, None, ("assistant:write", "chat:write")),
    Method("assistant.threads.setTitle", accept_hint, None, ("assistant:write", "chat:write")),
    Method("assistant.threads.setSuggestedPrompts", accept_hint, None, ("assistant:write",)),
)
