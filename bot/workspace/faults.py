"""Faults on demand, so that an app can be tried against a Slack that has a bad day."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

ANY_METHOD = "*"


class Fault(BaseModel):
    """The next `count` calls of a method fail in one way."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: str = ANY_METHOD
    kind: Literal["ratelimited", "server_error", "timeout", "error"]
    count: int = Field(default=1, ge=1)
    retry_after: int = Field(default=1, ge=1)
    """Seconds that `ratelimited` tells the caller to wait."""
    error: str = "internal_error"
    """Slack's error code for the kind `error`."""
    hold_seconds: float = Field(default=60.0, gt=0)
    """How long `timeout` leaves the caller waiting before it drops the connection."""
    after_effect: bool = False
    """Whether the call takes effect first and only its answer is lost."""


@dataclass(slots=True)
class _Armed:
    fault: Fault
    left: int


class Faults:
    """The faults that are still to come, and whether everything is down."""

    def __init__(self) -> None:
        self.down = False
        self._armed: list[_Armed] = []

    def arm(self, fault: Fault) -> None:
        """Make the next calls fail."""
        self._armed.append(_Armed(fault, fault.count))

    def clear(self) -> None:
        """Let everything work again."""
        self.down = False
        self._armed.clear()

    def next_for(self, method: str) -> Fault | None:
        """Use up one fault that applies to a call."""
        for armed in self._armed:
            if armed.fault.method in (method, ANY_METHOD):
                armed.left -= 1
                if not armed.left:
                    self._armed.remove(armed)
                return armed.fault
        return None
