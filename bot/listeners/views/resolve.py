"""The form that asks for the cause."""

from collections.abc import Mapping

from agents.errors import WarroomError
from bot.listeners.bolt import AnswerForm, Bolt
from bot.listeners.commands.steering import resolve_incident
from bot.listeners.desk import Desk
from bot.listeners.payloads import Submission
from templates.slack.controls import CAUSE_BLOCK, CAUSE_INPUT, RESOLVE_VIEW, IncidentRef


def register(app: Bolt, desk: Desk) -> None:
    """Attach the form to the Bolt app."""

    def submitted(ack: AnswerForm, body: Mapping[str, object]) -> None:
        # Only the acknowledgement can carry an error back into the form, so it comes last here;
        # what is written before it is one row.
        try:
            submit(desk, Submission.model_validate(body))
        except WarroomError as error:
            ack(response_action="errors", errors={CAUSE_BLOCK: str(error)})
        else:
            ack()

    app.view(RESOLVE_VIEW)(submitted)


def submit(desk: Desk, sent: Submission) -> None:
    """Resolve the incident with the cause in the form."""
    asked = IncidentRef.model_validate_json(sent.view.private_metadata)
    cause = sent.view.state.values[CAUSE_BLOCK][CAUSE_INPUT].value or ""
    resolve_incident(desk, asked.incident_id, sent.user.person, cause)
