"""A person's decision on a proposal; the message is only a view of the record made here."""

from collections.abc import Mapping

from pydantic import ValidationError

from agents.domain.actions import Decision
from agents.domain.events import ApprovalRecorded
from agents.errors import ApprovalInvalid
from agents.remediation.approvals import Choice, decide_on
from bot.listeners.bolt import Acknowledge, Bolt, Respond
from bot.listeners.commands.steering import acting
from bot.listeners.desk import Desk, explaining, telling
from bot.listeners.members import full_member
from bot.listeners.payloads import Press
from templates.slack.controls import ProposalRef


def register_decision(app: Bolt, desk: Desk, action_id: str, decision: Decision) -> None:
    """Attach a button that decides to the Bolt app."""

    def pressed(ack: Acknowledge, body: Mapping[str, object], respond: Respond) -> None:
        ack()
        with explaining(telling(respond), action_id):
            decide(desk, Press.model_validate(body), decision)

    app.action(action_id)(pressed)


def decide(desk: Desk, press: Press, decision: Decision) -> None:
    """Record a decision on exactly what the button's reader was shown.

    Raises:
        ApprovalInvalid: it cannot be decided, or not by them; the message says why.
    """
    shown = shown_proposal(press)
    approver = full_member(desk.slack, press.user.id)
    choice = Choice(
        proposal_id=shown.proposal_id, digest=shown.digest, decision=decision, approver=approver
    )
    incident_id = desk.incidents.in_channel(press.channel.id).incident_id
    if _recorded(desk, incident_id, choice):
        return
    # Somebody was faster between our look and our writing; now their record says who.
    _recorded(desk, incident_id, choice)


def _recorded(desk: Desk, incident_id: str, choice: Choice) -> bool:
    state = desk.incidents.state(incident_id)
    approval = decide_on(state, choice, desk.policy, desk.incidents.now())
    recorded = ApprovalRecorded(approval=approval)
    return desk.incidents.record(incident_id, recorded, actor=acting(choice.approver))


def shown_proposal(press: Press) -> ProposalRef:
    """Return what the pressed button carries.

    Raises:
        ApprovalInvalid: it is not one of ours.
    """
    try:
        return ProposalRef.model_validate_json(press.value)
    except ValidationError as error:
        raise ApprovalInvalid("This button is of no proposal. Look at the latest one.") from error
