"""What is delivered to an app, and what carries it."""

import uuid
from dataclasses import dataclass, field
from typing import Literal, Protocol

from bot.workspace.json_types import JsonObject

Kind = Literal["events_api", "slash_commands", "interactive"]


@dataclass(frozen=True, slots=True)
class Envelope:
    """One payload on its way to an app."""

    kind: Kind
    payload: JsonObject
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def name(self) -> str:
        """Say in a word what this is, for the delivery log."""
        event = self.payload.get("event")
        if isinstance(event, dict):
            return str(event.get("type"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        return str(self.payload.get("command") or self.payload.get("type"))


@dataclass(frozen=True, slots=True)
class Attempt:
    """Which try this is, and why the one before it failed."""

    number: int = 0
    retry_reason: str = ""


class Transport(Protocol):
    """A way to reach an app."""

    async def send(self, envelope: Envelope, attempt: Attempt) -> JsonObject:
        """Deliver and return what the app acknowledged with.

        Raises:
            NotAcknowledged: when the app does not answer properly in time.
        """
        ...
