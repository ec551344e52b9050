"""Slack's Web API with types at its edge and our errors."""

import json
from typing import Protocol, TypeVar, cast

from pydantic import BaseModel, JsonValue
from slack_sdk import WebClient

from agents.integrations.slack.refusals import translated

Shape = TypeVar("Shape", bound=BaseModel)


class _Response(Protocol):
    @property
    def data(self) -> object: ...


class _Caller(Protocol):
    """The one method of slack_sdk's client that is used; the others have no types."""

    def api_call(self, api_method: str, *, params: dict[str, str]) -> _Response: ...


class SlackWebApi:
    """Calls a method and returns the part of the answer that the caller asks for."""

    def __init__(self, client: WebClient) -> None:
        """Keep the client; its token needs the scopes of `warroom manifest`."""
        self._client = cast("_Caller", client)

    def __call__(self, method: str, shape: type[Shape], /, **arguments: JsonValue) -> Shape:
        """Call a method; arguments that are None are left out.

        Raises:
            RateLimited: Slack asks to wait.
            PeerUnavailable: Slack did not answer, or not sensibly.
            SlackRefused: Slack will never take it.
        """
        given = {name: _form(value) for name, value in arguments.items() if value is not None}
        with translated(method):
            answer = self._client.api_call(method, params=given)
        return shape.model_validate(answer.data)


def _form(value: JsonValue) -> str:
    """Return a value as a form field, which every method takes."""
    return value if isinstance(value, str) else json.dumps(value)
