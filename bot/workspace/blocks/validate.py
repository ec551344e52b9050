"""Judge blocks and views as Slack does, and say what is wrong in Slack's form."""

import copy
from collections.abc import Iterator

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.workspace.blocks.schema import MAX_MARKDOWN, MessageBlocks, ViewBody
from bot.workspace.errors import SlackError
from bot.workspace.ids import short_id
from bot.workspace.json_types import JsonObject, as_object, as_objects, as_text, is_list, is_object

MAX_VIEW_BYTES = 250_000


def checked_blocks(blocks: list[JsonObject]) -> list[JsonObject]:
    """Return a copy of a message's blocks with the missing ids filled in.

    Raises:
        SlackError: `invalid_blocks` with a pointer to each problem, or `msg_blocks_too_long`.
    """
    try:
        MessageBlocks.model_validate({"blocks": blocks})
    except ValidationError as error:
        raise SlackError("invalid_blocks", *problems(error, {"blocks": blocks})) from None
    markdown = sum(len(as_text(b.get("text"))) for b in blocks if b.get("type") == "markdown")
    if markdown > MAX_MARKDOWN:
        raise SlackError("msg_blocks_too_long")
    return with_ids(blocks, "invalid_blocks")


def checked_view(view: JsonObject) -> JsonObject:
    """Return a copy of a view with the missing ids filled in.

    Raises:
        SlackError: `invalid_arguments` with a pointer to each problem, or `view_too_large`.
    """
    if len(repr(view)) > MAX_VIEW_BYTES:
        raise SlackError("view_too_large")
    try:
        ViewBody.model_validate(view)
    except ValidationError as error:
        pointers = problems(error, view, root="/view")
        raise SlackError("invalid_arguments", *pointers) from None
    return {**view, "blocks": with_ids(as_objects(view.get("blocks")), "invalid_arguments")}


def with_ids(blocks: list[JsonObject], code: str) -> list[JsonObject]:
    """Fill in the block and action ids that the app left out, as Slack does."""
    filled = [copy.deepcopy(block) for block in blocks]
    seen: set[str] = set()
    for index, block in enumerate(filled):
        block_id = as_text(block.get("block_id")) or short_id()
        if block_id in seen:
            problem = f"block_id already exists [json-pointer:/blocks/{index}/block_id]"
            raise SlackError(code, problem)
        seen.add(block_id)
        block["block_id"] = block_id
        for element in interactive_elements(block):
            element["action_id"] = as_text(element.get("action_id")) or short_id()
    return filled


def interactive_elements(block: JsonObject) -> Iterator[JsonObject]:
    """Walk over the elements of a block that a person can act on."""
    found = as_objects(block.get("elements")) if "actions" in as_text(block.get("type")) else []
    found += [as_object(block[key]) for key in ("accessory", "element") if key in block]
    for element in found:
        if element.get("type") != "image":
            yield element


def problems(error: ValidationError, data: object, root: str = "") -> list[str]:
    """Spell what is wrong as Slack does: a sentence and a JSON pointer."""
    return [f"{_sentence(e)} [json-pointer:{root}{_pointer(e, data)}]" for e in error.errors()]


def _sentence(error: ErrorDetails) -> str:
    """Translate one finding of pydantic into Slack's words."""
    context = error.get("ctx", {})
    last = error["loc"][-1] if error["loc"] else ""
    sentences = {
        "missing": f"missing required field: {last}",
        "extra_forbidden": f"invalid additional property: {last}",
        "union_tag_invalid": f"unsupported type: {context.get('tag')}",
        "union_tag_not_found": "missing required field: type",
        "literal_error": f"must be one of {context.get('expected')}",
        "string_too_long": f"must be less than {_plus_one(context.get('max_length'))} characters",
        "string_too_short": "must be more than 0 characters",
        "too_long": f"no more than {context.get('max_length')} items allowed",
        "too_short": f"must have at least {context.get('min_length')} item",
    }
    return sentences.get(error["type"], error["msg"])


def _plus_one(limit: object) -> int:
    return limit + 1 if isinstance(limit, int) else 0


def _pointer(error: ErrorDetails, data: object) -> str:
    """Follow the location through the data, leaving out what pydantic adds for unions."""
    path = ""
    for step in error["loc"]:
        if is_list(data) and isinstance(step, int):
            path, data = f"{path}/{step}", data[step]
        elif is_object(data) and step in data:
            path, data = f"{path}/{step}", data[str(step)]
    return path + ("/text" if error["type"] == "text_length" else "")
