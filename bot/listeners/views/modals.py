"""Views as Slack takes them."""

from typing import Protocol, cast

from pydantic import JsonValue
from slack_sdk.models.views import View


class _Jsonable(Protocol):
    def to_dict(self) -> dict[str, JsonValue]: ...


def as_view(view: View) -> dict[str, JsonValue]:
    """Return a view as JSON; slack_sdk refuses one that Slack would refuse."""
    return cast("_Jsonable", view).to_dict()
