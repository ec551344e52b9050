"""The Slack app's manifest: all that the app may do, and what it is told."""

from pydantic import JsonValue

SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "channels:join",
    "channels:manage",
    "channels:read",
    "chat:write",
    "commands",
    "im:history",
    "pins:read",
    "pins:write",
    "reactions:read",
    "users:read",
)
EVENTS = (
    "app_home_opened",
    "app_mention",
    "assistant_thread_context_changed",
    "assistant_thread_started",
    "member_joined_channel",
    "message.channels",
    "message.im",
    "reaction_added",
)
_USAGE = "status | investigate <text> | hypotheses | evidence <n> | stop | resolve | help"


def manifest(request_url: str = "") -> dict[str, JsonValue]:
    """Return the manifest; without a request URL the app connects by Socket Mode."""
    by_socket = not request_url
    command: dict[str, JsonValue] = {
        "command": "/warroom",
        "description": "Work on the incident of this channel",
        "usage_hint": _USAGE,
        "should_escape": True,
    }
    events: dict[str, JsonValue] = {"bot_events": [*EVENTS]}
    interactivity: dict[str, JsonValue] = {"is_enabled": True}
    if not by_socket:
        command["url"] = events["request_url"] = interactivity["request_url"] = request_url
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Warroom",
            "description": "Investigates incidents with you; every claim is re-measured.",
            "background_color": "#1d2530",
        },
        "features": {
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
            "assistant_view": {"assistant_description": "Ask about an open incident."},
            "bot_user": {"display_name": "warroom", "always_online": True},
            "slash_commands": [command],
        },
        "oauth_config": {"scopes": {"bot": [*SCOPES]}},
        "settings": {
            "event_subscriptions": events,
            "interactivity": interactivity,
            "org_deploy_enabled": False,
            "socket_mode_enabled": by_socket,
            "token_rotation_enabled": False,
        },
    }
