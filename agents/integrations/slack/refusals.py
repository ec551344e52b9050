"""Slack's errors as ours: try again, wait so long, or give up and say what to do."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http.client import HTTPException
from typing import Protocol, cast

from slack_sdk.errors import SlackApiError, SlackClientError

from agents.errors import PeerRefused, PeerUnavailable, RateLimited

_RATE_LIMITED = 429
_SERVER_ERROR = 500
_PASSING = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org"}
)
_RATE = frozenset({"rate_limited", "ratelimited", "message_limit_exceeded"})
_SIGN_IN = "Install the app again and set WARROOM_SLACK_BOT_TOKEN."
_REMEDIES: Mapping[str, str] = {
    "account_inactive": _SIGN_IN,
    "invalid_auth": _SIGN_IN,
    "not_authed": _SIGN_IN,
    "token_revoked": _SIGN_IN,
    "channel_not_found": "Check that the channel exists and invite the app to it.",
    "is_archived": "Unarchive the channel.",
    "not_in_channel": "Invite the app to the channel.",
    "restricted_action": "Ask an administrator to let the app post and create channels.",
    "name_taken": "Unarchive or rename the channel of that name, or invite the app to it.",
    "message_not_found": "The message was deleted; what it said is still in the journal.",
    "cant_update_message": "The message is not the app's own; report this as a bug.",
    "invalid_blocks": "Report this as a bug, with the incident's id.",
}


class SlackRefused(PeerRefused):
    """Slack refused the call for good."""

    def __init__(self, message: str, *, code: str, remedy: str) -> None:
        """Keep Slack's own word for what is wrong."""
        super().__init__(message, remedy=remedy)
        self.code = code


class _Answer(Protocol):
    """What slack_sdk keeps of an answer."""

    status_code: int
    headers: Mapping[str, str]

    def get(self, key: str, default: object = None) -> object: ...


@contextmanager
def translated(method: str) -> Generator[None]:
    """Turn whatever Slack or the way to it answers into one of our errors.

    Raises:
        RateLimited: Slack asks to wait.
        PeerUnavailable: Slack did not answer, or not sensibly.
        SlackRefused: Slack will never take it.
    """
    try:
        yield
    except SlackApiError as error:
        raise _ours(cast("_Answer", error.response), method) from error
    except (OSError, HTTPException, SlackClientError) as error:
        raise PeerUnavailable(f"Slack could not be reached for {method}: {error}") from error


def _ours(answer: _Answer, method: str) -> RateLimited | PeerUnavailable | SlackRefused:
    code, status = str(answer.get("error") or ""), answer.status_code
    if status == _RATE_LIMITED or code in _RATE:
        wait = _retry_after(answer.headers)
        return RateLimited(f"Slack asks to wait {wait:g} s ({method})", retry_after_seconds=wait)
    if status >= _SERVER_ERROR or code in _PASSING:
        return PeerUnavailable(f"Slack failed at {method}: {code or status}")
    remedy = _REMEDIES.get(code, f"Look {code} up in Slack's documentation of {method}.")
    if code == "missing_scope":
        remedy = f"Add the scope {answer.get('needed')} to the app and install it again."
    return SlackRefused(f"Slack refused {method}: {code}. {remedy}", code=code, remedy=remedy)


def _retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds to wait; header names come in either case."""
    told = next((v for name, v in headers.items() if name.lower() == "retry-after"), "1")
    return float(told) if told.isdecimal() else 1.0
