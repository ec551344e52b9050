"""The Details button: everything that an approval would be bound to."""

from collections.abc import Mapping

from agents.errors import ApprovalInvalid
from bot.listeners.actions.deciding import shown_proposal
from bot.listeners.bolt import Acknowledge, Bolt, Respond
from bot.listeners.desk import Desk, explaining, telling
from bot.listeners.payloads import Done, Press
from bot.listeners.views.modals import as_view
from templates.slack.action import details_view
from templates.slack.controls import DETAILS


def register(app: Bolt, desk: Desk) -> None:
    """Attach the button to the Bolt app."""

    def pressed(ack: Acknowledge, body: Mapping[str, object], respond: Respond) -> None:
        ack()
        with explaining(telling(respond), DETAILS):
            show(desk, Press.model_validate(body))

    app.action(DETAILS)(pressed)


def show(desk: Desk, press: Press) -> None:
    """Open the modal of the proposal.

    Raises:
        ApprovalInvalid: there is no such proposal.
    """
    shown = shown_proposal(press)
    state = desk.incidents.in_channel(press.channel.id)
    proposal = state.proposals.get(shown.proposal_id)
    if proposal is None:
        raise ApprovalInvalid("There is no such proposal in this incident.")
    view = as_view(details_view(proposal))
    desk.slack("views.open", Done, trigger_id=press.trigger_id, view=view)
