"""The parts of Slack's answers that the room reads, as types."""

from pydantic import BaseModel, ConfigDict


class _Shape(BaseModel):
    """A part of an answer; Slack adds fields at will."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Done(_Shape):
    """An answer of which only the success matters."""


class Topic(_Shape):
    """What a channel is about."""

    value: str = ""


class Channel(_Shape):
    """A channel."""

    id: str
    name: str = ""
    is_archived: bool = False
    is_member: bool = False
    topic: Topic = Topic()


class Payload(_Shape):
    """What our messages carry."""

    key: str = ""


class Metadata(_Shape):
    """What kind of thing a message is, told by the app that posted it."""

    event_type: str = ""
    event_payload: Payload = Payload()


class Message(_Shape):
    """A message in a channel or thread."""

    ts: str
    user: str = ""
    reply_count: int = 0
    metadata: Metadata | None = None


class Cursor(_Shape):
    """Where the next page begins."""

    next_cursor: str = ""


class Messages(_Shape):
    """A page of messages."""

    messages: tuple[Message, ...] = ()
    response_metadata: Cursor = Cursor()


class Channels(_Shape):
    """A page of channels."""

    channels: tuple[Channel, ...] = ()
    response_metadata: Cursor = Cursor()


class OneChannel(_Shape):
    """An answer about one channel."""

    channel: Channel


class Posted(_Shape):
    """An answer about one message."""

    ts: str


class Identity(_Shape):
    """Who a token belongs to."""

    user_id: str
