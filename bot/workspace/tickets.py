"""Permissions that run out: trigger ids, and the addresses an app may answer to."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.workspace.errors import SlackError
from bot.workspace.ids import new_id
from bot.workspace.seed import Timing

MAX_TICKETS = 5000


@dataclass(slots=True)
class Trigger:
    """Lets an app open one view for the person who has just done something."""

    app_id: str
    user_id: str
    channel_id: str
    expires_at: float
    in_modal: bool
    used: bool = False


@dataclass(slots=True)
class ReplyAddress:
    """Lets an app answer a person a few times: what a `response_url` stands for."""

    app_id: str
    user_id: str
    channel_id: str
    expires_at: float
    uses_left: int
    message_ts: str | None = None
    thread_ts: str | None = None


class Tickets:
    """Issues triggers and reply addresses, and refuses them once they have run out."""

    def __init__(self, timing: Timing, clock: Callable[[], float]) -> None:
        self._timing = timing
        self._clock = clock
        self._triggers: dict[str, Trigger] = {}
        self._addresses: dict[str, ReplyAddress] = {}

    def new_trigger(
        self, app_id: str, user_id: str, channel_id: str = "", *, in_modal: bool = False
    ) -> str:
        """Issue a trigger id."""
        trigger_id = new_id("") + "." + new_id("")
        expires_at = self._clock() + self._timing.trigger_seconds
        self._triggers[trigger_id] = Trigger(app_id, user_id, channel_id, expires_at, in_modal)
        _forget_oldest(self._triggers)
        return trigger_id

    def use_trigger(self, trigger_id: str, app_id: str) -> Trigger:
        """Exchange a trigger id, which works once.

        Raises:
            SlackError: `invalid_trigger_id`, `exchanged_trigger_id` or `expired_trigger_id`.
        """
        trigger = self._triggers.get(trigger_id)
        if trigger is None or trigger.app_id != app_id:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._clock() > trigger.expires_at:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger

    def new_address(
        self,
        app_id: str,
        user_id: str,
        channel_id: str,
        message_ts: str | None = None,
        thread_ts: str | None = None,
    ) -> str:
        """Issue the secret part of a response URL."""
        key = new_id("") + new_id("")
        self._addresses[key] = ReplyAddress(
            app_id,
            user_id,
            channel_id,
            self._clock() + self._timing.response_url_seconds,
            self._timing.response_url_uses,
            message_ts,
            thread_ts,
        )
        _forget_oldest(self._addresses)
        return key

    def use_address(self, key: str) -> ReplyAddress:
        """Count one use of a response URL.

        Raises:
            SlackError: `used_url` or `expired_url`, also for one that never was.
        """
        address = self._addresses.get(key)
        if address is None or self._clock() > address.expires_at:
            raise SlackError("expired_url")
        if address.uses_left == 0:
            raise SlackError("used_url")
        address.uses_left -= 1
        return address


def _forget_oldest(tickets: dict[str, Trigger] | dict[str, ReplyAddress]) -> None:
    while len(tickets) > MAX_TICKETS:
        tickets.pop(next(iter(tickets)))
