"""Block Kit's limits: what Slack refuses must be refused here, with its reason."""

# Bolt and slack_sdk leave type parameters open, which strict checking reports at every call.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.workspace.blocks.validate import checked_blocks, checked_view
from bot.workspace.errors import SlackError
from bot.workspace.json_types import JsonObject
from tests.bot.workspace.support import (
    actions,
    button,
    first_complaint,
    form,
    mrkdwn,
    plain,
    refusal,
)

DIVIDER: JsonObject = {"type": "divider"}


def _section(text: str) -> JsonObject:
    return {"type": "section", "text": mrkdwn(text)}


def _options(count: int, label: str = "x") -> list[JsonObject]:
    return [{"text": plain(label), "value": str(number)} for number in range(count)]


def _select(**more: object) -> JsonObject:
    return actions({"type": "static_select", "action_id": "s", **more})


AT_THE_LIMIT: list[tuple[str, list[JsonObject]]] = [
    ("50 blocks", [DIVIDER] * 50),
    ("section text", [_section("x" * 3000)]),
    ("header text", [{"type": "header", "text": plain("x" * 150)}]),
    ("button text", [actions(button("a", "x" * 75))]),
    ("action id", [actions(button("a" * 255))]),
    ("button value", [actions(button("a", value="x" * 2000))]),
    ("fields", [{"type": "section", "fields": [mrkdwn("x" * 2000)] * 10}]),
    ("elements of a row", [actions(*[button(f"a{n}") for n in range(25)])]),
    ("context elements", [{"type": "context", "elements": [mrkdwn("x")] * 10}]),
    ("options", [_select(options=_options(100, "x" * 75))]),
    ("markdown", [{"type": "markdown", "text": "x" * 12_000}]),
]

OVER_THE_LIMIT: list[tuple[list[JsonObject], str]] = [
    ([DIVIDER] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    (
        [_section("x" * 3001)],
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ),
    ([_section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    (
        [{"type": "header", "text": plain("x" * 151)}],
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    (
        [actions(button("a", "x" * 76))],
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    (
        [actions(button("a" * 256))],
        "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
    ),
    (
        [actions(button("a", value="x" * 2001))],
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    (
        [{"type": "section", "fields": [mrkdwn("x")] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ),
    (
        [{"type": "section", "fields": [mrkdwn("x" * 2001)]}],
        "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
    ),
    (
        [actions(*[button(f"a{n}") for n in range(26)])],
        "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
    ),
    (
        [{"type": "context", "elements": [mrkdwn("x")] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
    ),
    (
        [_select(options=_options(101))],
        "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    (
        [{"type": "markdown", "text": "x" * 12_001}],
        "must be less than 12001 characters [json-pointer:/blocks/0/text]",
    ),
    ([{"type": "marquee"}], "unsupported type: marquee [json-pointer:/blocks/0]"),
    ([{"type": "section"}], "missing required field: text or fields [json-pointer:/blocks/0]"),
    (
        [{"type": "header", "text": mrkdwn("x")}],
        "must be one of 'plain_text' [json-pointer:/blocks/0/text/type]",
    ),
    (
        [_section("x") | {"colour": "red"}],
        "invalid additional property: colour [json-pointer:/blocks/0/colour]",
    ),
    (
        [_section("x") | {"block_id": "same"}, _section("y") | {"block_id": "same"}],
        "block_id already exists [json-pointer:/blocks/1/block_id]",
    ),
    (
        [_select()],
        "must have exactly one of options and option_groups [json-pointer:/blocks/0/elements/0]",
    ),
]


@pytest.mark.parametrize(("what", "blocks"), AT_THE_LIMIT, ids=[what for what, _ in AT_THE_LIMIT])
def test_what_is_just_within_a_limit_is_accepted(what: str, blocks: list[JsonObject]) -> None:
    """A limit that is too strict would make the board say less than it may."""
    assert len(checked_blocks(blocks)) == len(blocks)


@pytest.mark.parametrize(("blocks", "complaint"), OVER_THE_LIMIT)
def test_what_is_over_a_limit_is_refused_with_a_pointer(
    blocks: list[JsonObject], complaint: str
) -> None:
    """A board that Slack would drop in production must be dropped at the desk."""
    with pytest.raises(SlackError) as refused:
        checked_blocks(blocks)

    assert refused.value.code == "invalid_blocks"
    assert refused.value.messages[0] == complaint


def test_the_markdown_of_one_message_is_limited_in_sum() -> None:
    """Two long blocks are refused together although each alone would pass."""
    half: JsonObject = {"type": "markdown", "text": "x" * 7000}

    with pytest.raises(SlackError) as refused:
        checked_blocks([half, half])

    assert refused.value.code == "msg_blocks_too_long"


def test_the_complaint_reaches_the_caller_in_slacks_shape(web: WebClient) -> None:
    """slack_sdk shows response_metadata.messages; without them one searches in the dark."""
    with pytest.raises(SlackApiError) as refused:
        web.chat_postMessage(channel="C0INCIDENT", text="t", blocks=[{"type": "header"}])

    assert refusal(refused.value) == "invalid_blocks"
    assert first_complaint(refused.value) == (
        "[ERROR] missing required field: text [json-pointer:/blocks/0]"
    )


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"title": plain("x" * 25)}, "must be less than 25 characters"),
        ({"title": None}, "missing required field: title"),
        ({"submit": None}, "missing required field: submit"),
        ({"private_metadata": "x" * 3001}, "must be less than 3001 characters"),
        ({"callback_id": "x" * 256}, "must be less than 256 characters"),
        ({"blocks": [DIVIDER] * 101}, "no more than 100 items allowed"),
    ],
)
def test_a_view_over_a_limit_is_refused(change: JsonObject, complaint: str) -> None:
    """A form that does not open leaves the responder with nothing to fill in."""
    with pytest.raises(SlackError) as refused:
        checked_view(form() | change)

    assert refused.value.code == "invalid_arguments"
    assert refused.value.messages[0].startswith(complaint)


def test_a_view_of_more_than_a_quarter_megabyte_is_too_large() -> None:
    """Slack counts the whole view, whatever its blocks allow."""
    fields: JsonObject = {"type": "section", "fields": [mrkdwn("x" * 2000)] * 10}

    with pytest.raises(SlackError) as refused:
        checked_view(form(blocks=[fields] * 13))

    assert refused.value.code == "view_too_large"
