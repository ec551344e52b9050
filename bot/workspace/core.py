"""What every request handler works with: the state, and the ways out to apps and screens."""

from dataclasses import dataclass, field

from bot.workspace.changes import Changes
from bot.workspace.delivery.dispatch import Dispatcher
from bot.workspace.delivery.envelope import Envelope
from bot.workspace.delivery.socket_mode import SocketMode
from bot.workspace.faults import Faults
from bot.workspace.ids import new_id
from bot.workspace.json_types import JsonObject
from bot.workspace.limits import RateLimits
from bot.workspace.model import Channel
from bot.workspace.seed import AppSeed, Seed
from bot.workspace.state import State
from bot.workspace.tickets import Tickets


@dataclass(slots=True)
class Core:
    """One running workspace."""

    seed: Seed
    state: State
    sockets: dict[str, SocketMode]
    dispatcher: Dispatcher
    rates: RateLimits
    tickets: Tickets
    base_url: str
    changes: Changes = field(default_factory=Changes)
    faults: Faults = field(default_factory=Faults)

    def response_url(self, key: str) -> str:
        """Spell a reply address as the URL that an app posts to."""
        return f"{self.base_url}/response/{key}"

    def publish(
        self,
        subscription: str,
        event: JsonObject,
        *,
        channel: Channel | None = None,
        only_app: str | None = None,
    ) -> None:
        """Send an event to the apps that have subscribed to it and may see its channel."""
        for app in self.state.apps.values():
            if subscription not in app.events or only_app not in (None, app.app_id):
                continue
            if channel is None or app.bot_user_id in channel.members:
                self.dispatcher.tell(app.app_id, self._event_envelope(app, event))

    def _event_envelope(self, app: AppSeed, event: JsonObject) -> Envelope:
        state = self.state
        authorization: JsonObject = {
            "enterprise_id": None,
            "team_id": state.team_id,
            "user_id": app.bot_user_id,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        payload: JsonObject = {
            "token": "local",
            "team_id": state.team_id,
            "api_app_id": app.app_id,
            "event": {"event_ts": state.next_ts(), **event},
            "type": "event_callback",
            "event_id": new_id("Ev"),
            "event_time": state.now(),
            "authorizations": [authorization],
            "is_ext_shared_channel": False,
        }
        return Envelope("events_api", payload)
