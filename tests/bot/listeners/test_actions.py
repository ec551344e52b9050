"""Approve, Reject and Details as people press them."""

from dataclasses import dataclass

import pytest
from pydantic import JsonValue

from agents.domain.actions import Decision
from agents.errors import ApprovalInvalid
from bot.listeners.bolt import Shape
from bot.listeners.members import full_member
from bot.workspace.seen import SeenMessage
from templates.slack import controls
from tests.bot.war_room import WarRoom
from tests.templates.example import INCIDENT_ID, proposal


@pytest.fixture
def offered(room: WarRoom) -> SeenMessage:
    """Let the proposal be offered in the room, with its buttons."""
    room.example.planned().database_answered().synthesized().proposed()
    room.publish()
    return room.posted("Proposed: Terminate session 4711")


def recorded(room: WarRoom) -> dict[str, Decision]:
    """Return the decisions in the journal, by who made them."""
    approvals = room.example.state.approvals.values()
    return {approval.approver.id: approval.decision for approval in approvals}


def test_approving_records_exactly_what_was_shown(room: WarRoom, offered: SeenMessage) -> None:
    """An approval for one call must never carry another."""
    room.on_call.press(offered, controls.APPROVE)

    room.wait_until_woken()
    approval = room.example.state.approvals[proposal().id]
    assert approval.digest == proposal().digest
    assert approval.approver.name == "on-call"
    assert approval.nonce
    assert f"{INCIDENT_ID}-advance" in room.queue.waiting


def test_a_second_person_is_told_who_decided(room: WarRoom, offered: SeenMessage) -> None:
    """Two people press at once; one decision stands, and both know which."""
    room.on_call.press(offered, controls.APPROVE)
    room.wait_until_woken()

    room.responder.press(offered, controls.REJECT)

    room.whispered("on-call has already approved this", room.responder)
    assert recorded(room) == {"U0ONCALL1": Decision.APPROVE}


def test_a_double_click_changes_nothing(room: WarRoom, offered: SeenMessage) -> None:
    """Slack resends and people press twice."""
    room.on_call.press(offered, controls.REJECT)
    room.on_call.press(offered, controls.REJECT)

    room.whispered("has already rejected this")
    assert recorded(room) == {"U0ONCALL1": Decision.REJECT}
    assert len(room.example.state.approvals) == 1


def test_a_superseded_button_decides_nothing(room: WarRoom, offered: SeenMessage) -> None:
    """The target has changed since: what was shown is not what would be done."""
    room.example.stopped()

    room.on_call.press(offered, controls.APPROVE)

    room.whispered("The incident is over")
    assert recorded(room) == {}


def test_details_show_call_digest_preconditions_and_recovery(
    room: WarRoom, offered: SeenMessage
) -> None:
    """Whoever approves has seen all that the approval is bound to."""
    room.on_call.press(offered, controls.DETAILS)

    form = room.on_call.wait_for(room.on_call.modal, what="the details")
    assert proposal().digest in form.words
    assert "pid = `4711`" in form.words
    assert "at least one session is blocked" in form.words
    assert "no session is blocked any more" in form.words


def test_the_resolve_button_asks_for_the_cause(room: WarRoom, offered: SeenMessage) -> None:
    """When the figures are good again, closing is one press and one sentence."""
    room.example.decided().executed().recovered()
    recovery = only_new(room)
    room.on_call.press(recovery, controls.OPEN_RESOLVE)

    form = room.on_call.wait_for(room.on_call.modal, what="the form")
    room.on_call.submit(form, {controls.CAUSE_BLOCK: {controls.CAUSE_INPUT: "a migration"}})

    resolution = room.example.state.resolution
    assert resolution
    assert resolution.cause == "a migration"


def only_new(room: WarRoom) -> SeenMessage:
    """Say what is due by now, and find the message about the recovery."""
    room.publish()
    return room.posted("Recovered")


def test_a_decision_that_was_overtaken_says_who_was_faster(room: WarRoom) -> None:
    """Between looking and writing there is always somebody."""
    room.example.planned().database_answered().synthesized().proposed()
    room.publish()
    offered = room.posted("Proposed: Terminate session 4711")
    room.example.decided()

    room.responder.press(offered, controls.APPROVE)

    room.whispered("on-call has already approved this", room.responder)


def test_a_slack_that_cannot_say_who_it_is_means_no(room: WarRoom, offered: SeenMessage) -> None:
    """An unclear answer is never a yes."""
    room.operator.fail_next("users.info", "error", error="user_not_found")

    room.on_call.press(offered, controls.APPROVE)

    room.whispered("Slack refused users.info")
    assert recorded(room) == {}


@dataclass
class Directory:
    """A workspace whose only member is something in particular."""

    what: str

    def __call__(self, method: str, shape: type[Shape], /, **arguments: JsonValue) -> Shape:
        """Answer `users.info`."""
        assert (method, arguments) == ("users.info", {"user": "U1"})
        return shape.model_validate({"user": {"id": "U1", self.what: True}})


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("is_bot", "Bots cannot"),
        ("is_restricted", "Guests cannot"),
        ("is_ultra_restricted", "Guests cannot"),
        ("is_stranger", "Guests cannot"),
        ("deleted", "deactivated"),
    ],
)
def test_only_full_members_decide(what: str, says: str) -> None:
    """A guest from another company must not be able to change production."""
    with pytest.raises(ApprovalInvalid, match=says):
        full_member(Directory(what), "U1")
