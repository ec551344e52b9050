"""The Resolve incident button: asks for the cause."""

from collections.abc import Mapping

from bot.listeners.bolt import Acknowledge, Bolt, Respond
from bot.listeners.desk import Desk, explaining, telling
from bot.listeners.payloads import Done, Press
from bot.listeners.views.modals import as_view
from templates.slack.controls import OPEN_RESOLVE
from templates.slack.ending import resolve_view


def register(app: Bolt, desk: Desk) -> None:
    """Attach the button to the Bolt app."""

    def pressed(ack: Acknowledge, body: Mapping[str, object], respond: Respond) -> None:
        ack()
        with explaining(telling(respond), OPEN_RESOLVE):
            press = Press.model_validate(body)
            state = desk.incidents.in_channel(press.channel.id)
            view = as_view(resolve_view(state.incident_id))
            desk.slack("views.open", Done, trigger_id=press.trigger_id, view=view)

    app.action(OPEN_RESOLVE)(pressed)
