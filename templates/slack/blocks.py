"""Block Kit within Slack's limits by construction, on slack_sdk's block classes."""

from collections.abc import Sequence
from typing import Protocol, cast

from pydantic import JsonValue
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    InputBlock,
    MarkdownTextObject,
    PlainTextInputElement,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from agents.domain.document import Document
from agents.ports import RoomMessage
from templates.text import clipped, one_line

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
SECTION_CHARACTERS = 3000
CONTEXT_CHARACTERS = 2000
HEADER_CHARACTERS = 150
TITLE_CHARACTERS = 24
BUTTON_CHARACTERS = 75
CONFIRM_CHARACTERS = 300
CONFIRM_TITLE_CHARACTERS = 100
CONFIRM_BUTTON_CHARACTERS = 30
INPUT_CHARACTERS = 2000
FALLBACK_CHARACTERS = 1000

EVERYTHING = "`/warroom hypotheses`"
"""Where a reader finds what a message had no room for."""


class _Jsonable(Protocol):
    def to_dict(self) -> dict[str, JsonValue]: ...


def header(text: str) -> HeaderBlock:
    """Make a title of plain text."""
    return HeaderBlock(text=PlainTextObject(text=one_line(text, HEADER_CHARACTERS), emoji=False))


def section(*lines: str, rest: str = EVERYTHING) -> SectionBlock:
    """Make a paragraph of lines that are already inert; what does not fit is pointed at."""
    return SectionBlock(text=_mrkdwn(clipped(lines, SECTION_CHARACTERS, rest)))


def small(*lines: str, rest: str = EVERYTHING) -> ContextBlock:
    """Make small print of lines that are already inert."""
    return ContextBlock(elements=[_mrkdwn(clipped(lines, CONTEXT_CHARACTERS, rest))])


def divider() -> DividerBlock:
    """Make a line across."""
    return DividerBlock()


def buttons(*elements: ButtonElement) -> ActionsBlock:
    """Make a row of buttons."""
    return ActionsBlock(elements=list(elements))


def button(
    label: str, action_id: str, value: str, *, style: str = "", confirm: ConfirmObject | None = None
) -> ButtonElement:
    """Make a button; `style` is `primary`, `danger` or nothing."""
    return ButtonElement(
        text=PlainTextObject(text=one_line(label, BUTTON_CHARACTERS), emoji=False),
        action_id=action_id,
        value=value,
        style=style or None,
        confirm=confirm,
    )


def confirmation(title: str, text: str, confirm: str, deny: str = "Cancel") -> ConfirmObject:
    """Make the question that is asked before a button counts."""
    return ConfirmObject(
        title=PlainTextObject(text=one_line(title, CONFIRM_TITLE_CHARACTERS)),
        text=PlainTextObject(text=one_line(text, CONFIRM_CHARACTERS)),
        confirm=PlainTextObject(text=one_line(confirm, CONFIRM_BUTTON_CHARACTERS)),
        deny=PlainTextObject(text=one_line(deny, CONFIRM_BUTTON_CHARACTERS)),
    )


def text_input(label: str, hint: str, block_id: str, action_id: str) -> InputBlock:
    """Make a field for a few sentences."""
    return InputBlock(
        label=PlainTextObject(text=label),
        hint=PlainTextObject(text=hint),
        block_id=block_id,
        element=PlainTextInputElement(
            action_id=action_id, multiline=True, min_length=3, max_length=INPUT_CHARACTERS
        ),
    )


def modal(
    title: str,
    blocks: Sequence[Block],
    *,
    callback_id: str = "",
    submit: str = "",
    private_metadata: str = "",
) -> View:
    """Make a modal; without `submit` it can only be closed."""
    return View(
        type="modal",
        title=PlainTextObject(text=one_line(title, TITLE_CHARACTERS)),
        close=PlainTextObject(text="Close"),
        submit=PlainTextObject(text=submit) if submit else None,
        callback_id=callback_id or None,
        private_metadata=private_metadata or None,
        blocks=list(blocks[:VIEW_BLOCKS]),
    )


def documents(blocks: Sequence[Block]) -> tuple[Document, ...]:
    """Return blocks as the vendor's JSON; slack_sdk refuses one that Slack would refuse."""
    kept = blocks[:MESSAGE_BLOCKS]
    return tuple(Document(body=cast("_Jsonable", block).to_dict()) for block in kept)


def message(
    key: str,
    text: str,
    blocks: Sequence[Block],
    *,
    thread_key: str = "",
    is_pinned: bool = False,
) -> RoomMessage:
    """Make a message; `text` is read out in notifications and is already inert."""
    return RoomMessage(
        key=key,
        text=text[:FALLBACK_CHARACTERS],
        blocks=documents(blocks),
        thread_key=thread_key,
        is_pinned=is_pinned,
    )


def _mrkdwn(text: str) -> MarkdownTextObject:
    """Make formatted text in which Slack turns nothing into links or mentions by itself."""
    return MarkdownTextObject(text=text, verbatim=True)
