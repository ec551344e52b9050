"""Signed HTTP delivery: the Events API, commands and interactivity posted to a request URL."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from urllib.parse import urlencode

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout
from multidict import CIMultiDictProxy

from bot.workspace.delivery.envelope import Attempt, Envelope
from bot.workspace.errors import NotAcknowledged, SlackError
from bot.workspace.ids import new_id
from bot.workspace.json_types import JsonObject, as_object

HTTP_OK_CLASS = 2


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Sign a request body as Slack does, version 0."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class NoRetry(NotAcknowledged):
    """The app refused a delivery and asked not to be tried again."""


class SignedHttp:
    """Posts to one app's request URL."""

    def __init__(self, url: str, secret: str, session: ClientSession, ack_seconds: float) -> None:
        self.url = url
        self._secret = secret
        self._session = session
        self._ack_seconds = ack_seconds

    async def send(self, envelope: Envelope, attempt: Attempt) -> JsonObject:
        """Deliver and read what the app answers with."""
        headers: dict[str, str] = {}
        if attempt.number:
            headers["X-Slack-Retry-Num"] = str(attempt.number)
            headers["X-Slack-Retry-Reason"] = attempt.retry_reason
        if envelope.kind == "events_api":
            answer = await self._post_json(envelope.payload, headers)
        elif envelope.kind == "slash_commands":
            form = {key: str(value) for key, value in envelope.payload.items()}
            answer = await self._post_form(form, headers)
        else:
            answer = await self._post_form({"payload": json.dumps(envelope.payload)}, headers)
        return answer

    async def verify(self) -> None:
        """Ask the URL to return a challenge, as Slack does before it accepts one.

        Raises:
            SlackError: `url_verification_failed` with what came back instead.
        """
        challenge = new_id("challenge-")
        body: JsonObject = {"type": "url_verification", "challenge": challenge, "token": "local"}
        try:
            answer = await self._post_json(body, {})
        except NotAcknowledged as error:
            raise SlackError("url_verification_failed", error.reason) from None
        if challenge not in (answer.get("challenge"), answer.get("text")):
            problem = "the answer did not contain the challenge"
            raise SlackError("url_verification_failed", problem)

    async def _post_json(self, body: JsonObject, headers: Mapping[str, str]) -> JsonObject:
        return await self._post(json.dumps(body).encode(), "application/json", headers)

    async def _post_form(self, form: Mapping[str, str], headers: Mapping[str, str]) -> JsonObject:
        body = urlencode(form).encode()
        return await self._post(body, "application/x-www-form-urlencoded", headers)

    async def _post(self, body: bytes, content_type: str, headers: Mapping[str, str]) -> JsonObject:
        timestamp = str(int(time.time()))
        signed = {
            **headers,
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._secret, timestamp, body),
        }
        timeout = ClientTimeout(total=self._ack_seconds)
        try:
            async with self._session.post(
                self.url, data=body, headers=signed, timeout=timeout, allow_redirects=False
            ) as response:
                return await _read(response)
        except TimeoutError:
            raise NotAcknowledged("operation_timeout", "http_timeout") from None
        except ClientError:
            raise NotAcknowledged("dispatch_failed", "connection_failed") from None


async def _read(response: ClientResponse) -> JsonObject:
    """Turn an app's answer into an acknowledgement payload."""
    if response.status // 100 != HTTP_OK_CLASS:
        reason = f"http_error (status {response.status})"
        if _forbids_retry(response.headers):
            raise NoRetry(reason, "http_error")
        raise NotAcknowledged(reason, "http_error")
    text = await response.text()
    if response.content_type != "application/json":
        return {"text": text} if text.strip() else {}
    try:
        return as_object(json.loads(text or "{}"))
    except json.JSONDecodeError:
        raise NotAcknowledged("invalid_response", "http_error") from None


def _forbids_retry(headers: CIMultiDictProxy[str]) -> bool:
    return headers.get("X-Slack-No-Retry") == "1"
