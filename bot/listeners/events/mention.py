"""Somebody names the bot."""

from collections.abc import Mapping

from bot.listeners.bolt import Acknowledge, Bolt
from bot.listeners.desk import Desk, explaining, whispering
from bot.listeners.events.speaking import keep
from bot.listeners.payloads import MessageEvent


def register(app: Bolt, desk: Desk) -> None:
    """Attach the event to the Bolt app."""

    def mentioned(ack: Acknowledge, event: Mapping[str, object]) -> None:
        ack()
        said = MessageEvent.model_validate(event)
        if said.bot_id or not said.user:
            return
        tell = whispering(desk, said.channel, said.user, said.thread_ts)
        with explaining(tell, "app_mention"):
            reply = keep(desk, said, desk.incidents.in_channel(said.channel))
            if reply:
                tell(reply)

    app.event("app_mention")(mentioned)
