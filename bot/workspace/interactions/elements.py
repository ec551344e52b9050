"""Find the element that a person used, and say what using it meant."""

from collections.abc import Iterator

from bot.workspace.blocks.validate import interactive_elements
from bot.workspace.errors import SlackError
from bot.workspace.json_types import JsonObject, as_object, as_objects, as_text
from bot.workspace.view_values import SELECTED, element_value

PLAIN = ("button", "icon_button", "workflow_button")


def message_blocks(blocks: list[JsonObject], attachments: list[JsonObject]) -> list[JsonObject]:
    """List the blocks of a message together with those of its attachments."""
    inner = [block for item in attachments for block in as_objects(item.get("blocks"))]
    return blocks + inner


def find_element(
    blocks: list[JsonObject], action_id: str, block_id: str | None
) -> tuple[JsonObject, JsonObject]:
    """Find an element, and the block it is in.

    Raises:
        SlackError: `element_not_found` with the ids that there are.
    """
    known: list[str] = []
    for block, element in _elements(blocks):
        known.append(as_text(element.get("action_id")))
        if element.get("action_id") == action_id and block_id in (None, block.get("block_id")):
            return block, element
    there = ", ".join(known) or "none"
    raise SlackError("element_not_found", f"no element {action_id}; there are: {there}")


def _elements(blocks: list[JsonObject]) -> Iterator[tuple[JsonObject, JsonObject]]:
    for block in blocks:
        for element in interactive_elements(block):
            yield block, element


def action_of(block: JsonObject, element: JsonObject, given: object, ts: str) -> JsonObject:
    """Describe the use of an element as `block_actions` does."""
    kind = as_text(element.get("type"))
    action: JsonObject = {
        "type": kind,
        "action_id": element.get("action_id"),
        "block_id": block.get("block_id"),
        "action_ts": ts,
    }
    if kind in PLAIN:
        kept = {key: element[key] for key in ("text", "value", "style", "url") if key in element}
        return action | kept
    if kind == "feedback_buttons":
        side = "positive_button" if given != "negative" else "negative_button"
        chosen = as_object(element.get(side))
        return action | {"text": chosen.get("text"), "value": chosen.get("value")}
    if kind == "overflow":
        options = as_objects(element.get("options"))
        chosen = next((option for option in options if option.get("value") == given), None)
        if chosen is None:
            raise SlackError("option_not_found", f"no option {given!r}")
        return action | {"selected_option": chosen}
    return action | element_value(element, given)


def keeps_value(element: JsonObject) -> bool:
    """Say whether an element holds on to what was chosen."""
    return as_text(element.get("type")) in SELECTED
