"""Socket Mode, with a real Bolt app at the other end."""

# Bolt and slack_sdk leave type parameters open, which strict checking reports at every call.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

import threading

from slack_bolt import Ack, App, BoltContext, Respond, Say
from slack_sdk import WebClient
from slack_sdk.socket_mode.client import BaseSocketModeClient

from bot.workspace.delivery.dispatch import Delivery
from bot.workspace.json_types import JsonObject, as_object
from bot.workspace.operator_client import Operator
from bot.workspace.person import Person
from bot.workspace.seed import Timing
from bot.workspace.server import Workspace
from tests.bot.workspace.support import (
    APP,
    BOT,
    ON_CALL,
    Inbox,
    client_of,
    connected,
    make_seed,
)


def test_a_mention_is_heard_and_answered_in_its_thread(
    workspace: Workspace, bolt: App, person: Person
) -> None:
    """Steering begins with a mention."""

    @bolt.event("app_mention")
    def answer(event: JsonObject, say: Say) -> None:
        say(f"Heard <@{event['user']}>", thread_ts=str(event["ts"]))

    with connected(workspace, bolt, person):
        asked = person.say("incidents", "@warroom status?")
        answered = person.wait_for_message("incidents", lambda m: m.user == BOT)

    assert (answered.thread_ts, answered.text) == (asked.ts, f"Heard <@{ON_CALL}>")


def test_an_app_outside_the_channel_hears_nothing_and_the_person_is_told(
    workspace: Workspace, bolt: App, person: Person
) -> None:
    """Silence after a mention is worse than a line that says why."""
    heard: Inbox[JsonObject] = Inbox()
    bolt.event("app_mention")(heard.put_event)

    with connected(workspace, bolt, person):
        person.say("general", "@warroom help")

        assert "not in this channel" in person.ephemerals("general")[-1].text
        assert heard.is_empty

        person.command("/invite @warroom", "general")
        person.say("general", "@warroom help")
        assert "help" in str(heard.take()["text"])


def test_events_reach_the_apps_that_are_concerned(
    workspace: Workspace, bolt: App, person: Person, web: WebClient
) -> None:
    """The scribe builds the timeline from these; each must come, once, in Slack's shape."""
    heard: Inbox[JsonObject] = Inbox()
    for kind in ("message", "reaction_added", "pin_added", "member_joined_channel"):
        bolt.event(kind)(heard.put_event)
    bolt.event("channel_created")(heard.put_event)
    bolt.event("app_home_opened")(heard.put_event)

    with connected(workspace, bolt, person):
        said = person.say("incidents", "errors rise")
        message = heard.take()
        person.react(said, "eyes")
        reaction = heard.take()
        person.create_channel("inc-9")
        created = heard.take()
        person.open_home(APP)
        opened = heard.take()

    assert (message["type"], message["channel_type"], message["ts"]) == (
        "message",
        "channel",
        said.ts,
    )
    assert (reaction["reaction"], as_object(reaction["item"])["ts"]) == ("eyes", said.ts)
    assert as_object(created["channel"])["name"] == "inc-9"
    assert (opened["tab"], opened["user"]) == ("home", ON_CALL)


def test_a_command_is_answered_in_the_acknowledgement_and_afterwards(
    workspace: Workspace, bolt: App, person: Person
) -> None:
    """The quick answer is for the person; the result may be for everybody."""

    @bolt.command("/warroom")
    def run(ack: Ack, respond: Respond, command: dict[str, str]) -> None:
        ack(f"Looking at {command['text']}")
        respond("Found it", response_type="in_channel")

    with connected(workspace, bolt, person):
        complaint = person.command("/warroom checkout", "incidents")
        found = person.wait_for_message("incidents", lambda m: m.text == "Found it")

    assert complaint == ""
    assert [m.text for m in person.ephemerals("incidents")] == ["Looking at checkout"]
    assert not found.is_ephemeral


def test_a_command_that_is_not_acknowledged_fails_as_on_slack(person: Person) -> None:
    """The three-second rule is the first that a slow bot breaks."""
    release = threading.Event()
    with Workspace(make_seed(timing=Timing(ack_seconds=0.2))) as workspace:
        app = App(client=client_of(workspace))

        @app.command("/warroom")
        def slow(ack: Ack) -> None:
            release.wait(5)
            ack()

        with Person(workspace.url, ON_CALL) as somebody, connected(workspace, app, somebody):
            complaint = somebody.command("/warroom status", "incidents")
            shown = somebody.ephemerals("incidents")[-1].text
            release.set()

    assert complaint == shown == '/warroom failed with the error "operation_timeout"'


def test_commands_that_cannot_run_say_why(workspace: Workspace, person: Person) -> None:
    """Unknown, in a thread, or without an app: three reasons, three answers."""
    parent = person.say("incidents", "thread")

    answers = [
        person.command("/nonsense", "incidents"),
        person.command("/warroom status", "incidents", thread=parent.ts),
        person.command("/warroom status", "incidents"),
    ]

    assert answers == [
        "`/nonsense` is not a valid command.",
        "/warroom is not supported in threads. Sorry!",
        '/warroom failed with the error "dispatch_failed"',
    ]


def test_an_event_that_is_not_acknowledged_comes_again_with_its_number() -> None:
    """A bot that is too slow for an event is sent it again, and must bear it."""
    impatient = Timing(ack_seconds=0.1, event_retry_seconds=(0.01, 0.01, 0.01))
    attempts: Inbox[tuple[object, object]] = Inbox()

    def note(client: BaseSocketModeClient, message: dict[str, object], raw: str | None) -> None:
        if message.get("type") == "events_api":
            attempts.put((message.get("retry_attempt"), message.get("retry_reason")))

    with Workspace(make_seed(timing=impatient)) as workspace:
        app = App(client=client_of(workspace))
        with Person(workspace.url, ON_CALL) as somebody, connected(workspace, app, somebody) as it:
            it.client.message_listeners.append(note)
            somebody.say("incidents", "no listener takes this")
            seen = [attempts.take() for _ in range(4)]

    assert seen == [(0, ""), (1, "timeout"), (2, "timeout"), (3, "timeout")]


def test_connections_take_turns_and_are_refreshed(
    workspace: Workspace, bolt: App, person: Person, operator: Operator
) -> None:
    """Two bot processes share the work, and an hourly reconnect loses nothing."""
    heard: Inbox[str] = Inbox()
    second = App(client=client_of(workspace))
    bolt.event("message")(lambda: heard.put("first"))
    second.event("message")(lambda: heard.put("second"))

    with connected(workspace, bolt, person), connected(workspace, second, person):
        person.say("incidents", "one")
        person.say("incidents", "two")
        both = {heard.take(), heard.take()}
        operator.refresh_sockets()
        person.wait_for(lambda: person.is_connected(APP), what="the app to come back")
        person.say("incidents", "three")
        after = heard.take()

    assert both == {"first", "second"}
    assert after in both


def test_deliveries_are_logged_for_whoever_wonders(
    workspace: Workspace, bolt: App, person: Person, operator: Operator
) -> None:
    """A developer sees at a glance whether the app was reached."""
    bolt.command("/warroom")(_acknowledge)

    with connected(workspace, bolt, person):
        person.command("/warroom", "incidents")
        log = operator.deliveries()

    last: Delivery = log[-1]
    assert (last.kind, last.name, last.acknowledged, last.attempt) == (
        "slash_commands",
        "/warroom",
        True,
        0,
    )


def _acknowledge(ack: Ack, context: BoltContext) -> None:
    ack()
