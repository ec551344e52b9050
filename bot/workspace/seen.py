"""What a person sees, for tests and the headless demo to look at."""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field

from bot.workspace.json_types import JsonObject, as_object, as_objects, as_text, is_list, is_object

SPOKEN = ("text", "title", "label", "hint", "details", "output")
NESTED = ("fields", "elements", "accessory", "element", "blocks", "tasks", "rows", "options")


class Seen(BaseModel):
    """Something on a screen; what Slack adds beyond the named fields is let through."""

    model_config = ConfigDict(frozen=True, extra="allow")


class SeenMessage(Seen):
    """A message."""

    ts: str
    user: str = ""
    text: str = ""
    channel: str = ""
    thread_ts: str | None = None
    subtype: str | None = None
    app_id: str = ""
    blocks: list[JsonObject] = Field(default_factory=list[JsonObject])
    files: list[JsonObject] = Field(default_factory=list[JsonObject])
    reactions: list[JsonObject] = Field(default_factory=list[JsonObject])
    edited: JsonObject | None = None
    metadata: JsonObject | None = None
    is_ephemeral: bool = False
    reply_count: int = 0

    @property
    def is_reply(self) -> bool:
        """Whether it hangs below another message."""
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def words(self) -> str:
        """Everything that can be read in it, blocks included, one piece a line."""
        return "\n".join([self.text, *_spoken(self.blocks)])

    @property
    def action_ids(self) -> tuple[str, ...]:
        """The elements that can be used."""
        return tuple(_action_ids(self.blocks))


class SeenView(Seen):
    """A modal or a home tab."""

    id: str
    callback_id: str = ""
    hash: str = ""
    private_metadata: str = ""
    title: JsonObject | None = None
    blocks: list[JsonObject] = Field(default_factory=list[JsonObject])

    @property
    def words(self) -> str:
        """Everything that can be read in it, one piece a line."""
        return "\n".join([as_text((self.title or {}).get("text")), *_spoken(self.blocks)])

    @property
    def action_ids(self) -> tuple[str, ...]:
        """The elements that can be used."""
        return tuple(_action_ids(self.blocks))


class SeenChannel(Seen):
    """A channel in the sidebar."""

    id: str
    name: str = ""
    topic: str = ""
    unread: int = 0
    is_archived: bool = False
    is_member: bool = False
    is_im: bool = False
    pins: list[str] = Field(default_factory=list[str])
    bookmarks: list[JsonObject] = Field(default_factory=list[JsonObject])
    members: list[str] = Field(default_factory=list[str])


def _spoken(value: object) -> Iterator[str]:
    """Walk over the texts of blocks in reading order."""
    if is_list(value):
        for item in value:
            yield from _spoken(item)
    elif is_object(value):
        for key in (*SPOKEN, *NESTED):
            part = value.get(key)
            if isinstance(part, str):
                yield part
            elif part is not None:
                yield from _spoken(part)


def _action_ids(blocks: list[JsonObject]) -> Iterator[str]:
    for block in blocks:
        held = as_objects(block.get("elements"))
        held += [as_object(block[key]) for key in ("accessory", "element") if key in block]
        for element in held:
            if action_id := as_text(element.get("action_id")):
                yield action_id
