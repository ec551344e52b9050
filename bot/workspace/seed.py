"""What a workspace starts with: its people, channels, apps, and how strictly it keeps time."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from bot.workspace.json_types import JsonObject, as_list, as_object, as_objects, as_text

EVENTS = (
    "app_home_opened",
    "app_mention",
    "channel_created",
    "member_joined_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "pin_added",
    "reaction_added",
)


class Seeded(BaseModel):
    """A frozen piece of the seed that refuses unknown fields, so that a typo is not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class UserSeed(Seeded):
    """A person, or with `is_bot` a bot that no app of this workspace drives."""

    id: str
    name: str
    real_name: str = ""
    email: str = ""
    title: str = ""
    is_bot: bool = False
    is_admin: bool = False


class ChannelSeed(Seeded):
    """A channel; with no members named, every person is in it."""

    name: str
    id: str = ""
    topic: str = ""
    purpose: str = ""
    members: tuple[str, ...] = ()
    is_private: bool = False


class CommandSeed(Seeded):
    """A slash command that an app has registered."""

    command: str = Field(pattern=r"^/[^\s]+$")
    description: str = ""
    usage_hint: str = ""


class ShortcutSeed(Seeded):
    """A shortcut that an app has registered."""

    name: str
    callback_id: str
    type: Literal["message", "global"]
    description: str = ""


class AppSeed(Seeded):
    """An installed app; with a request URL it is called over HTTP, otherwise by Socket Mode."""

    app_id: str
    name: str
    bot_user_id: str
    bot_id: str
    bot_token: SecretStr
    app_token: SecretStr = SecretStr("")
    signing_secret: SecretStr = SecretStr("")
    description: str = ""
    request_url: str | None = None
    scopes: frozenset[str] | None = None
    """Scopes of the bot token; nothing here means every scope."""
    events: tuple[str, ...] = EVENTS
    commands: tuple[CommandSeed, ...] = ()
    shortcuts: tuple[ShortcutSeed, ...] = ()
    channels: tuple[str, ...] = ()
    """Names of the channels that the bot is in from the start."""


class UsergroupSeed(Seeded):
    """A handle for several people, as in `@database-oncall`."""

    id: str
    handle: str
    name: str
    users: tuple[str, ...] = ()


class Timing(Seeded):
    """Slack's patience, in seconds; tests shorten it."""

    ack_seconds: float = 3.0
    trigger_seconds: float = 3.0
    event_retry_seconds: tuple[float, ...] = (1.0, 60.0, 300.0)
    socket_refresh_seconds: float = 3600.0
    response_url_seconds: float = 1800.0
    response_url_uses: int = 5


class Rates(Seeded):
    """Slack's rate limits; switch them off where a test is about something else."""

    enabled: bool = True
    posts_per_second: float = 1.0
    post_burst: int = 5


class Seed(Seeded):
    """Everything a workspace starts with."""

    team_id: str = "T00000001"
    team_name: str = "Workspace"
    domain: str = "workspace"
    users: tuple[UserSeed, ...]
    channels: tuple[ChannelSeed, ...] = ()
    apps: tuple[AppSeed, ...] = ()
    usergroups: tuple[UsergroupSeed, ...] = ()
    timing: Timing = Timing()
    rates: Rates = Rates()

    @model_validator(mode="after")
    def _names_what_is_there(self) -> Self:
        """Refuse channels and people that nothing in the seed defines."""
        channels = {channel.name for channel in self.channels}
        people = {user.id for user in self.users} | {app.bot_user_id for app in self.apps}
        named_channels = {name for app in self.apps for name in app.channels}
        named_people = {member for channel in self.channels for member in channel.members}
        named_people |= {user for group in self.usergroups for user in group.users}
        if unknown := (named_channels - channels) | (named_people - people):
            raise ValueError(f"the seed names but does not define: {', '.join(sorted(unknown))}")
        return self


def default_seed() -> Seed:
    """Make the small workspace that `python -m bot.workspace` shows when it is given no seed."""
    return Seed(
        team_name="Shop",
        domain="shop",
        users=(
            UserSeed(id="U0ONCALL1", name="on-call", real_name="On-call engineer", is_admin=True),
            UserSeed(id="U0RESPOND", name="responder", real_name="Responder"),
            UserSeed(id="U0COMMAND", name="commander", real_name="Incident commander"),
        ),
        channels=(
            ChannelSeed(name="general", topic="Company-wide announcements"),
            ChannelSeed(name="incidents", topic="Declare here; the war room opens its own channel"),
        ),
        apps=(
            AppSeed(
                app_id="A0WARROOM",
                name="warroom",
                description="Staffs an incident channel with specialists.",
                bot_user_id="U0WARROOM",
                bot_id="B0WARROOM",
                bot_token=SecretStr("xoxb-local-warroom"),
                app_token=SecretStr("xapp-local-warroom"),
                signing_secret=SecretStr("local-signing-secret"),
                commands=(
                    CommandSeed(
                        command="/warroom",
                        description="Steer the incident in this channel",
                        usage_hint="status | investigate <text> | hypotheses | help",
                    ),
                ),
                channels=("incidents",),
            ),
        ),
    )


def load_seed(path: Path) -> Seed:
    """Read a seed from YAML or JSON (JSON is YAML).

    Raises:
        pydantic.ValidationError: naming each field that is wrong.
    """
    return Seed.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def app_from_manifest(
    manifest: Mapping[str, object] | str,
    *,
    app_id: str = "A0WARROOM",
    bot_user_id: str = "U0WARROOM",
    bot_token: str = "xoxb-local-warroom",  # noqa: S107 -- a made-up token of a local workspace
    app_token: str = "xapp-local-warroom",  # noqa: S107 -- as above
    signing_secret: str = "local-signing-secret",  # noqa: S107 -- as above
    channels: tuple[str, ...] = (),
) -> AppSeed:
    """Install an app from the manifest that Slack itself would be given.

    So the scopes, commands, shortcuts and events that a local run enjoys are the real ones.
    """
    root = as_object(json.loads(manifest)) if isinstance(manifest, str) else dict(manifest)
    features = as_object(root.get("features"))
    scopes = as_list(as_object(as_object(root.get("oauth_config")).get("scopes")).get("bot"))
    settings = as_object(root.get("settings"))
    subscriptions = as_object(settings.get("event_subscriptions"))
    socket = settings.get("socket_mode_enabled") is True
    display = as_object(root.get("display_information"))
    return AppSeed(
        app_id=app_id,
        name=as_text(display.get("name")),
        description=as_text(display.get("description")),
        bot_user_id=bot_user_id,
        bot_id="B" + bot_user_id[1:],
        bot_token=SecretStr(bot_token),
        app_token=SecretStr(app_token),
        signing_secret=SecretStr(signing_secret),
        request_url=None if socket else as_text(subscriptions.get("request_url")) or None,
        scopes=frozenset(as_text(scope) for scope in scopes),
        events=tuple(as_text(event) for event in as_list(subscriptions.get("bot_events"))),
        commands=tuple(map(_command, as_objects(features.get("slash_commands")))),
        shortcuts=tuple(
            ShortcutSeed.model_validate(item) for item in as_objects(features.get("shortcuts"))
        ),
        channels=channels,
    )


def _command(item: JsonObject) -> CommandSeed:
    return CommandSeed(
        command=as_text(item.get("command")),
        description=as_text(item.get("description")),
        usage_hint=as_text(item.get("usage_hint")),
    )
