"""Whatever no other listener wants is acknowledged, or Slack would send it again and complain."""

import re

from bot.listeners.bolt import Acknowledge, Bolt

_ANYTHING = re.compile(".*")


def register(app: Bolt) -> None:
    """Attach the catch-alls to the Bolt app; they come last, because the first match wins."""
    app.event(_ANYTHING)(acknowledge)
    app.action(_ANYTHING)(acknowledge)
    app.view(_ANYTHING)(acknowledge)
    app.view_closed(_ANYTHING)(acknowledge)
    app.shortcut(_ANYTHING)(acknowledge)


def acknowledge(ack: Acknowledge) -> None:
    """Say that we have it."""
    ack()
