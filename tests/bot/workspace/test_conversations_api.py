"""conversations.* and users.*: incident channels and who is in them."""

# Bolt and slack_sdk leave type parameters open, which strict checking reports at every call.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.workspace.json_types import as_list, as_object, as_objects
from bot.workspace.person import Person
from tests.bot.workspace.support import BOT, ON_CALL, RESPONDER, refusal


def test_an_incident_channel_is_opened_staffed_and_described(
    web: WebClient, person: Person
) -> None:
    """This is the first thing that happens after the page; every step must be visible."""
    channel = str(as_object(web.conversations_create(name="inc-1")["channel"])["id"])
    web.conversations_invite(channel=channel, users=[ON_CALL, RESPONDER])
    web.conversations_setTopic(channel=channel, topic="SEV2")
    web.conversations_setPurpose(channel=channel, purpose="Checkout times out")

    seen = person.channel("inc-1")
    subtypes = [message.subtype for message in person.messages("inc-1")]
    assert (seen.topic, set(seen.members)) == ("SEV2", {BOT, ON_CALL, RESPONDER})
    assert subtypes == ["channel_join", "channel_join", "channel_topic", "channel_purpose"]
    assert as_list(web.conversations_members(channel=channel)["members"]) == [
        BOT,
        ON_CALL,
        RESPONDER,
    ]


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("incidents", "name_taken"),
        ("", "invalid_name_required"),
        ("x" * 81, "invalid_name_maxlength"),
        ("Inc-1", "invalid_name_specials"),
        ("inc 1", "invalid_name_specials"),
        ("---", "invalid_name_punctuation"),
    ],
)
def test_a_channel_name_that_slack_would_refuse_is_refused(
    web: WebClient, name: str, error: str
) -> None:
    """Channel names come from alert titles; the bot must find out here that it cleans them."""
    with pytest.raises(SlackApiError) as refused:
        web.conversations_create(name=name)

    assert refusal(refused.value) == error


def test_an_invitation_names_each_obstacle(web: WebClient) -> None:
    """One person who is in already must not keep the others out without a word."""
    with pytest.raises(SlackApiError) as refused:
        web.conversations_invite(channel="C0INCIDENT", users=[ON_CALL, "U404", BOT])

    errors = as_objects(as_object(refused.value.response.data)["errors"])
    assert [error["error"] for error in errors] == [
        "already_in_channel",
        "user_not_found",
        "cant_invite_self",
    ]


def test_a_forced_invitation_lets_in_whoever_it_can(web: WebClient) -> None:
    """Under way to a war room, half a roster is better than none."""
    channel = str(as_object(web.conversations_create(name="inc-2")["channel"])["id"])

    web.conversations_invite(channel=channel, users=[ON_CALL, "U404"], force=True)

    assert ON_CALL in as_list(web.conversations_members(channel=channel)["members"])


def test_joining_twice_is_a_warning_and_not_an_error(web: WebClient) -> None:
    """A bot that restarts joins again; that must not look like a failure."""
    first = web.conversations_join(channel=_id(web, "general"))
    second = web.conversations_join(channel=_id(web, "general"))

    assert first.get("warning") is None
    assert second["warning"] == "already_in_channel"


def test_an_archived_channel_can_be_read_and_not_written_to(web: WebClient) -> None:
    """A late worker that posts into a closed incident must be told so."""
    channel = str(as_object(web.conversations_create(name="inc-3")["channel"])["id"])
    web.conversations_archive(channel=channel)

    with pytest.raises(SlackApiError) as post:
        web.chat_postMessage(channel=channel, text="late")
    with pytest.raises(SlackApiError) as again:
        web.conversations_archive(channel=channel)

    assert refusal(post.value) == "is_archived"
    assert refusal(again.value) == "already_archived"
    assert as_objects(web.conversations_history(channel=channel)["messages"])


def test_history_is_refused_to_a_bot_outside_the_channel(web: WebClient) -> None:
    """Reading a channel needs membership, not just a scope."""
    with pytest.raises(SlackApiError) as refused:
        web.conversations_history(channel=_id(web, "general"))

    assert refusal(refused.value) == "not_in_channel"


def test_a_private_channel_does_not_exist_for_those_outside_it(
    web: WebClient, person: Person
) -> None:
    """Security incidents are private; even their names are."""
    person.create_channel("sec-1", is_private=True)
    channel = person.channel_id("sec-1")

    with pytest.raises(SlackApiError) as refused:
        web.conversations_info(channel=channel)
    private = web.conversations_list(types="private_channel,public_channel")

    assert refusal(refused.value) == "channel_not_found"
    assert "sec-1" not in str(private["channels"])


def test_long_lists_come_in_pages(web: WebClient) -> None:
    """A team of thousands must not be read as a team of one page."""
    names = [page["channels"] for page in web.conversations_list(limit=1)]

    assert [as_objects(page)[0]["name"] for page in names] == ["general", "incidents"]


def test_history_is_cut_to_its_window(web: WebClient) -> None:
    """The scribe reads what came after the last line that it has."""
    stamps = [str(web.chat_postMessage(channel="C0INCIDENT", text=t)["ts"]) for t in "abc"]

    after = web.conversations_history(channel="C0INCIDENT", oldest=stamps[0])
    upto = web.conversations_history(channel="C0INCIDENT", latest=stamps[1], inclusive=True)

    assert [m["text"] for m in as_objects(after["messages"])] == ["c", "b"]
    assert [m["text"] for m in as_objects(upto["messages"])] == ["b", "a"]


def test_a_direct_conversation_is_opened_once(web: WebClient) -> None:
    """Opening it again must not scatter one talk over two places."""
    first = as_object(web.conversations_open(users=[ON_CALL])["channel"])
    second = as_object(web.conversations_open(users=[ON_CALL])["channel"])

    assert first == second


def test_people_are_found_by_mail_and_by_handle(web: WebClient) -> None:
    """PagerDuty knows people by mail address, and rosters by group."""
    found = as_object(web.users_lookupByEmail(email="OnCall@shop.example")["user"])
    groups = as_objects(web.usergroups_list()["usergroups"])
    members = web.usergroups_users_list(usergroup="S0DATABASE")["users"]
    with pytest.raises(SlackApiError) as unknown:
        web.users_lookupByEmail(email="nobody@shop.example")

    assert found["id"] == ON_CALL
    assert [group["handle"] for group in groups] == ["dba"]
    assert members == [RESPONDER]
    assert refusal(unknown.value) == "users_not_found"


def test_a_bots_own_channels_are_listed(web: WebClient) -> None:
    """After a restart the bot finds its rooms again by asking."""
    rooms = as_objects(web.users_conversations(types="public_channel")["channels"])

    assert [room["name"] for room in rooms] == ["incidents"]


def _id(web: WebClient, name: str) -> str:
    for channel in as_objects(web.conversations_list()["channels"]):
        if channel["name"] == name:
            return str(channel["id"])
    raise LookupError(name)
