"""Arguments of a Web API call, alike whether they came as JSON, as a form or in the query."""

import json

from bot.workspace.errors import SlackError
from bot.workspace.json_types import JsonObject, as_object, as_objects, is_list

TRUE = ("1", "true", "True", True, 1)


class Arguments:
    """Typed access to what a caller sent."""

    def __init__(self, raw: JsonObject) -> None:
        self._raw = raw

    def has(self, name: str) -> bool:
        """Say whether an argument was given."""
        return self._raw.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        """Read a string."""
        value = self._raw.get(name)
        if isinstance(value, str):
            return value
        return default if value is None or isinstance(value, dict | list) else str(value)

    def require(self, name: str, code: str = "invalid_arguments") -> str:
        """Read a string that must be there.

        Raises:
            SlackError: `code`.
        """
        value = self.text(name)
        if not value:
            raise SlackError(code, f"missing required field: {name}")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Read a boolean; forms spell it 1, 0, true or false."""
        value = self._raw.get(name)
        return default if value is None else value in TRUE

    def integer(self, name: str, default: int) -> int:
        """Read a whole number.

        Raises:
            SlackError: `invalid_arguments`.
        """
        try:
            return int(self.text(name, str(default)))
        except ValueError:
            raise SlackError("invalid_arguments", f"must be an integer: {name}") from None

    def words(self, name: str) -> list[str]:
        """Read a list of strings, which forms separate by commas."""
        value = self._raw.get(name)
        if is_list(value):
            return [str(item) for item in value]
        return [word.strip() for word in self.text(name).split(",") if word.strip()]

    def mapping(self, name: str) -> JsonObject:
        """Read an object, which forms carry as a JSON string."""
        return as_object(self._parsed(name))

    def objects(self, name: str) -> list[JsonObject]:
        """Read a list of objects, which forms carry as a JSON string.

        Raises:
            SlackError: `invalid_blocks_format`, or `invalid_arguments` for anything but blocks.
        """
        value = self._parsed(name)
        if value is None:
            return []
        if not is_list(value) or len(as_objects(value)) != len(value):
            raise SlackError(_format_error(name), f"must be an array of objects: {name}")
        return as_objects(value)

    def _parsed(self, name: str) -> object:
        value = self._raw.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except json.JSONDecodeError:
            raise SlackError(_format_error(name), f"must be JSON: {name}") from None


def _format_error(name: str) -> str:
    return "invalid_blocks_format" if name == "blocks" else "invalid_arguments"
