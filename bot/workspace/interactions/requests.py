"""What the page, or a test that plays a person, asks of the workspace."""

from pydantic import BaseModel, ConfigDict, Field


class PersonRequest(BaseModel):
    """Something that one person does."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    user: str


class Say(PersonRequest):
    """Write a message, in a thread if one is named."""

    channel: str
    text: str = Field(min_length=1)
    thread_ts: str | None = None


class Command(PersonRequest):
    """Run a slash command, as typed."""

    channel: str
    text: str = Field(pattern=r"^/\S+")
    thread_ts: str | None = None


class Press(PersonRequest):
    """Use an element of a message, of the open modal, or of a home tab."""

    action_id: str
    block_id: str | None = None
    channel: str | None = None
    ts: str | None = None
    view_id: str | None = None
    value: object = None
    """What was chosen, for anything but a button."""
    values: dict[str, dict[str, object]] = Field(default_factory=dict[str, dict[str, object]])
    """What the rest of the form holds at that moment."""


class Suggest(PersonRequest):
    """Type into a menu whose options the app knows."""

    action_id: str
    block_id: str | None = None
    channel: str | None = None
    ts: str | None = None
    view_id: str | None = None
    query: str = ""


class Submit(PersonRequest):
    """Send a form."""

    view_id: str
    values: dict[str, dict[str, object]] = Field(default_factory=dict[str, dict[str, object]])


class Close(PersonRequest):
    """Close a form without sending it."""

    view_id: str
    all_views: bool = False


class React(PersonRequest):
    """Add a reaction, or take it back."""

    channel: str
    ts: str
    name: str
    remove: bool = False


class OpenHome(PersonRequest):
    """Open an app's home tab."""

    app_id: str


class Shortcut(PersonRequest):
    """Run a shortcut, on a message if it is one for messages."""

    callback_id: str
    channel: str | None = None
    ts: str | None = None


class InChannel(PersonRequest):
    """Join a channel, or note that it has been read."""

    channel: str


class CreateChannel(PersonRequest):
    """Open a channel."""

    name: str
    is_private: bool = False


class Message(PersonRequest):
    """Open the conversation with one other user."""

    other: str


class Dismiss(PersonRequest):
    """Take away a message that only this person sees."""

    channel: str
    ts: str
