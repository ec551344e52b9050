"""Somebody looks at the app's home tab."""

from collections.abc import Mapping

from bot.listeners.bolt import Acknowledge, Bolt
from bot.listeners.desk import Desk
from bot.listeners.payloads import Done, HomeOpened
from bot.listeners.views.modals import as_view
from templates.slack.home import home_view


def register(app: Bolt, desk: Desk) -> None:
    """Attach the event to the Bolt app."""

    def opened(ack: Acknowledge, event: Mapping[str, object]) -> None:
        ack()
        looked = HomeOpened.model_validate(event)
        if looked.tab == "home":
            view = as_view(home_view(desk.incidents.open(), desk.incidents.now()))
            desk.slack("views.publish", Done, user_id=looked.user, view=view)

    app.event("app_home_opened")(opened)
