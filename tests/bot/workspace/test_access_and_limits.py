"""Tokens, scopes, rate limits and faults: how Slack says no."""

# Bolt and slack_sdk leave type parameters open, which strict checking reports at every call.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

from collections.abc import Iterator

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.workspace.json_types import JsonObject, as_object
from bot.workspace.operator_client import Operator
from bot.workspace.person import Person
from bot.workspace.seed import Rates
from bot.workspace.server import Workspace
from tests.bot.workspace.support import TurnableClock, client_of, make_seed, refusal


@pytest.fixture
def strict(clock: TurnableClock) -> Iterator[Workspace]:
    """Serve a workspace with Slack's rate limits, on a clock that the test turns."""
    with Workspace(make_seed(rates=Rates()), clock=clock) as running:
        yield running


def _call(
    workspace: Workspace, method: str, token: str = "xoxb-test", **arguments: object
) -> httpx.Response:
    return httpx.post(
        f"{workspace.url}/api/{method}",
        json=arguments,
        headers={"Authorization": f"Bearer {token}"} if token else {},
        trust_env=False,
    )


@pytest.mark.parametrize(
    ("method", "token", "error"),
    [
        ("auth.test", "", "not_authed"),
        ("auth.test", "xoxb-stolen", "invalid_auth"),
        ("auth.test", "xapp-test", "not_allowed_token_type"),
        ("apps.connections.open", "xoxb-test", "not_allowed_token_type"),
        ("chat.postTelegram", "xoxb-test", "unknown_method"),
    ],
)
def test_a_wrong_token_is_named_for_what_is_wrong_with_it(
    workspace: Workspace, method: str, token: str, error: str
) -> None:
    """`warroom doctor` tells people which credential to mend by these codes."""
    answer: JsonObject = as_object(_call(workspace, method, token).json())

    assert (answer["ok"], answer["error"]) == (False, error)


def test_a_token_may_come_as_a_form_field(workspace: Workspace) -> None:
    """Older clients send it so, and Slack takes it."""
    answer = httpx.post(
        f"{workspace.url}/api/auth.test", data={"token": "xoxb-test"}, trust_env=False
    )

    assert as_object(answer.json())["user_id"] == "U0WARROOM"


def test_json_that_is_not_json_is_refused(workspace: Workspace) -> None:
    """A broken body must not pass as an empty one."""
    answer = httpx.post(
        f"{workspace.url}/api/auth.test",
        content="{",
        headers={"Content-Type": "application/json"},
        trust_env=False,
    )

    assert as_object(answer.json())["error"] == "invalid_json"


def test_a_missing_scope_is_named_with_those_that_are_there() -> None:
    """The operator adds the scope that the error names, instead of guessing."""
    with Workspace(make_seed(scopes=frozenset({"chat:write"}))) as workspace:
        web = client_of(workspace)
        web.chat_postMessage(channel="C0INCIDENT", text="allowed")
        with pytest.raises(SlackApiError) as refused:
            web.pins_add(channel="C0INCIDENT", timestamp="1.000001")

    body = as_object(refused.value.response.data)
    assert (body["error"], body["needed"], body["provided"]) == (
        "missing_scope",
        "pins:write",
        "chat:write",
    )


def test_a_bot_may_post_where_it_is_not_only_with_the_scope_for_it() -> None:
    """chat:write.public is what lets a bot announce in a channel that it has not joined."""
    scopes = frozenset({"chat:write", "chat:write.public"})
    with Workspace(make_seed(scopes=scopes)) as workspace:
        answer = client_of(workspace).chat_postMessage(channel="#general", text="Announcement")

    assert answer["ok"] is True


def test_a_burst_of_messages_is_limited_and_allowed_again_in_time(
    strict: Workspace, clock: TurnableClock
) -> None:
    """The outbox must be seen to wait as long as Retry-After says, and no longer."""
    codes = [
        _call(strict, "chat.postMessage", channel="C0INCIDENT", text="x").status_code
        for _ in range(6)
    ]
    limited = _call(strict, "chat.postMessage", channel="C0INCIDENT", text="x")
    clock.advance(float(limited.headers["Retry-After"]))
    later = _call(strict, "chat.postMessage", channel="C0INCIDENT", text="x")

    assert codes == [200, 200, 200, 200, 200, 429]
    assert as_object(limited.json()) == {"ok": False, "error": "ratelimited"}
    assert later.status_code == 200


def test_each_method_has_a_tier_of_its_own(strict: Workspace) -> None:
    """Editing the board in place uses up another allowance than reading the channel."""
    first = _call(strict, "chat.postMessage", channel="C0INCIDENT", text="board").json()
    ts = as_object(first)["ts"]
    edits = [
        _call(strict, "chat.update", channel="C0INCIDENT", ts=ts, text="x").status_code
        for _ in range(51)
    ]

    assert edits.count(200) == 50
    assert edits[-1] == 429
    assert _call(strict, "conversations.history", channel="C0INCIDENT").status_code == 200


def test_a_fault_hits_as_often_as_asked(
    workspace: Workspace, operator: Operator, web: WebClient
) -> None:
    """An outbox is tried against failures one can count."""
    operator.fail_next("chat.postMessage", "server_error", 2)

    codes = [
        _call(workspace, "chat.postMessage", channel="C0INCIDENT", text="x").status_code
        for _ in range(3)
    ]

    assert codes == [500, 500, 200]
    assert web.auth_test()["ok"] is True


def test_a_fault_can_be_slacks_own_error_or_a_limit(operator: Operator, web: WebClient) -> None:
    """Each kind is handled by another branch of the caller."""
    operator.fail_next("chat.postMessage", "error", error="fatal_error")
    with pytest.raises(SlackApiError) as fatal:
        web.chat_postMessage(channel="C0INCIDENT", text="x")
    operator.fail_next("chat.postMessage", "ratelimited", retry_after=7)
    with pytest.raises(SlackApiError) as limited:
        web.chat_postMessage(channel="C0INCIDENT", text="x")

    assert refusal(fatal.value) == "fatal_error"
    assert (refusal(limited.value), limited.value.response.headers["Retry-After"]) == (
        "ratelimited",
        "7",
    )


def test_a_lost_answer_leaves_the_message_behind(
    workspace: Workspace, operator: Operator, person: Person
) -> None:
    """Posting once means finding out whether the first try went through after all."""
    operator.fail_next("chat.postMessage", "server_error", after_effect=True)

    answer = _call(workspace, "chat.postMessage", channel="C0INCIDENT", text="Board")

    assert answer.status_code == 500
    assert [message.text for message in person.messages("incidents")] == ["Board"]


def test_a_timeout_ends_without_an_answer(workspace: Workspace, operator: Operator) -> None:
    """A connection that dies is another thing than one that says no."""
    operator.fail_next("auth.test", "timeout", hold_seconds=0.05)

    with pytest.raises(httpx.RemoteProtocolError):
        _call(workspace, "auth.test")


def test_an_outage_ends_when_slack_is_brought_up(workspace: Workspace, operator: Operator) -> None:
    """A peer that is down loses nothing; this is how it is down."""
    operator.take_down()
    down = _call(workspace, "auth.test").status_code
    operator.bring_up()

    assert down == 503
    assert _call(workspace, "auth.test").status_code == 200


def test_another_sites_page_cannot_drive_the_workspace(workspace: Workspace) -> None:
    """A page open in the same browser must not press Approve."""
    answer = httpx.post(
        f"{workspace.url}/workspace/say",
        json={"user": "U0ONCALL1", "channel": "incidents", "text": "x"},
        headers={"Origin": "http://evil.example"},
        trust_env=False,
    )

    assert answer.status_code == 403
