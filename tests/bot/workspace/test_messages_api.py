"""chat.*: what the bot's board and answers rest on."""

# Bolt and slack_sdk leave type parameters open, which strict checking reports at every call.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.workspace.json_types import as_object, as_objects
from bot.workspace.person import Person
from tests.bot.workspace.support import ON_CALL, actions, button, mrkdwn, refusal


def test_a_posted_message_is_read_by_people_and_by_the_api(web: WebClient, person: Person) -> None:
    """The board must look the same to the responder and to the bot that edits it."""
    ts = web.chat_postMessage(channel="C0INCIDENT", text="Board")["ts"]

    seen = person.messages("incidents")[-1]
    listed = as_objects(web.conversations_history(channel="C0INCIDENT")["messages"])[0]
    assert (seen.ts, seen.text, seen.user) == (ts, "Board", "U0WARROOM")
    assert (listed["ts"], listed["app_id"]) == (ts, "A0WARROOM")


def test_an_update_marks_the_message_as_edited_and_keeps_its_place(
    web: WebClient, person: Person
) -> None:
    """The board is edited in place; a responder must see that it changed, not a second board."""
    ts = str(web.chat_postMessage(channel="C0INCIDENT", text="before")["ts"])

    web.chat_update(channel="C0INCIDENT", ts=ts, text="after")

    board = [message for message in person.messages("incidents") if message.ts == ts]
    assert [message.text for message in board] == ["after"]
    assert board[0].edited is not None


def test_somebody_elses_message_cannot_be_changed_or_deleted(
    web: WebClient, person: Person
) -> None:
    """A bot that tried would be refused by Slack, so it must be refused here."""
    said = person.say("incidents", "mine")

    with pytest.raises(SlackApiError) as update:
        web.chat_update(channel="C0INCIDENT", ts=said.ts, text="yours")
    with pytest.raises(SlackApiError) as delete:
        web.chat_delete(channel="C0INCIDENT", ts=said.ts)

    assert refusal(update.value) == "cant_update_message"
    assert refusal(delete.value) == "cant_delete_message"


def test_a_deleted_message_is_gone_with_its_pin(web: WebClient, person: Person) -> None:
    """A withdrawn statement must not live on in the pins."""
    ts = str(web.chat_postMessage(channel="C0INCIDENT", text="wrong")["ts"])
    web.pins_add(channel="C0INCIDENT", timestamp=ts)

    web.chat_delete(channel="C0INCIDENT", ts=ts)

    assert ts not in [message.ts for message in person.messages("incidents")]
    assert web.pins_list(channel="C0INCIDENT")["items"] == []


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C404", "text": "x"}, "channel_not_found"),
        ({"channel": "general", "text": "x"}, "not_in_channel"),
        ({"channel": "C0INCIDENT"}, "no_text"),
        ({"channel": "C0INCIDENT", "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"channel": "C0INCIDENT", "text": "x", "metadata": {"a": 1}}, "invalid_metadata_format"),
        ({"channel": "C0INCIDENT", "text": "x", "blocks": "{"}, "invalid_blocks_format"),
    ],
)
def test_a_post_that_slack_would_refuse_is_refused_with_slacks_code(
    web: WebClient, arguments: dict[str, object], error: str
) -> None:
    """The bot's error handling is only as good as the errors it was tried against."""
    with pytest.raises(SlackApiError) as refused:
        web.api_call("chat.postMessage", json=arguments)

    assert refusal(refused.value) == error


def test_a_message_of_more_than_forty_thousand_characters_is_cut_off(web: WebClient) -> None:
    """Slack truncates silently; whoever posts long evidence must learn of it here first."""
    answer = web.chat_postMessage(channel="C0INCIDENT", text="x" * 40_001)

    assert len(str(as_object(answer["message"])["text"])) == 40_000
    assert answer["response_metadata"] == {"warnings": ["message_truncated"]}


def test_an_update_of_more_than_four_thousand_characters_is_refused(web: WebClient) -> None:
    """chat.update is stricter than chat.postMessage, which has surprised many a bot."""
    ts = str(web.chat_postMessage(channel="C0INCIDENT", text="short")["ts"])

    with pytest.raises(SlackApiError) as refused:
        web.chat_update(channel="C0INCIDENT", ts=ts, text="x" * 4001)

    assert refusal(refused.value) == "msg_too_long"


def test_metadata_is_kept_and_listed_only_when_asked_for(web: WebClient) -> None:
    """The outbox finds its own messages again by their metadata."""
    key = {"event_type": "board", "event_payload": {"incident": "42"}}
    web.chat_postMessage(channel="C0INCIDENT", text="Board", metadata=key)

    plain = web.conversations_history(channel="C0INCIDENT", limit=1)
    full = web.conversations_history(channel="C0INCIDENT", limit=1, include_all_metadata=True)

    assert "metadata" not in as_objects(plain["messages"])[0]
    assert as_objects(full["messages"])[0]["metadata"] == key


def test_a_reply_appears_in_the_thread_and_counts_on_its_parent(
    web: WebClient, person: Person
) -> None:
    """Details belong in threads, so the channel stays readable."""
    parent = str(web.chat_postMessage(channel="C0INCIDENT", text="Synthesis")["ts"])
    web.chat_postMessage(channel="C0INCIDENT", text="Details", thread_ts=parent)
    person.say("incidents", "thanks", thread=parent)

    thread = as_objects(web.conversations_replies(channel="C0INCIDENT", ts=parent)["messages"])
    top = as_objects(web.conversations_history(channel="C0INCIDENT")["messages"])

    assert [message["text"] for message in thread] == ["Synthesis", "Details", "thanks"]
    assert thread[0]["reply_count"] == 2
    assert "Details" not in [message["text"] for message in top]
    assert [message.text for message in person.thread("incidents", parent)][1:] == [
        "Details",
        "thanks",
    ]


def test_an_ephemeral_message_is_seen_by_one_person_only(web: WebClient, person: Person) -> None:
    """Errors are told to the one who made them, not to a channel under stress."""
    web.chat_postEphemeral(channel="C0INCIDENT", user=ON_CALL, text="Only you")

    assert [message.text for message in person.ephemerals("incidents")] == ["Only you"]
    assert "Only you" not in str(web.conversations_history(channel="C0INCIDENT")["messages"])


def test_an_ephemeral_message_to_somebody_outside_the_channel_is_refused(web: WebClient) -> None:
    """Slack drops it with an error; a bot must not believe it was seen."""
    private = web.conversations_create(name="inc-secret", is_private=True)["channel"]

    with pytest.raises(SlackApiError) as refused:
        web.chat_postEphemeral(channel=str(as_object(private)["id"]), user=ON_CALL, text="x")

    assert refusal(refused.value) == "user_not_in_channel"


def test_a_permalink_leads_to_the_page(web: WebClient) -> None:
    """Timeline lines link their evidence; the link must open."""
    ts = str(web.chat_postMessage(channel="C0INCIDENT", text="Evidence")["ts"])

    link = str(web.chat_getPermalink(channel="C0INCIDENT", message_ts=ts)["permalink"])

    assert link.endswith(f"/archives/C0INCIDENT/p{ts.replace('.', '')}")


def test_a_message_to_a_user_id_opens_the_direct_conversation(
    web: WebClient, person: Person
) -> None:
    """A private hint to one responder goes to their direct messages."""
    sent = web.chat_postMessage(channel=ON_CALL, text="psst")

    assert str(sent["channel"]).startswith("D")
    assert person.messages(str(sent["channel"]))[-1].text == "psst"


def test_blocks_without_ids_are_given_some(web: WebClient, person: Person) -> None:
    """Slack fills in block and action ids; a press refers to them."""
    row = actions(button("go"))
    del row["block_id"]
    web.chat_postMessage(
        channel="C0INCIDENT",
        text="t",
        blocks=[row, {"type": "section", "text": mrkdwn("words")}],
    )

    blocks = person.messages("incidents")[-1].blocks
    ids = {block["block_id"] for block in blocks}
    assert len(ids) == 2
    assert person.messages("incidents")[-1].words == "t\nPress\nwords"
