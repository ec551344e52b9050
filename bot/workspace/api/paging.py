"""Cursors: long lists are handed out a page at a time."""

import base64
import binascii
from collections.abc import Sequence

from bot.workspace.arguments import Arguments
from bot.workspace.errors import SlackError
from bot.workspace.json_types import JsonObject

MAX_LIMIT = 1000


def page(key: str, items: Sequence[object], arguments: Arguments, default: int) -> JsonObject:
    """Cut the page that a call asks for out of a list, with the cursor of the next.

    Raises:
        SlackError: `invalid_cursor` or `invalid_limit`.
    """
    limit = arguments.integer("limit", default)
    if not 1 <= limit <= MAX_LIMIT:
        raise SlackError("invalid_limit")
    start = _decoded(arguments.text("cursor"))
    end = start + limit
    cursor = _encoded(end) if end < len(items) else ""
    return {key: list(items[start:end]), "response_metadata": {"next_cursor": cursor}}


def _encoded(offset: int) -> str:
    return base64.b64encode(f"next:{offset}".encode()).decode()


def _decoded(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor).decode().removeprefix("next:"))
    except (binascii.Error, ValueError):
        raise SlackError("invalid_cursor") from None
