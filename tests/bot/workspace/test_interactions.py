"""Buttons, menus, forms, shortcuts and home tabs, with a real Bolt app at the other end."""

# Bolt and slack_sdk leave type parameters open, which strict checking reports at every call.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

import pytest
from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.workspace.json_types import JsonObject, as_object, as_objects
from bot.workspace.person import Person, Refused
from bot.workspace.server import Workspace
from tests.bot.workspace.support import (
    APP,
    ON_CALL,
    Inbox,
    TurnableClock,
    actions,
    button,
    client_of,
    connected,
    form,
    make_seed,
    mrkdwn,
    plain,
    refusal,
)


def _post(web: WebClient, *elements: JsonObject) -> None:
    web.chat_postMessage(channel="C0INCIDENT", text="Choose", blocks=[actions(*elements)])


def _opener(app: App, client: WebClient, view: JsonObject) -> None:
    """Open a view when the button `open` is pressed."""

    @app.action("open")
    def opens(ack: Ack, body: JsonObject) -> None:
        ack()
        client.views_open(trigger_id=str(body["trigger_id"]), view=view)


def test_a_press_tells_the_app_who_pressed_what_on_which_message(
    workspace: Workspace, bolt: App, person: Person, web: WebClient
) -> None:
    """An approval is worth what is known about the approver and the call."""
    heard: Inbox[JsonObject] = Inbox()

    @bolt.action("approve")
    def approve(ack: Ack, body: JsonObject) -> None:
        ack()
        heard.put(body)

    _post(web, button("approve", "Approve", value="digest-1", style="primary"))
    with connected(workspace, bolt, person):
        message = person.messages("incidents")[-1]
        person.press(message, "approve")
        body = heard.take()

    action = as_objects(body["actions"])[0]
    assert as_object(body["user"])["id"] == ON_CALL
    assert as_object(body["message"])["ts"] == message.ts
    assert (action["action_id"], action["value"], action["block_id"]) == (
        "approve",
        "digest-1",
        "actions",
    )


def test_a_press_that_no_app_takes_is_reported_to_the_person(
    person: Person, web: WebClient
) -> None:
    """A button that does nothing must not look as if it had worked."""
    _post(web, button("approve"))

    with pytest.raises(Refused, match="dispatch_failed"):
        person.press(person.messages("incidents")[-1], "approve")
    with pytest.raises(Refused, match="element_not_found"):
        person.press(person.messages("incidents")[-1], "aprove")


def test_menus_send_what_was_chosen_and_keep_it(
    workspace: Workspace, bolt: App, person: Person, web: WebClient
) -> None:
    """A specialist is picked from a menu; the next press carries the pick along."""
    heard: Inbox[JsonObject] = Inbox()
    option: JsonObject = {"text": plain("Network"), "value": "network"}

    @bolt.action("ask")
    @bolt.action("more")
    @bolt.action("go")
    def take(ack: Ack, body: JsonObject) -> None:
        ack()
        heard.put(body)

    _post(
        web,
        {"type": "static_select", "action_id": "ask", "options": [option]},
        {"type": "overflow", "action_id": "more", "options": [option]},
        button("go"),
    )
    with connected(workspace, bolt, person):
        message = person.messages("incidents")[-1]
        person.press(message, "ask", "network")
        person.press(message, "more", "network")
        person.press(message, "go")
        bodies = [heard.take() for _ in range(3)]

    chosen = [as_objects(body["actions"])[0].get("selected_option") for body in bodies]
    values = as_object(as_object(bodies[2]["state"])["values"])
    assert chosen == [option, option, None]
    assert as_object(as_object(values["actions"])["ask"])["selected_option"] == option


def test_a_menu_asks_the_app_for_its_options(
    workspace: Workspace, bolt: App, person: Person, web: WebClient
) -> None:
    """Runbooks are too many to list; they are searched as one types."""

    @bolt.options("runbook")
    def search(ack: Ack, payload: JsonObject) -> None:
        ack(options=[{"text": plain(f"About {payload['value']}"), "value": "1"}])

    _post(web, {"type": "external_select", "action_id": "runbook", "min_query_length": 1})
    with connected(workspace, bolt, person):
        found = person.suggestions(person.messages("incidents")[-1], "runbook", "locks")

    assert as_object(as_objects(found["options"])[0]["text"])["text"] == "About locks"


def test_a_form_is_filled_in_corrected_and_sent(
    workspace: Workspace, bolt: App, person: Person, web: WebClient
) -> None:
    """Slack checks what is required, the app checks the rest, and the form waits for both."""
    heard: Inbox[str] = Inbox()
    _opener(bolt, web, form())

    @bolt.view("form")
    def take(ack: Ack, view: JsonObject) -> None:
        values = as_object(as_object(view["state"])["values"])
        cause = str(as_object(as_object(values["cause"])["text"])["value"])
        if cause == "bad":
            ack(response_action="errors", errors={"cause": "Name the cause"})
        else:
            ack()
            heard.put(cause)

    _post(web, button("open"))
    with connected(workspace, bolt, person):
        person.press(person.messages("incidents")[-1], "open")
        view = person.wait_for(person.modal, what="the form")
        empty = person.submit(view, {"cause": {"text": ""}})
        wrong = person.submit(view, {"cause": {"text": "bad"}})
        right = person.submit(view, {"cause": {"text": "lock"}})

    assert empty == {"cause": "Please complete this required field."}
    assert wrong == {"cause": "Name the cause"}
    assert (right, heard.take(), person.modal()) == ({}, "lock", None)


@pytest.mark.parametrize(
    ("action", "titles"), [("update", ["Next"]), ("push", ["Next", "Form"]), ("clear", [])]
)
def test_an_app_may_answer_a_form_with_another_view(
    workspace: Workspace, bolt: App, person: Person, web: WebClient, action: str, titles: list[str]
) -> None:
    """Wizards move on, go deeper, or end; closing a step returns to the one before."""
    _opener(bolt, web, form())

    @bolt.view("form")
    def take(ack: Ack) -> None:
        if action == "clear":
            ack(response_action="clear")
        else:
            ack(response_action=action, view=form("next", "Next"))

    _post(web, button("open"))
    seen: list[str] = []
    with connected(workspace, bolt, person):
        person.press(person.messages("incidents")[-1], "open")
        first = person.wait_for(person.modal, what="the form")
        person.submit(first, {"cause": {"text": "x"}})
        while (top := person.modal()) is not None:
            seen.append(str((top.title or {})["text"]))
            person.close_view(top)

    assert seen == titles


def test_closing_a_form_is_told_to_the_app_that_asked(
    workspace: Workspace, bolt: App, person: Person, web: WebClient
) -> None:
    """A takeover that was begun and given up must free its seam."""
    heard: Inbox[str] = Inbox()
    _opener(bolt, web, form(notify_on_close=True))

    @bolt.view_closed("form")
    def closed(ack: Ack, view: JsonObject) -> None:
        ack()
        heard.put(str(view["callback_id"]))

    _post(web, button("open"))
    with connected(workspace, bolt, person):
        person.press(person.messages("incidents")[-1], "open")
        person.close_view(person.wait_for(person.modal, what="the form"))

        assert heard.take() == "form"
    assert person.modal() is None


def test_shortcuts_carry_their_message_or_none(
    workspace: Workspace, bolt: App, person: Person
) -> None:
    """Any message can become evidence, attributed to whoever wrote it."""
    heard: Inbox[JsonObject] = Inbox()

    @bolt.shortcut("add_evidence")
    @bolt.shortcut("declare")
    def take(ack: Ack, body: JsonObject) -> None:
        ack()
        heard.put(body)

    with connected(workspace, bolt, person):
        said = person.say("incidents", "disk is full")
        person.shortcut("add_evidence", said)
        on_message = heard.take()
        person.shortcut("declare")
        anywhere = heard.take()

    assert as_object(on_message["message"])["text"] == "disk is full"
    assert (on_message["type"], anywhere["type"]) == ("message_action", "shortcut")


def test_a_home_tab_is_published_and_guarded_by_its_hash(web: WebClient, person: Person) -> None:
    """Two workers that publish at once must not undo each other unseen."""

    def home(text: str) -> JsonObject:
        return {"type": "home", "blocks": [{"type": "section", "text": mrkdwn(text)}]}

    first = as_object(web.views_publish(user_id=ON_CALL, view=home("one"))["view"])
    web.views_publish(user_id=ON_CALL, view=home("two"), hash=str(first["hash"]))
    with pytest.raises(SlackApiError) as stale:
        web.views_publish(user_id=ON_CALL, view=home("three"), hash=str(first["hash"]))

    seen = person.home(APP)
    assert refusal(stale.value) == "hash_conflict"
    assert seen is not None
    assert "two" in seen.words


def test_a_trigger_opens_one_view_and_only_within_three_seconds(clock: TurnableClock) -> None:
    """Work that is queued before the view is opened comes too late; it must show here."""
    heard: Inbox[str] = Inbox()
    with Workspace(make_seed(), clock=clock) as workspace:
        web = client_of(workspace)
        app = App(client=web)

        @app.action("open")
        def take(ack: Ack, body: JsonObject) -> None:
            ack()
            heard.put(str(body["trigger_id"]))

        _post(web, button("open"))
        with Person(workspace.url, ON_CALL) as somebody, connected(workspace, app, somebody):
            message = somebody.messages("incidents")[-1]
            somebody.press(message, "open")
            somebody.press(message, "open")
            prompt, late = heard.take(), heard.take()
        web.views_open(trigger_id=prompt, view=form())
        errors = [_error_of_open(web, prompt)]
        clock.advance(3.1)
        errors += [_error_of_open(web, late), _error_of_open(web, "made-up")]

    assert errors == ["exchanged_trigger_id", "expired_trigger_id", "invalid_trigger_id"]


def _error_of_open(web: WebClient, trigger_id: str) -> str:
    with pytest.raises(SlackApiError) as refused:
        web.views_open(trigger_id=trigger_id, view=form())
    return refusal(refused.value)


def test_a_view_is_updated_only_if_it_is_what_the_app_thinks(
    workspace: Workspace, bolt: App, person: Person, web: WebClient
) -> None:
    """Results that arrive late must not overwrite a form that has moved on."""
    _opener(bolt, web, form(external_id="takeover-1"))
    _post(web, button("open"))
    with connected(workspace, bolt, person):
        person.press(person.messages("incidents")[-1], "open")
        view = person.wait_for(person.modal, what="the form")

    web.views_update(external_id="takeover-1", view=form(title="Newer"), hash=view.hash)
    with pytest.raises(SlackApiError) as stale:
        web.views_update(view_id=view.id, view=form(), hash=view.hash)
    with pytest.raises(SlackApiError) as unknown:
        web.views_update(view_id="V404", view=form())

    shown = person.modal()
    assert shown is not None
    assert (shown.title or {})["text"] == "Newer"
    assert (refusal(stale.value), refusal(unknown.value)) == ("hash_conflict", "not_found")


def test_no_more_than_three_views_lie_on_each_other(
    workspace: Workspace, bolt: App, person: Person, web: WebClient
) -> None:
    """Slack refuses the fourth."""
    errors: Inbox[str] = Inbox()
    row = actions(button("deeper"))
    view = form(blocks=[row])
    _opener(bolt, web, view)

    @bolt.action("deeper")
    def deeper(ack: Ack, body: JsonObject) -> None:
        ack()
        try:
            web.views_push(trigger_id=str(body["trigger_id"]), view=view)
        except SlackApiError as error:
            errors.put(refusal(error))

    _post(web, button("open"))
    with connected(workspace, bolt, person):
        person.press(person.messages("incidents")[-1], "open")
        top = person.wait_for(person.modal, what="the form")
        for _ in range(2):
            before = top
            person.press(before, "deeper")
            top = person.wait_for(
                lambda known=before: (
                    now if (now := person.modal()) and now.id != known.id else None
                ),
                what="the next view",
            )
        person.press(top, "deeper")

        assert errors.take() == "push_limit_reached"


def test_a_response_url_replaces_deletes_and_runs_out(
    workspace: Workspace, bolt: App, person: Person, web: WebClient
) -> None:
    """After Approve the buttons must go, whoever looks at the message."""
    statuses: Inbox[int] = Inbox()

    @bolt.action("approve")
    def approve(ack: Ack, respond: Respond) -> None:
        ack()
        respond("Approved", replace_original=True)
        respond("For you", replace_original=False, response_type="ephemeral")
        respond("For all", replace_original=False, response_type="in_channel")
        respond(delete_original=True)
        for text in ("fifth", "sixth"):
            statuses.put(respond(text, response_type="ephemeral").status_code)

    _post(web, button("approve"))
    with connected(workspace, bolt, person):
        message = person.messages("incidents")[-1]
        person.press(message, "approve")
        codes = [statuses.take(), statuses.take()]

    texts = [seen.text for seen in person.messages("incidents")]
    assert codes == [200, 404]
    assert "For all" in texts
    assert message.ts not in [seen.ts for seen in person.messages("incidents")]
    assert [seen.text for seen in person.ephemerals("incidents")] == ["For you", "fifth"]
