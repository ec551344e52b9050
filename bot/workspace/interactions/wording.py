"""What a person types, turned into what Slack stores."""

import re

from bot.workspace.state import State

TOKEN = re.compile(
    r"(?P<reference><[@#][A-Z0-9]+(?:\|[^<>|]*)?>)"
    r"|(?P<link>https?://[^\s<>]+[^\s<>.,;:!?)\]'\"])"
    r"|(?<![\w`])@(?P<user>[\w.-]+)"
    r"|(?<![\w`&])#(?P<channel>[\w-]+)"
    r"|(?P<special>[&<>])"
)
ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def encoded(state: State, text: str) -> str:
    """Escape what is special, and turn names and links into references, as the client does."""
    users = {user.name: user.id for user in state.users.values()}
    channels = {channel.name: channel.id for channel in state.channels.values() if channel.name}
    broadcast = {"here", "channel", "everyone"}

    def replaced(match: re.Match[str]) -> str:
        whole = match[0]
        if match["reference"]:
            return whole if _is_known(state, whole[2:-1].partition("|")[0]) else _escape(whole)
        if match["link"]:
            return f"<{_escape(whole)}>"
        if name := match["user"]:
            if name in broadcast:
                return f"<!{name}>"
            return f"<@{users[name]}>" if name in users else whole
        if name := match["channel"]:
            return f"<#{channels[name]}|{name}>" if name in channels else whole
        return ESCAPED[whole]

    return TOKEN.sub(replaced, text)


def _is_known(state: State, reference: str) -> bool:
    return reference in state.users or reference in state.channels


def _escape(text: str) -> str:
    return "".join(ESCAPED.get(letter, letter) for letter in text)
