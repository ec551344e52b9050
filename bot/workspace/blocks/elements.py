"""Interactive elements, with the limits and the places that Slack allows them in."""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from bot.workspace.blocks.parts import (
    AltText,
    Confirm,
    Id,
    Option,
    OptionGroup,
    Options,
    Part,
    Plain75,
    Plain150,
    SlackFile,
    Style,
    Url,
)

TextLength: TypeAlias = Annotated[int, Field(ge=0, le=3000)]


class Element(Part):
    """What every interactive element may carry."""

    action_id: Id | None = None


class Button(Element):
    """A button; with a `url` it opens a link as well."""

    type: Literal["button"]
    text: Plain75
    url: Url | None = None
    value: Annotated[str, StringConstraints(max_length=2000)] | None = None
    style: Style | None = None
    confirm: Confirm | None = None
    accessibility_label: Annotated[str, StringConstraints(max_length=75)] | None = None


class Picker(Element):
    """What every menu and picker may carry."""

    placeholder: Plain150 | None = None
    confirm: Confirm | None = None
    focus_on_load: bool | None = None


class StaticSelect(Picker):
    """A menu over options that are part of the message; either flat or grouped."""

    type: Literal["static_select", "multi_static_select"]
    options: Options | None = None
    option_groups: Annotated[list[OptionGroup], Field(min_length=1, max_length=100)] | None = None
    initial_option: Option | None = None
    initial_options: list[Option] | None = None
    max_selected_items: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _has_one_list(self) -> Self:
        if (self.options is None) == (self.option_groups is None):
            problem = "must have exactly one of options and option_groups"
            raise PydanticCustomError("select_options", problem)
        return self


class ExternalSelect(Picker):
    """A menu whose options the app is asked for as the person types."""

    type: Literal["external_select", "multi_external_select"]
    min_query_length: Annotated[int, Field(ge=0)] | None = None
    initial_option: Option | None = None
    initial_options: list[Option] | None = None
    max_selected_items: Annotated[int, Field(ge=1)] | None = None


class UsersSelect(Picker):
    """A menu over people."""

    type: Literal["users_select", "multi_users_select"]
    initial_user: str | None = None
    initial_users: list[str] | None = None
    max_selected_items: Annotated[int, Field(ge=1)] | None = None


class ConversationsSelect(Picker):
    """A menu over conversations of every kind."""

    type: Literal["conversations_select", "multi_conversations_select"]
    initial_conversation: str | None = None
    initial_conversations: list[str] | None = None
    default_to_current_conversation: bool | None = None
    response_url_enabled: bool | None = None
    filter: dict[str, object] | None = None
    max_selected_items: Annotated[int, Field(ge=1)] | None = None


class ChannelsSelect(Picker):
    """A menu over public channels."""

    type: Literal["channels_select", "multi_channels_select"]
    initial_channel: str | None = None
    initial_channels: list[str] | None = None
    response_url_enabled: bool | None = None
    max_selected_items: Annotated[int, Field(ge=1)] | None = None


class Overflow(Element):
    """A three-dot menu of up to five choices."""

    type: Literal["overflow"]
    options: Annotated[list[Option], Field(min_length=1, max_length=5)]
    confirm: Confirm | None = None


class DatePicker(Picker):
    """A day."""

    type: Literal["datepicker"]
    initial_date: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None


class TimePicker(Picker):
    """A time of day."""

    type: Literal["timepicker"]
    initial_time: Annotated[str, StringConstraints(pattern=r"^\d{2}:\d{2}$")] | None = None
    timezone: str | None = None


class DateTimePicker(Element):
    """A moment, in seconds since the epoch."""

    type: Literal["datetimepicker"]
    initial_date_time: int | None = None
    confirm: Confirm | None = None
    focus_on_load: bool | None = None


class Choices(Element):
    """Checkboxes or radio buttons, ten at most."""

    type: Literal["checkboxes", "radio_buttons"]
    options: Annotated[list[Option], Field(min_length=1, max_length=10)]
    initial_option: Option | None = None
    initial_options: list[Option] | None = None
    confirm: Confirm | None = None
    focus_on_load: bool | None = None


class TextInput(Element):
    """A line or a box to write in."""

    type: Literal["plain_text_input", "email_text_input", "url_text_input"]
    placeholder: Plain150 | None = None
    initial_value: Annotated[str, StringConstraints(max_length=3000)] | None = None
    multiline: bool | None = None
    min_length: TextLength | None = None
    max_length: TextLength | None = None
    focus_on_load: bool | None = None
    dispatch_action_config: dict[str, object] | None = None


class NumberInput(Element):
    """A number."""

    type: Literal["number_input"]
    is_decimal_allowed: bool
    placeholder: Plain150 | None = None
    initial_value: str | None = None
    min_value: str | None = None
    max_value: str | None = None
    focus_on_load: bool | None = None
    dispatch_action_config: dict[str, object] | None = None


class ImageElement(Part):
    """A small picture beside text."""

    type: Literal["image"]
    alt_text: AltText
    image_url: Url | None = None
    slack_file: SlackFile | None = None


class FeedbackButton(Part):
    """One half of a thumbs-up and thumbs-down pair."""

    text: Plain75
    value: Annotated[str, StringConstraints(max_length=2000)]
    accessibility_label: Annotated[str, StringConstraints(max_length=75)] | None = None


class FeedbackButtons(Element):
    """A thumbs-up and thumbs-down pair."""

    type: Literal["feedback_buttons"]
    positive_button: FeedbackButton
    negative_button: FeedbackButton


class IconButton(Element):
    """A button that is only an icon."""

    type: Literal["icon_button"]
    icon: str
    text: Plain75
    value: Annotated[str, StringConstraints(max_length=2000)] | None = None
    confirm: Confirm | None = None
    accessibility_label: Annotated[str, StringConstraints(max_length=75)] | None = None
    visible_to_user_ids: list[str] | None = None


Menu: TypeAlias = StaticSelect | ExternalSelect | UsersSelect | ConversationsSelect | ChannelsSelect
Picking: TypeAlias = Menu | DatePicker | TimePicker | Choices
ActionElement: TypeAlias = Annotated[
    Button | Overflow | Picking | DateTimePicker, Field(discriminator="type")
]
Accessory: TypeAlias = Annotated[
    Button | Overflow | Picking | ImageElement, Field(discriminator="type")
]
InputElement: TypeAlias = Annotated[
    TextInput | NumberInput | Picking | DateTimePicker, Field(discriminator="type")
]
ContextAction: TypeAlias = Annotated[FeedbackButtons | IconButton, Field(discriminator="type")]
