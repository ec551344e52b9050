"""What can go wrong, in Slack's own words."""

from bot.workspace.json_types import JsonObject


class SlackError(Exception):
    """The call was refused; `code` is the error string that Slack documents for it."""

    def __init__(self, code: str, *messages: str, **extra: object) -> None:
        super().__init__(code, *messages)
        self.code = code
        self.messages = messages
        self.extra = extra

    def to_json(self) -> JsonObject:
        """Render the body that Slack would answer with."""
        body: JsonObject = {"ok": False, "error": self.code, **self.extra}
        if self.messages:
            body["errors"] = list(self.messages)
            body["response_metadata"] = {"messages": [f"[ERROR] {text}" for text in self.messages]}
        return body


class NotAcknowledged(Exception):
    """The app did not acknowledge a delivery; `reason` is what Slack tells the person."""

    def __init__(self, reason: str, retry_reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_reason = retry_reason
