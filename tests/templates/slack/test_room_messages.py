"""What the room reads, from page to postmortem."""

import pytest

from agents.domain.actions import Decision
from agents.domain.events import ActionWithheld, ConflictFound, DiscriminatorChosen
from agents.domain.hypotheses import Conflict, ConflictKind, Discriminator
from agents.ports import RoomMessage
from templates.slack import controls, room_messages
from tests.templates.example import LOCKS, LOSS, PACKETS, Example, at
from tests.templates.slack.checking import assert_slack_takes, words


def said(example: Example, minutes: float = 3) -> dict[str, RoomMessage]:
    """Return what is due in the room, by key."""
    messages = room_messages(example.state, at(minutes))
    assert len({message.key for message in messages}) == len(messages)
    return {message.key: message for message in messages}


def only(messages: dict[str, RoomMessage], prefix: str) -> RoomMessage:
    """Return the one message whose key begins so."""
    [found] = [message for key, message in messages.items() if key.startswith(prefix)]
    return found


def test_nothing_is_said_before_the_incident_is_declared() -> None:
    """A board about nothing would be pinned for ever."""
    assert room_messages(Example().state, at(0)) == ()


def test_the_board_comes_first_and_is_pinned() -> None:
    """Within two seconds there is one place to look at."""
    [board] = room_messages(Example().declared().state, at(0))

    assert board.key == "board"
    assert board.is_pinned
    assert "SEV1 · Storefront: checkout times out" in words(board)
    assert "*Declared* · since 14:02 UTC · less than a minute" in words(board)


def test_the_board_says_who_is_asked_what_and_who_has_answered() -> None:
    """Nobody needs to ask whether somebody is looking at the network."""
    board = words(said(Example().declared().planned().database_answered())["board"])

    assert ":white_check_mark: *Database*: answered, 1 hypothesis and 1 gap" in board
    assert ":hourglass_flowing_sand: *Network*: asked" in board
    assert "waiting for Network" in board


def test_the_board_shows_hypotheses_with_verdicts_and_keeps_the_loser() -> None:
    """The explanation that was ruled out stays, with its reason, or it is proposed again."""
    example = Example().declared().planned().database_answered().network_answered()

    board = words(said(example)["board"])

    assert "2 of 2 claims hold" in board
    assert "~Packets are lost~" in board
    assert "ruled out, this did not hold: packets are lost" in board
    assert "(expected at least 0.01, observed 0)" in board


def test_the_board_changes_once_a_minute_while_nothing_happens() -> None:
    """A ticking clock makes people nervous and runs into Slack's rate limit."""
    example = Example().declared().planned()

    boards = {words(said(example, minutes)["board"]) for minutes in (2.1, 2.5, 2.9)}

    assert len(boards) == 1
    assert words(said(example, 3.1)["board"]) not in boards


@pytest.mark.parametrize("minutes", [20, 200])
def test_a_finished_board_never_changes_again(minutes: float) -> None:
    """A closed incident must not be edited for ever."""
    example = Example().all()

    assert said(example, minutes)["board"] == said(example, 11)["board"]


def test_hypotheses_are_told_in_the_boards_thread() -> None:
    """Whoever wants to follow every step can; nobody else is disturbed."""
    messages = said(Example().declared().planned().database_answered().network_answered())

    notes = [m for key, m in messages.items() if key.startswith("note:")]
    assert [note.thread_key for note in notes] == ["board"] * 4
    assert [words(note).split(":")[0] for note in notes] == [
        "New from Database",
        "Strengthened",
        "New from Network",
        "Refuted",
    ]


def test_a_disagreement_is_told_with_what_will_settle_it() -> None:
    """People see why one more query is run, and may know the answer themselves."""
    conflict = Conflict(
        left_id=LOCKS.id,
        right_id=PACKETS.id,
        kind=ConflictKind.NO_COMMON_CHAIN,
        text="A lock and packet loss both claim to explain the checkout.",
    )
    chosen = Discriminator(
        conflict_id=conflict.id,
        claim=LOSS,
        favours_if_holds=PACKETS.id,
        reason="Only loss shows it.",
    )
    example = Example().declared().planned().database_answered()
    example.happens(ConflictFound(conflict=conflict), minutes=1)
    example.happens(DiscriminatorChosen(discriminator=chosen), minutes=1)
    assert conflict.text in words(only(said(example), "note:conflict:"))
    assert "Only loss shows it." in words(only(said(example), "note:discriminator:"))

    settled = said(example.network_answered())

    assert "Measured: it fails." in words(only(settled, "note:discriminator:"))


def test_a_partial_synthesis_says_for_whom_it_waits() -> None:
    """A conclusion without the network's view must not pass for the last word."""
    example = Example().declared().planned().database_answered().synthesized()

    synthesis = said(example)["synthesis"]

    assert "Likely cause found · partial, waiting for Network" in words(synthesis)


def test_a_revised_synthesis_says_when() -> None:
    """People who read it before must see that it has changed."""
    example = Example().declared().planned().database_answered().synthesized()
    example.network_answered().synthesized(5)

    synthesis = words(said(example)["synthesis"])

    assert "revised 14:07 UTC" in synthesis
    assert "partial" not in synthesis


def test_the_synthesis_shows_each_claim_as_measured_and_what_is_not_known() -> None:
    """The reader can check the conclusion in twenty seconds."""
    example = Example().declared().planned().database_answered().network_answered()

    synthesis = words(said(example.synthesized(3))["synthesis"])

    assert (
        ":white_check_mark: *holds*: at least one session is blocked "
        "(expected at least 1, observed 14) `1`"
    ) in synthesis
    assert "_Measured again, the last at 14:02 UTC:_" in synthesis
    assert "*Ruled out*\n• Packets are lost on `database/shop-db`" in synthesis
    assert "There are no traces of checkout. To close it: connect a trace store" in synthesis
    assert "*Affected*: `service/checkout`" in synthesis
    assert len(synthesis.split()) < 200


def test_without_an_action_the_synthesis_says_what_stops_the_harm_and_why_none_is_offered() -> None:
    """A diagnosis that ends without a next step leaves the responder alone."""
    example = Example().declared().planned().database_answered().synthesized()
    mitigation = LOCKS.cause.mode.mitigation
    assert f"*Next*: {mitigation}" in words(said(example)["synthesis"])

    withheld = ActionWithheld(hypothesis_id=LOCKS.id, reason="The session has ended.")
    example.happens(withheld, minutes=2)

    assert "No action is offered: The session has ended." in words(said(example)["synthesis"])
    assert "*Next*" not in words(said(example.proposed())["synthesis"])


def test_a_proposal_shows_the_exact_call_and_asks_before_it_counts() -> None:
    """Whoever presses Approve at three in the morning has seen what it does."""
    example = Example().declared().planned().database_answered().synthesized().proposed()

    offered = only(said(example), "proposal:")

    shown = words(offered)
    assert "*terminate_session* on `database/shop-db`\n• pid = `4711`" in shown
    assert "*Undo*: It cannot be undone" in shown
    [row] = [block for block in offered.blocks if block.text("type") == "actions"]
    pressed = {b.text("action_id"): b for b in row.items("elements")}
    assert list(pressed) == [controls.APPROVE, controls.REJECT, controls.DETAILS]
    assert pressed[controls.APPROVE].text("confirm.text.text")
    [proposal] = example.state.proposals.values()
    carried = controls.ProposalRef.model_validate_json(
        pressed[controls.APPROVE].text("value") or ""
    )
    assert (carried.proposal_id, carried.digest) == (proposal.id, proposal.digest)


@pytest.mark.parametrize(
    ("decision", "word"), [(Decision.APPROVE, "Approved"), (Decision.REJECT, "Rejected")]
)
def test_a_decided_proposal_has_no_buttons_and_says_who_decided(
    decision: Decision, word: str
) -> None:
    """Buttons that do nothing any more would be pressed again."""
    example = Example().declared().planned().database_answered().synthesized().proposed()

    offered = only(said(example.decided(decision)), "proposal:")

    assert f"{word} by <@U0ONCALL1> at 14:06 UTC" in words(offered)
    assert not [block for block in offered.blocks if block.text("type") == "actions"]


def test_what_came_of_the_action_and_whether_it_helped_are_told() -> None:
    """Done is not recovered: both are said, each from its own measurement."""
    told = Example().declared().planned().database_answered().synthesized()

    messages = said(told.proposed().decided().executed().recovered(), 6)

    assert "*Done* at 14:06 UTC" in words(only(messages, "outcome:"))
    recovery = words(only(messages, "recovery:"))
    assert "*Recovered*, measured at 14:07 UTC" in recovery
    assert "*holds*: no session is blocked any more" in recovery
    assert controls.OPEN_RESOLVE in recovery


def test_the_end_names_who_resolved_it_and_links_the_postmortem() -> None:
    """The channel tells the whole story to whoever reads it on Monday."""
    messages = said(Example().all(), 11)

    assert "*Resolved* by <@U0ONCALL1> at 14:12 UTC, after 10 min" in words(messages["resolved"])
    assert "<https://code.example/shop/pulls/7>" in words(messages["postmortem"])


def test_an_order_to_stop_is_confirmed() -> None:
    """Whoever said stop wants to see that it was heard."""
    messages = said(Example().declared().planned().stopped())

    assert "told the agents to stop" in words(messages["stopped"])
    assert "no longer waited for" in words(messages["board"])


def test_every_message_of_an_incident_is_taken_by_slack() -> None:
    """A message that Slack refuses is one that nobody reads."""
    for message in room_messages(Example().all().state, at(11)):
        assert_slack_takes(message)
