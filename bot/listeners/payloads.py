"""What Slack sends, as types: only what is read, narrowed at the edge."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from agents.domain.incidents import Person


class _Payload(BaseModel):
    """A part of a payload; Slack adds fields at will."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Command(_Payload):
    """A slash command."""

    channel_id: str
    user_id: str
    user_name: str = ""
    text: str = ""
    trigger_id: str

    @property
    def person(self) -> Person:
        """Who typed it."""
        return Person(id=self.user_id, name=self.user_name or self.user_id)


class User(_Payload):
    """Somebody who pressed or submitted something."""

    id: str
    name: str = ""
    username: str = ""

    @property
    def person(self) -> Person:
        """The same as the war room knows people."""
        return Person(id=self.id, name=self.username or self.name or self.id)


class Place(_Payload):
    """Where a button was pressed."""

    id: str


class Pressed(_Payload):
    """One button."""

    value: str = ""


class Press(_Payload):
    """A button pressed in a message."""

    user: User
    channel: Place
    trigger_id: str
    actions: tuple[Pressed, ...]

    @property
    def value(self) -> str:
        """What the button carries."""
        return self.actions[0].value if self.actions else ""


class Field(_Payload):
    """One field of a form."""

    value: str | None = None


class Values(_Payload):
    """What a form was filled with, by block and action."""

    values: Mapping[str, Mapping[str, Field]] = {}


class SubmittedView(_Payload):
    """A form."""

    private_metadata: str = ""
    state: Values = Values()


class Submission(_Payload):
    """A form that was sent."""

    user: User
    view: SubmittedView


class MessageEvent(_Payload):
    """Something that was said."""

    channel: str
    ts: str
    user: str = ""
    text: str = ""
    thread_ts: str | None = None
    subtype: str | None = None
    bot_id: str | None = None
    channel_type: str = ""


class HomeOpened(_Payload):
    """Somebody looks at the app."""

    user: str
    tab: str = "home"


class Done(_Payload):
    """An answer of which only the success matters."""


class Profile(_Payload):
    """How a member is called."""

    display_name: str = ""
    real_name: str = ""


class Member(_Payload):
    """A member of the workspace, as `users.info` tells."""

    id: str
    name: str = ""
    deleted: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    profile: Profile = Profile()


class MemberInfo(_Payload):
    """The answer of `users.info`."""

    user: Member
