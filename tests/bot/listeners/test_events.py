"""Mentions, replies, the home tab, and everything that Slack sends besides."""

from agents.domain.incidents import Statement
from tests.bot.war_room import APP_ID, WarRoom
from tests.templates.example import INCIDENT_ID


def statements(room: WarRoom) -> tuple[Statement, ...]:
    """Return what people have said."""
    return room.example.state.statements


def test_a_mention_is_kept_in_the_persons_name(room: WarRoom) -> None:
    """The responder knows of the failover that no monitor saw."""
    room.on_call.say(room.channel, "<@U0WARROOM> the database failed over at 13:58")

    room.whispered("Noted, in your name")
    [statement] = statements(room)
    assert statement.text == "the database failed over at 13:58"
    assert statement.person.name == "on-call"
    assert f"{INCIDENT_ID}-advance" in room.queue.waiting


def test_a_reply_under_the_board_is_kept_once(room: WarRoom) -> None:
    """Slack tells of a reply with a mention twice; it is one statement all the same."""
    room.publish()
    board = room.posted("Declared")

    room.on_call.say(room.channel, "<@U0WARROOM> it began before the deploy", board.ts)

    room.whispered("Noted, in your name")
    [statement] = statements(room)
    assert statement.text == "it began before the deploy"


def test_what_people_say_to_each_other_is_not_kept(room: WarRoom) -> None:
    """The bot is spoken to, it does not eavesdrop."""
    room.publish()
    theirs = room.on_call.say(room.channel, "lunch?")
    room.responder.say(room.channel, "yes", theirs.ts)
    board = room.posted("Declared")

    room.on_call.say(room.channel, "it began before the deploy", board.ts)

    room.whispered("Noted, in your name")
    assert [statement.text for statement in statements(room)] == ["it began before the deploy"]


def test_a_mention_outside_incidents_says_where_to_go(room: WarRoom) -> None:
    """Silence would look like a broken bot."""
    room.on_call.say("incidents", "<@U0WARROOM> hello?")

    room.on_call.wait_for_message("incidents", lambda m: "belongs to no incident" in m.words)


def test_a_direct_message_is_answered_with_what_can_be_asked(room: WarRoom) -> None:
    """Many people try this first."""
    conversation = room.on_call.open_conversation("U0WARROOM")

    room.on_call.say(conversation, "hello?")

    room.on_call.wait_for_message(conversation, lambda m: "/warroom" in m.words)


def test_an_empty_mention_lists_what_can_be_asked(room: WarRoom) -> None:
    """Whoever only says its name wants to know what it can do."""
    room.on_call.say(room.channel, "<@U0WARROOM>")

    room.whispered("/warroom status")
    assert statements(room) == ()


def test_the_home_tab_lists_what_is_open(room: WarRoom) -> None:
    """A responder back from a break sees at once what still burns."""
    room.on_call.open_home(APP_ID)

    home = room.on_call.wait_for(lambda: room.on_call.home(APP_ID), what="the home tab")
    assert "Storefront: checkout times out" in home.words


def test_every_delivery_is_acknowledged(room: WarRoom) -> None:
    """What is not acknowledged is sent again, and Slack switches the app off in the end."""
    said = room.on_call.say("incidents", "hello")
    room.on_call.react(said, "eyes")
    room.on_call.create_channel("somewhere")
    room.on_call.command("/warroom help", room.channel)

    room.whispered("/warroom status")
    deliveries = room.operator.deliveries()
    assert {"reaction_added", "message"} <= {delivery.name for delivery in deliveries}
    assert [delivery for delivery in deliveries if not delivery.acknowledged] == []
