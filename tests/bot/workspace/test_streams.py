"""Streamed answers, with Slack's own helpers in the SDK and in Bolt."""

# Bolt and slack_sdk leave type parameters open, which strict checking reports at every call.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

import pytest
from slack_bolt import App, SayStream, SetStatus
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.models.messages.chunk import PlanUpdateChunk, TaskUpdateChunk

from bot.workspace.json_types import JsonObject, as_objects
from bot.workspace.person import Person
from bot.workspace.server import Workspace
from tests.bot.workspace.support import BOT, actions, button, connected, refusal


def test_an_answer_is_streamed_with_its_plan(
    workspace: Workspace, bolt: App, person: Person
) -> None:
    """A responder watches the specialists work instead of waiting for them."""

    @bolt.event("app_mention")
    def answer(event: JsonObject, say_stream: SayStream, set_status: SetStatus) -> None:
        set_status("is looking...")
        stream = say_stream(task_display_mode="plan", buffer_size=1)
        stream.append(chunks=[PlanUpdateChunk(title="Investigation")])
        stream.append(chunks=[TaskUpdateChunk(id="k8s", title="Kubernetes", status="in_progress")])
        stream.append(markdown_text="**Found** it")
        done = TaskUpdateChunk(id="k8s", title="Kubernetes", status="complete", output="3 pods")
        stream.append(chunks=[done])
        stream.stop(blocks=[actions(button("more"))])

    with connected(workspace, bolt, person):
        person.say("incidents", "@warroom why?")
        answered = person.wait_for_message(
            "incidents", lambda m: m.user == BOT and "more" in m.action_ids
        )

    plan, markdown, _row = answered.blocks
    tasks = as_objects(plan["tasks"])
    assert answered.is_reply
    assert (plan["title"], [task["status"] for task in tasks]) == ("Investigation", ["complete"])
    assert markdown["text"] == "**Found** it"
    assert "3 pods" in answered.words


def test_only_an_open_stream_can_be_added_to(web: WebClient) -> None:
    """A worker that comes back after a crash must not write into a finished answer."""
    parent = str(web.chat_postMessage(channel="C0INCIDENT", text="Q")["ts"])
    stream = web.chat_startStream(channel="C0INCIDENT", thread_ts=parent, markdown_text="A")
    ts = str(stream["ts"])
    with pytest.raises(SlackApiError) as changed:
        web.chat_update(channel="C0INCIDENT", ts=ts, text="x")
    web.chat_stopStream(channel="C0INCIDENT", ts=ts)

    with pytest.raises(SlackApiError) as late:
        web.chat_appendStream(channel="C0INCIDENT", ts=ts, markdown_text="B")

    assert refusal(changed.value) == "streaming_state_conflict"
    assert refusal(late.value) == "message_not_in_streaming_state"


def test_a_long_stream_is_split_into_blocks_that_slack_accepts(web: WebClient) -> None:
    """An answer grows piece by piece past what one markdown block may hold."""
    parent = str(web.chat_postMessage(channel="C0INCIDENT", text="Q")["ts"])
    ts = str(web.chat_startStream(channel="C0INCIDENT", thread_ts=parent)["ts"])
    for _ in range(2):
        web.chat_appendStream(channel="C0INCIDENT", ts=ts, markdown_text="x" * 7000)

    thread = as_objects(web.conversations_replies(channel="C0INCIDENT", ts=parent)["messages"])
    lengths = [len(str(block["text"])) for block in as_objects(thread[1]["blocks"])]
    assert lengths == [7000, 7000]
