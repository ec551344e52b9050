"""What is used of Bolt and of Slack's Web API, with types."""

from collections.abc import Callable
from re import Pattern
from typing import Protocol, TypeVar

from pydantic import BaseModel, JsonValue

Shape = TypeVar("Shape", bound=BaseModel)

Attach = Callable[[Callable[..., None]], object]
"""Takes the function that is called; Bolt hands it what its parameters are named after."""

Acknowledge = Callable[[], object]
"""Tells Slack that we have it; the first thing that every listener does."""


class Bolt(Protocol):
    """The Bolt app, as far as listeners attach themselves to it."""

    def command(self, command: str) -> Attach:
        """Listen to a slash command."""
        ...

    def action(self, constraints: str | Pattern[str]) -> Attach:
        """Listen to a button."""
        ...

    def view(self, constraints: str | Pattern[str]) -> Attach:
        """Listen to a form that is sent."""
        ...

    def view_closed(self, constraints: Pattern[str]) -> Attach:
        """Listen to a form that is closed."""
        ...

    def shortcut(self, constraints: Pattern[str]) -> Attach:
        """Listen to a shortcut."""
        ...

    def event(self, event: str | Pattern[str]) -> Attach:
        """Listen to an event."""
        ...


class AnswerForm(Protocol):
    """Closes a form, or shows errors beside its fields."""

    def __call__(
        self, *, response_action: str | None = None, errors: dict[str, str] | None = None
    ) -> object:
        """Answer."""
        ...


class Respond(Protocol):
    """Answers through the response URL, which needs no membership of the channel."""

    def __call__(
        self,
        text: str,
        blocks: list[dict[str, JsonValue]],
        *,
        response_type: str,
        replace_original: bool,
    ) -> object:
        """Answer."""
        ...


class SlackCall(Protocol):
    """Calls a method of Slack's Web API and returns the part of the answer asked for."""

    def __call__(self, method: str, shape: type[Shape], /, **arguments: JsonValue) -> Shape:
        """Call the method; arguments that are None are left out."""
        ...
