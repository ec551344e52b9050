"""How the page shows text and blocks: what an app meant is what a person reads."""

import pytest
from playwright.sync_api import Locator, Page, expect
from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.workspace.json_types import JsonObject, as_object
from bot.workspace.person import Person
from bot.workspace.server import Workspace
from tests.bot.workspace.support import (
    ON_CALL,
    PICTURES,
    RESPONDER,
    Inbox,
    button,
    connected,
    enter,
    form,
    mrkdwn,
    plain,
)

# Bolt and slack_sdk leave type parameters open, which strict checking reports at every call.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("*bold* _italic_ ~gone~", "<strong>bold</strong> <em>italic</em> <s>gone</s>"),
        ("2*3*4 snake_case_name", "2*3*4 snake_case_name"),
        ("`a *b*`", "<code>a *b*</code>"),
        ("&lt;b&gt; &amp;amp;", "&lt;b&gt; &amp;amp;"),
        ("&gt; quoted\nplain", "<blockquote>quoted</blockquote>plain"),
        ("one\ntwo", "one<br>two"),
        (f"<@{RESPONDER}>", '<span class="mention">@responder</span>'),
        ("<!here>", '<span class="mention mine">@here</span>'),
        ("<javascript:alert(1)|x>", "<span>x</span>"),
        (":nonsense_code:", ":nonsense_code:"),
    ],
)
def test_mrkdwn_reads_as_on_slack(
    page: Page, workspace: Workspace, web: WebClient, text: str, markup: str
) -> None:
    """A claim that shows its markup, or loses its underscores, is misread."""
    web.chat_postMessage(channel="C0INCIDENT", text=text)

    enter(page, workspace)

    expect(page.locator(".message .text")).to_be_visible()
    assert page.locator(".message .text").inner_html() == markup


def test_a_fenced_block_and_a_link_keep_what_they_hold(
    page: Page, workspace: Workspace, web: WebClient
) -> None:
    """Log lines are copied from here into a shell; not one character may change."""
    text = "```\nselect '*a*' &lt; 1;\n```\n<https://shop.example/?a=1&amp;b=2|graph>"
    web.chat_postMessage(channel="C0INCIDENT", text=text)

    enter(page, workspace)

    expect(page.locator("pre")).to_have_text("select '*a*' < 1;")
    anchor = page.get_by_role("link", name="graph")
    expect(anchor).to_have_attribute("href", "https://shop.example/?a=1&b=2")
    expect(anchor).to_have_attribute("rel", "noopener noreferrer")


LIST: JsonObject = {
    "type": "rich_text_list",
    "style": "ordered",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "first ", "style": {"bold": True}},
                {"type": "user", "user_id": ON_CALL},
            ],
        }
    ],
}
EVERY_KIND: list[JsonObject] = [
    {"type": "header", "text": plain("A header")},
    {"type": "section", "fields": [mrkdwn("*Field*\nvalue")]},
    {"type": "divider"},
    {"type": "context", "elements": [mrkdwn("small print")]},
    {"type": "markdown", "text": "## Title\n- [x] done\n\n| a | b |\n|---|---|\n| 1 | 2 |"},
    {"type": "rich_text", "elements": [LIST]},
    {"type": "alert", "level": "warning", "text": plain("A gap")},
    {"type": "plan", "title": "A plan", "tasks": [{"task_id": "1", "title": "A task"}]},
    {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "f",
                "positive_button": {"text": plain("Good"), "value": "1"},
                "negative_button": {"text": plain("Bad"), "value": "0"},
            }
        ],
    },
    {"type": "card", "title": plain("A card")},
]


def test_blocks_of_every_kind_are_shown(page: Page, workspace: Workspace, web: WebClient) -> None:
    """A block that is silently left out would be evidence that nobody sees."""
    web.chat_postMessage(channel="C0INCIDENT", text="t", blocks=EVERY_KIND)

    enter(page, workspace)

    message = page.locator(".message .body")
    expect(message.get_by_role("heading", name="A header")).to_be_visible()
    expect(message.get_by_role("heading", name="Title")).to_be_visible()
    expect(message.get_by_role("checkbox")).to_be_checked()
    expect(message.get_by_role("cell", name="2")).to_be_visible()
    expect(message.get_by_role("button", name="Good")).to_be_visible()
    for words in ("value", "small print", "first @on-call", "A gap", "A plan", "A task"):
        expect(message).to_contain_text(words)
    expect(message.get_by_text("A card block is not shown here.")).to_be_visible()


OPTIONS: list[JsonObject] = [
    {"text": plain(name), "value": name.lower()} for name in ("One", "Two")
]
FIELDS: dict[str, JsonObject] = {
    "Words": {"type": "plain_text_input", "multiline": True},
    "Menu": {"type": "static_select", "options": OPTIONS},
    "Boxes": {"type": "checkboxes", "options": OPTIONS},
    "Radio": {"type": "radio_buttons", "options": OPTIONS},
    "Several": {"type": "multi_static_select", "options": OPTIONS},
    "Person": {"type": "users_select"},
    "Day": {"type": "datepicker"},
    "Number": {"type": "number_input", "is_decimal_allowed": False},
    "Search": {"type": "external_select", "min_query_length": 1},
}


def _ask_everything(app: App, web: WebClient, heard: Inbox[JsonObject]) -> None:
    """Let `/warroom` open a form with every kind of field."""
    blocks: list[JsonObject] = [
        {
            "type": "input",
            "block_id": name,
            "label": plain(name),
            "element": {**element, "action_id": "a"},
        }
        for name, element in FIELDS.items()
    ]

    @app.command("/warroom")
    def opens(ack: Ack, body: JsonObject) -> None:
        ack()
        web.views_open(trigger_id=str(body["trigger_id"]), view=form(blocks=blocks))

    @app.options("a")
    def search(ack: Ack) -> None:
        ack(options=OPTIONS)

    @app.view("form")
    def take(ack: Ack, view: dict[str, dict[str, JsonObject]]) -> None:
        ack()
        heard.put(view["state"]["values"])


def _fill(dialog: Locator) -> None:
    dialog.get_by_label("Words").fill("two\nlines")
    dialog.get_by_label("Menu").select_option("two")
    dialog.get_by_role("checkbox", name="One").first.check()
    dialog.get_by_role("radio", name="Two").check()
    dialog.get_by_label("Several").click()
    dialog.locator(".listbox").get_by_text("Two").first.click()
    dialog.get_by_label("Several").click()
    dialog.get_by_label("Person").select_option(RESPONDER)
    dialog.get_by_label("Day").fill("2026-11-20")
    dialog.get_by_label("Number").fill("7")
    dialog.get_by_label("Search").press_sequentially("o")
    dialog.locator("[role=option]", has_text="One").click()


def test_every_kind_of_field_gives_the_app_what_was_put_in(
    page: Page, workspace: Workspace, bolt: App, web: WebClient, person: Person
) -> None:
    """A form is only as good as the values that arrive."""
    heard: Inbox[JsonObject] = Inbox()
    _ask_everything(bolt, web, heard)

    with connected(workspace, bolt, person):
        enter(page, workspace)
        person.command("/warroom", "incidents")
        dialog = page.get_by_role("dialog")
        _fill(dialog)
        page.screenshot(path=PICTURES / "fields.png")
        dialog.get_by_role("button", name="Send").click()
        values = heard.take()

    one, two = OPTIONS
    assert {name: _chosen(values, name) for name in FIELDS} == {
        "Words": "two\nlines",
        "Menu": two,
        "Boxes": [one],
        "Radio": two,
        "Several": [two],
        "Person": RESPONDER,
        "Day": "2026-11-20",
        "Number": "7",
        "Search": one,
    }


def _chosen(values: JsonObject, name: str) -> object:
    """Read what a field holds, wherever its kind keeps it."""
    held = as_object(as_object(values[name])["a"])
    return next(value for key, value in held.items() if key != "type")


def test_a_button_keeps_its_focus_while_its_board_is_edited(
    page: Page, workspace: Workspace, web: WebClient
) -> None:
    """A responder who uses the keyboard must not lose the place at every update."""
    row: JsonObject = {"type": "actions", "block_id": "row", "elements": [button("go", "Go")]}
    board = web.chat_postMessage(channel="C0INCIDENT", text="t", blocks=[row])
    enter(page, workspace)
    page.get_by_role("button", name="Go").focus()

    edited: list[JsonObject] = [{"type": "header", "text": plain("Edited")}, row]
    web.chat_update(channel="C0INCIDENT", ts=str(board["ts"]), text="t", blocks=edited)

    expect(page.get_by_role("heading", name="Edited")).to_be_visible()
    expect(page.get_by_role("button", name="Go")).to_be_focused()
