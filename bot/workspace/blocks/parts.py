"""The pieces that blocks are made of: texts, options and confirmations, with Slack's limits."""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError


class Part(BaseModel):
    """A piece of Block Kit that refuses properties that Slack does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Plain(Part):
    """Text without formatting."""

    type: Literal["plain_text"]
    text: str
    emoji: bool | None = None


class Mrkdwn(Part):
    """Text with Slack's own markup."""

    type: Literal["mrkdwn"]
    text: str
    verbatim: bool | None = None


def at_most(limit: int) -> AfterValidator:
    """Limit the characters of a text object, and refuse an empty one."""

    def check(value: Plain | Mrkdwn) -> Plain | Mrkdwn:
        if not value.text:
            raise PydanticCustomError("text_length", "must be more than 0 characters")
        if len(value.text) > limit:
            problem = "must be less than {limit} characters"
            raise PydanticCustomError("text_length", problem, {"limit": limit + 1})
        return value

    return AfterValidator(check)


def one_of(*names: str) -> AfterValidator:
    """Require that at least one of several optional properties is there."""

    def check(value: Part) -> Part:
        if all(getattr(value, name) is None for name in names):
            problem = "missing required field: {names}"
            raise PydanticCustomError("missing_any", problem, {"names": " or ".join(names)})
        return value

    return AfterValidator(check)


AnyText: TypeAlias = Annotated[Plain | Mrkdwn, Field(discriminator="type")]
Text75: TypeAlias = Annotated[AnyText, at_most(75)]
Text300: TypeAlias = Annotated[AnyText, at_most(300)]
Text2000: TypeAlias = Annotated[AnyText, at_most(2000)]
Text3000: TypeAlias = Annotated[AnyText, at_most(3000)]
Plain24: TypeAlias = Annotated[Plain, at_most(24)]
Plain30: TypeAlias = Annotated[Plain, at_most(30)]
Plain75: TypeAlias = Annotated[Plain, at_most(75)]
Plain100: TypeAlias = Annotated[Plain, at_most(100)]
Plain150: TypeAlias = Annotated[Plain, at_most(150)]
Plain2000: TypeAlias = Annotated[Plain, at_most(2000)]

Id: TypeAlias = Annotated[str, StringConstraints(max_length=255)]
Url: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=3000)]
AltText: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Style: TypeAlias = Literal["primary", "danger"]


class Confirm(Part):
    """A question that is asked before an action goes through."""

    title: Plain100
    text: Text300
    confirm: Plain30
    deny: Plain30
    style: Style | None = None


class Option(Part):
    """One choice."""

    text: Text75
    value: Annotated[str, StringConstraints(min_length=1, max_length=150)]
    description: Text75 | None = None
    url: Url | None = None


Options: TypeAlias = Annotated[list[Option], Field(min_length=1, max_length=100)]


class OptionGroup(Part):
    """Choices under a common label."""

    label: Plain75
    options: Options


class SlackFile(Part):
    """A file that was uploaded before, by id or by address."""

    id: str | None = None
    url: str | None = None

    @model_validator(mode="after")
    def _names_a_file(self) -> Self:
        if (self.id is None) == (self.url is None):
            raise PydanticCustomError("slack_file", "must have exactly one of id and url")
        return self
