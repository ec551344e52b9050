"""What a form holds: its initial values, what a person put in, and what is still missing."""

from bot.workspace.blocks.validate import interactive_elements
from bot.workspace.json_types import JsonObject, as_object, as_objects, as_text, is_list, is_object

Values = dict[str, dict[str, JsonObject]]

TEXT_INPUTS = ("plain_text_input", "email_text_input", "url_text_input", "number_input")
SELECTED = {
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    **dict.fromkeys(TEXT_INPUTS, ("value", "initial_value")),
}
"""For each element with a value: where the value goes, and where its initial value comes from."""


def initial_values(body: JsonObject, before: Values) -> Values:
    """Fill a form from its initial values, keeping what was put in before it changed."""
    values: Values = {}
    for block in as_objects(body.get("blocks")):
        block_id = as_text(block.get("block_id"))
        for element in interactive_elements(block):
            kind, action_id = as_text(element.get("type")), as_text(element.get("action_id"))
            if kind not in SELECTED:
                continue
            target, source = SELECTED[kind]
            kept = before.get(block_id, {}).get(action_id)
            fresh: JsonObject = {"type": kind, target: element.get(source)}
            is_same = kept is not None and kept.get("type") == kind
            values.setdefault(block_id, {})[action_id] = kept if kept and is_same else fresh
    return values


def element_value(element: JsonObject, given: object) -> JsonObject:
    """Turn what a person gave for an element into the shape that Slack sends.

    Plain text names an option by its value, so that callers need not repeat its label.
    """
    kind = as_text(element.get("type"))
    target = SELECTED[kind][0] if kind in SELECTED else "value"
    if target == "selected_option":
        return {"type": kind, target: _option(element, given)}
    if target == "selected_options":
        items = given if is_list(given) else [given]
        return {"type": kind, target: [_option(element, item) for item in items if item]}
    return {"type": kind, target: given if given != "" else None}


def _option(element: JsonObject, given: object) -> JsonObject | None:
    """Find the option with a value; an object is taken as an option as it stands."""
    if is_object(given):
        return given
    for option in all_options(element):
        if option.get("value") == given:
            return option
    return None


def all_options(element: JsonObject) -> list[JsonObject]:
    """List the options of a menu, grouped or not."""
    grouped = [
        option
        for group in as_objects(element.get("option_groups"))
        for option in as_objects(group.get("options"))
    ]
    return as_objects(element.get("options")) + grouped


def is_empty(value: JsonObject) -> bool:
    """Say whether an element's value has nothing in it."""
    return not any(item for key, item in value.items() if key != "type")


def complaints(body: JsonObject, values: Values) -> dict[str, str]:
    """Say for each block what Slack itself objects to before the app hears of a submission."""
    found: dict[str, str] = {}
    for block in as_objects(body.get("blocks")):
        if block.get("type") != "input":
            continue
        block_id, element = as_text(block.get("block_id")), as_object(block.get("element"))
        value = values.get(block_id, {}).get(as_text(element.get("action_id")), {})
        problem = _complaint(element, value, optional=block.get("optional") is True)
        if problem:
            found[block_id] = problem
    return found


def _complaint(element: JsonObject, value: JsonObject, *, optional: bool) -> str:
    if is_empty(value):
        return "" if optional else "Please complete this required field."
    text = value.get("value")
    if not isinstance(text, str):
        return ""
    shortest, longest = element.get("min_length"), element.get("max_length")
    if isinstance(shortest, int) and len(text) < shortest:
        return f"Please enter at least {shortest} characters."
    if isinstance(longest, int) and len(text) > longest:
        return f"Please enter at most {longest} characters."
    kind = element.get("type")
    if kind == "email_text_input" and "@" not in text:
        return "Please enter a valid email address."
    if kind == "url_text_input" and not text.startswith(("http://", "https://")):
        return "Please enter a valid URL."
    return _number_complaint(element, text) if kind == "number_input" else ""


def _number_complaint(element: JsonObject, text: str) -> str:
    try:
        number = float(text)
    except ValueError:
        return "Please enter a number."
    if element.get("is_decimal_allowed") is False and not number.is_integer():
        return "Please enter a whole number."
    lowest, highest = as_text(element.get("min_value")), as_text(element.get("max_value"))
    if lowest and number < float(lowest):
        return f"Please enter a number of at least {lowest}."
    if highest and number > float(highest):
        return f"Please enter a number of at most {highest}."
    return ""
