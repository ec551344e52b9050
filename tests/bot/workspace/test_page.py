"""The page in a real browser: what the person on call sees and does."""

import pytest
from playwright.sync_api import Browser, Page, expect
from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient

from bot.workspace.json_types import JsonObject, as_object
from bot.workspace.person import Person
from bot.workspace.server import Workspace
from tests.bot.workspace.scene import play
from tests.bot.workspace.support import (
    APP,
    ON_CALL,
    PICTURES,
    RESPONDER,
    actions,
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

HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_war_room_in_full_swing_can_be_taken_in_at_a_glance(
    browser: Browser,
    workspace: Workspace,
    web: WebClient,
    person: Person,
    responder: Person,
    scheme: str,
) -> None:
    """This is the first thing that anybody sees of the product; it is also the README's picture."""
    channel = play(web, person, responder)
    context = browser.new_context(
        viewport={"width": 1360, "height": 1240},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    enter(page, workspace, channel)

    expect(page.get_by_role("heading", name="SEV2 Checkout times out")).to_be_visible()
    expect(page.get_by_role("button", name="Approve: end session 4711")).to_be_visible()
    expect(page.get_by_text("Only visible to you")).to_be_visible()
    expect(page.get_by_text("2 of 4 done")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-theme", scheme)
    page.screenshot(path=PICTURES / f"war-room-{scheme}.png")
    context.close()


def test_what_is_written_appears_on_the_other_screens_at_once(
    page: Page, workspace: Workspace, person: Person, responder: Person
) -> None:
    """Nobody reloads a page in an incident."""
    enter(page, workspace)

    page.locator("#composer").fill("errors rise, see @responder")
    page.keyboard.press("Enter")
    responder.wait_for_message("incidents", lambda m: f"<@{RESPONDER}>" in m.text)
    responder.say("incidents", "*looking*")

    expect(page.locator(".mention", has_text="@responder")).to_be_visible()
    expect(page.locator(".message strong", has_text="looking")).to_be_visible()
    expect(page.locator("#composer")).to_have_value("")


def test_hostile_text_is_shown_and_never_run(
    page: Page, workspace: Workspace, web: WebClient, person: Person
) -> None:
    """Log lines and alert titles are written by whoever attacks the shop."""
    person.say("incidents", HOSTILE)
    web.conversations_setTopic(channel="C0INCIDENT", topic=HOSTILE)
    web.chat_postMessage(
        channel="C0INCIDENT",
        text=HOSTILE,
        blocks=[
            {"type": "header", "text": plain(HOSTILE)},
            {"type": "section", "text": mrkdwn(f"{HOSTILE} <javascript:alert(1)|trap>")},
            {"type": "markdown", "text": f"{HOSTILE} [trap](javascript:alert(1))"},
            actions(button("a", HOSTILE[:75])),
        ],
    )
    web.chat_postMessage(channel="C0INCIDENT", text=HOSTILE, username=HOSTILE)

    enter(page, workspace)

    expect(page.get_by_text("document.title='owned'").first).to_be_visible()
    assert page.locator("#app img[src='x'], #app script").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    assert page.title() == "Shop"


def test_a_press_asks_first_and_then_reaches_the_app(
    page: Page, workspace: Workspace, bolt: App, web: WebClient, person: Person
) -> None:
    """Approve must not go off by a slip, and must go off when it is meant."""

    @bolt.action("approve")
    def approve(ack: Ack, respond: Respond, body: JsonObject) -> None:
        ack()
        respond(f"Approved by <@{as_object(body['user'])['id']}>", replace_original=True)

    sure = {
        "title": plain("Sure?"),
        "text": mrkdwn("Ends *4711*"),
        "confirm": plain("Do it"),
        "deny": plain("No"),
    }
    row = actions(button("approve", "Approve", confirm=sure))
    web.chat_postMessage(channel="C0INCIDENT", text="t", blocks=[row])
    with connected(workspace, bolt, person):
        enter(page, workspace)
        page.get_by_role("button", name="Approve").click()
        page.screenshot(path=PICTURES / "confirm.png")
        page.get_by_role("button", name="No", exact=True).click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_role("button", name="Approve")).to_be_visible()
        page.get_by_role("button", name="Approve").click()
        page.get_by_role("button", name="Do it").click()

        expect(page.get_by_text("Approved by")).to_be_visible()
        expect(page.get_by_text("(edited)")).to_be_visible()


def test_a_press_that_fails_says_so(page: Page, workspace: Workspace, web: WebClient) -> None:
    """The app is not there: the person must not think that the fix is under way."""
    row = actions(button("approve", "Approve"))
    web.chat_postMessage(channel="C0INCIDENT", text="t", blocks=[row])
    enter(page, workspace)

    page.get_by_role("button", name="Approve").click()

    expect(page.get_by_text("The app is not connected.")).to_be_visible()
    expect(page.get_by_label("not connected")).to_be_visible()


def test_a_form_shows_errors_at_their_fields_and_closes_when_it_is_right(
    page: Page, workspace: Workspace, bolt: App, web: WebClient, person: Person
) -> None:
    """Resolving asks for the cause; a bad answer is said where it was given."""

    @bolt.command("/warroom")
    def resolve(ack: Ack, body: JsonObject) -> None:
        ack()
        web.views_open(trigger_id=str(body["trigger_id"]), view=form(title="Resolve"))

    @bolt.view("form")
    def take(ack: Ack, view: JsonObject) -> None:
        right = "lock" in str(view["state"])
        ack() if right else ack(response_action="errors", errors={"cause": "Name the cause"})

    with connected(workspace, bolt, person):
        enter(page, workspace)
        page.locator("#composer").press_sequentially("/w")
        expect(page.get_by_role("option", name="/warroom")).to_be_visible()
        page.screenshot(path=PICTURES / "commands.png")
        page.keyboard.press("Tab")
        page.keyboard.type("resolve")
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="Resolve")
        dialog.get_by_role("button", name="Send").click()
        expect(dialog.get_by_text("Please complete this required field.")).to_be_visible()
        dialog.get_by_label("Cause").fill("slow")
        page.keyboard.press("Enter")
        expect(dialog.get_by_text("Name the cause")).to_be_visible()
        expect(dialog.get_by_label("Cause")).to_be_focused()
        page.screenshot(path=PICTURES / "form.png")
        dialog.get_by_label("Cause").fill("lock")
        page.keyboard.press("Enter")

        expect(dialog).to_have_count(0)


def test_escape_closes_a_form_for_good(
    page: Page, workspace: Workspace, bolt: App, web: WebClient, person: Person
) -> None:
    """Closed is closed, also after a reload; open is open, also after a reload."""

    @bolt.command("/warroom")
    def resolve(ack: Ack, body: JsonObject) -> None:
        ack()
        web.views_open(trigger_id=str(body["trigger_id"]), view=form(title="Resolve"))

    with connected(workspace, bolt, person):
        person.command("/warroom", "incidents")
        person.wait_for(person.modal, what="the form")
        enter(page, workspace)
        expect(page.get_by_role("dialog", name="Resolve")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)

    assert person.modal() is None


def test_a_thread_is_read_and_answered_at_the_side(
    page: Page, workspace: Workspace, web: WebClient, person: Person
) -> None:
    """Details stay beside the board instead of burying it."""
    parent = str(web.chat_postMessage(channel="C0INCIDENT", text="Synthesis")["ts"])
    web.chat_postMessage(channel="C0INCIDENT", text="Details", thread_ts=parent)
    enter(page, workspace)
    expect(page.locator("#messages").get_by_text("Details")).to_have_count(0)

    page.get_by_role("button", name="1 reply").click()
    page.locator("#thread-composer").fill("thanks")
    page.keyboard.press("Enter")

    thread = page.get_by_role("complementary", name="Thread")
    expect(thread.get_by_text("Details")).to_be_visible()
    expect(thread.get_by_text("thanks")).to_be_visible()
    expect(page.get_by_role("button", name="2 replies")).to_be_visible()
    page.keyboard.press("Escape")
    expect(thread).to_be_hidden()


def test_unread_channels_are_counted_and_people_can_be_switched(
    page: Page, workspace: Workspace, responder: Person
) -> None:
    """One tester plays both the on-call and the responder."""
    enter(page, workspace)
    responder.say("general", "@on-call lunch?")

    expect(page.get_by_label("1 unread")).to_be_visible()
    page.get_by_role("button", name="general").click()
    expect(page.get_by_label("1 unread")).to_have_count(0)
    page.get_by_role("button", name="Act as someone else").click()
    page.get_by_role("menuitem", name="Responder").click()

    expect(page.get_by_role("button", name="Acting as responder")).to_be_visible()


def test_a_home_tab_is_shown_and_follows_the_app(
    page: Page, workspace: Workspace, web: WebClient
) -> None:
    """Open incidents are listed at the app's own place."""

    def publish(text: str) -> None:
        home: JsonObject = {"type": "home", "blocks": [{"type": "header", "text": plain(text)}]}
        web.views_publish(user_id=ON_CALL, view=home)

    publish("No incidents")
    enter(page, workspace)
    page.locator(f"[data-key={APP}]").click()
    expect(page.get_by_role("heading", name="No incidents")).to_be_visible()

    publish("One incident")

    expect(page.get_by_role("heading", name="One incident")).to_be_visible()


def test_the_page_works_on_a_phone(
    browser: Browser, workspace: Workspace, web: WebClient, person: Person, responder: Person
) -> None:
    """The pager finds people away from their desks."""
    channel = play(web, person, responder)
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    enter(page, workspace, channel)
    expect(page.get_by_role("button", name="Approve: end session 4711")).to_be_visible()
    page.screenshot(path=PICTURES / "phone.png")
    overflow = page.evaluate("document.documentElement.scrollWidth > innerWidth")

    page.get_by_role("button", name="Open channels").click()
    page.get_by_role("button", name="general").click()

    expect(page.get_by_role("heading", name="general").first).to_be_visible()
    assert overflow is False
    context.close()


def test_every_control_has_a_name_and_the_theme_can_be_changed(
    page: Page, workspace: Workspace, web: WebClient, person: Person, responder: Person
) -> None:
    """Screen readers announce names; a nameless button is no button."""
    enter(page, workspace, play(web, person, responder))
    expect(page.get_by_role("button", name="Reject")).to_be_visible()
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, input, select, textarea, a')]
            .filter((e) => !(e.innerText || e.ariaLabel || e.textContent || '').trim())
            .map((e) => e.outerHTML)"""
    )

    page.get_by_role("button", name="Use the dark theme").click()

    assert nameless == []
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="Use the light theme")).to_be_visible()


def test_a_permalink_opens_its_message(page: Page, workspace: Workspace, web: WebClient) -> None:
    """A link in the postmortem leads to the very line of evidence."""
    ts = str(web.chat_postMessage(channel="C0INCIDENT", text="Evidence E1")["ts"])
    for number in range(40):
        web.chat_postMessage(channel="C0INCIDENT", text=f"line {number}")
    link = str(web.chat_getPermalink(channel="C0INCIDENT", message_ts=ts)["permalink"])

    page.goto(f"{link}?as={ON_CALL}")

    expect(page.get_by_text("Evidence E1")).to_be_in_viewport()
