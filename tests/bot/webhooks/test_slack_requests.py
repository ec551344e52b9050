"""Slack over HTTP: nobody else may press our buttons."""

import json
import time

import httpx
import pytest
from slack_sdk.signature import SignatureVerifier

from agents.testing.journal import InMemoryJournal
from tests.bot.serving import serving
from tests.bot.war_room import SIGNING_SECRET, slack_http_app

BODY = json.dumps({"type": "url_verification", "challenge": "the challenge"})


def post(headers: dict[str, str]) -> httpx.Response:
    """Send a request to the app."""
    with (
        serving(slack_http_app(InMemoryJournal())) as url,
        httpx.Client(base_url=url, trust_env=False) as http,
    ):
        return http.post("/slack/events", content=BODY, headers=headers)


def signed(secret: str = SIGNING_SECRET, age_seconds: int = 0) -> dict[str, str]:
    """Return the headers with which Slack signs."""
    timestamp = str(int(time.time()) - age_seconds)
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=BODY)
    return {
        "X-Slack-Signature": signature or "",
        "X-Slack-Request-Timestamp": timestamp,
        "Content-Type": "application/json",
    }


def test_a_signed_request_is_answered() -> None:
    """Slack checks the address like this when the app is set up."""
    answer = post(signed())

    assert answer.status_code == 200
    assert answer.json() == {"challenge": "the challenge"}


@pytest.mark.parametrize(
    "headers",
    [signed(secret="stranger"), signed(age_seconds=3600), {"Content-Type": "application/json"}],
    ids=["a stranger's", "an old one", "none"],
)
def test_any_other_signature_is_refused(headers: dict[str, str]) -> None:
    """An approval is worth as much as the signature under the button's request."""
    assert post(headers).status_code == 401
