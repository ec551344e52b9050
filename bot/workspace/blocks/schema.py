"""The blocks themselves, and the views that hold them.

Slack's documentation is the source of each number here. A few newer layout blocks (card,
carousel, container, video, file) are accepted with only their outline checked.
"""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from bot.workspace.blocks.elements import (
    Accessory,
    ActionElement,
    ContextAction,
    ImageElement,
    InputElement,
)
from bot.workspace.blocks.parts import (
    AltText,
    AnyText,
    Id,
    Mrkdwn,
    Part,
    Plain,
    Plain24,
    Plain150,
    Plain2000,
    SlackFile,
    Text2000,
    Text3000,
    Url,
    one_of,
)

MAX_MESSAGE_BLOCKS = 50
MAX_VIEW_BLOCKS = 100
MAX_MARKDOWN = 12_000


class BaseBlock(Part):
    """What every block may carry."""

    block_id: Id | None = None


class Section(BaseBlock):
    """A text, up to ten fields in two columns, and one element at the side."""

    type: Literal["section"]
    text: Text3000 | None = None
    fields: Annotated[list[Text2000], Field(min_length=1, max_length=10)] | None = None
    accessory: Accessory | None = None
    expand: bool | None = None


class Header(BaseBlock):
    """Large text."""

    type: Literal["header"]
    text: Plain150


class Divider(BaseBlock):
    """A line."""

    type: Literal["divider"]


class Image(BaseBlock):
    """A picture."""

    type: Literal["image"]
    alt_text: AltText
    image_url: Url | None = None
    slack_file: SlackFile | None = None
    title: Plain2000 | None = None


class Actions(BaseBlock):
    """A row of elements."""

    type: Literal["actions"]
    elements: Annotated[list[ActionElement], Field(min_length=1, max_length=25)]


ContextElement: TypeAlias = Annotated[Plain | Mrkdwn | ImageElement, Field(discriminator="type")]


class Context(BaseBlock):
    """Small print."""

    type: Literal["context"]
    elements: Annotated[list[ContextElement], Field(min_length=1, max_length=10)]


class ContextActions(BaseBlock):
    """Feedback and icon buttons below an answer."""

    type: Literal["context_actions"]
    elements: Annotated[list[ContextAction], Field(min_length=1, max_length=5)]


class Input(BaseBlock):
    """A labelled field of a form."""

    type: Literal["input"]
    label: Plain2000
    element: InputElement
    hint: Plain2000 | None = None
    optional: bool | None = None
    dispatch_action: bool | None = None


class Markdown(BaseBlock):
    """Standard Markdown."""

    type: Literal["markdown"]
    text: Annotated[str, StringConstraints(min_length=1, max_length=MAX_MARKDOWN)]


class RichText(BaseBlock):
    """Formatted text as a tree; only its outline is checked."""

    type: Literal["rich_text"]
    elements: list[dict[str, object]]


Cell: TypeAlias = dict[str, object]
Row: TypeAlias = Annotated[list[Cell], Field(min_length=1, max_length=20)]


class Table(BaseBlock):
    """A table of up to 100 rows and 20 columns."""

    type: Literal["table"]
    rows: Annotated[list[Row], Field(min_length=1, max_length=100)]
    column_settings: Annotated[list[dict[str, object] | None], Field(max_length=20)] | None = None


class TaskCard(BaseBlock):
    """One task of an agent, and how it stands."""

    type: Literal["task_card"] = "task_card"
    task_id: str
    title: str
    status: Literal["pending", "in_progress", "complete", "error"] | None = None
    details: RichText | None = None
    output: RichText | None = None
    sources: list[dict[str, object]] | None = None


class Plan(BaseBlock):
    """Several tasks under a title."""

    type: Literal["plan"]
    title: str
    tasks: list[TaskCard] | None = None


class Alert(BaseBlock):
    """A notice that stands out."""

    type: Literal["alert"]
    text: AnyText
    level: Literal["default", "info", "warning", "error", "success"] | None = None


class Outline(BaseModel):
    """A layout block of which only the outline is checked."""

    model_config = ConfigDict(extra="allow")

    type: Literal["card", "carousel", "container", "video", "file"]
    block_id: Id | None = None


Block: TypeAlias = Annotated[
    Annotated[Section, one_of("text", "fields")]
    | Header
    | Divider
    | Annotated[Image, one_of("image_url", "slack_file")]
    | Actions
    | Context
    | ContextActions
    | Input
    | Markdown
    | RichText
    | Table
    | TaskCard
    | Plan
    | Alert
    | Outline,
    Field(discriminator="type"),
]


class MessageBlocks(Part):
    """The blocks of one message."""

    blocks: Annotated[list[Block], Field(max_length=MAX_MESSAGE_BLOCKS)]


class ViewBody(Part):
    """A view as an app may send it."""

    type: Literal["modal", "home"]
    blocks: Annotated[list[Block], Field(max_length=MAX_VIEW_BLOCKS)]
    title: Plain24 | None = None
    submit: Plain24 | None = None
    close: Plain24 | None = None
    private_metadata: Annotated[str, StringConstraints(max_length=3000)] | None = None
    callback_id: Id | None = None
    external_id: Id | None = None
    clear_on_close: bool | None = None
    notify_on_close: bool | None = None
    submit_disabled: bool | None = None

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        """Ask of a modal what a home tab does not need."""
        if self.type != "modal":
            return self
        if self.title is None:
            raise PydanticCustomError("missing_title", "missing required field: title")
        if self.submit is None and any(isinstance(block, Input) for block in self.blocks):
            problem = "missing required field: submit (the view has input blocks)"
            raise PydanticCustomError("missing_submit", problem)
        return self
