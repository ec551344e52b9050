"""The pager port on PagerDuty's REST API."""

import ssl
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, cast

from pagerduty import Error, HttpError, RestApiV2Client
from pydantic import BaseModel, ConfigDict, TypeAdapter
from typing_extensions import override

from agents.errors import PeerRefused, PeerUnavailable, RateLimited
from agents.ports import Pager

_TIMEOUT_SECONDS = 10
_RATE_LIMITED = 429
_SERVER_ERROR = 500
_REMEDIES: Mapping[int, str] = {
    401: "Check WARROOM_PAGERDUTY_TOKEN, and WARROOM_PAGERDUTY_BASE_URL for the region.",
    402: "The PagerDuty plan does not include this.",
    403: "Give the token write access.",
    404: "The incident is not in this PagerDuty account.",
    400: "Check that WARROOM_PAGERDUTY_FROM is the e-mail of a PagerDuty user.",
}


class _Shape(BaseModel):
    """A part of an answer; PagerDuty adds fields at will."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Incident(_Shape):
    status: str


class _Note(_Shape):
    id: str
    content: str = ""


_NOTES = TypeAdapter(tuple[_Note, ...])


class _Api(Protocol):
    """What is used of the client, with types."""

    retry: dict[int, int]
    sleep_timer: float
    max_network_attempts: int
    timeout: float

    def close(self) -> None: ...

    def rget(self, resource: str) -> object: ...

    def rpost(self, path: str, *, json: Mapping[str, str]) -> object: ...

    def rput(self, resource: str, *, json: Mapping[str, str]) -> object: ...


class _Response(Protocol):
    status_code: int
    headers: Mapping[str, str]


class _Problem(Protocol):
    response: _Response


class PagerDutyPager(Pager):
    """Acknowledges, writes notes and resolves, in the name of one user."""

    def __init__(self, client: RestApiV2Client) -> None:
        """Keep the client; it leaves waiting and retrying to the outbox."""
        self._api = cast("_Api", client)
        self._api.retry = {_RATE_LIMITED: 1}
        self._api.sleep_timer = 0.1
        self._api.max_network_attempts = 1
        self._api.timeout = _TIMEOUT_SECONDS

    @classmethod
    def connect(
        cls, token: str, sender: str, base_url: str, ca_file: Path | None = None
    ) -> "PagerDutyPager":
        """Connect in the name of the user with that e-mail.

        Raises:
            PeerRefused: the base URL is not https.
        """
        if not base_url.startswith("https://"):
            remedy = "Set WARROOM_PAGERDUTY_BASE_URL to an https address."
            raise PeerRefused(f"PagerDuty is spoken to over https only. {remedy}", remedy=remedy)
        trust = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
        return cls(RestApiV2Client(token, default_from=sender, base_url=base_url, verify=trust))

    @override
    def acknowledge(self, external_id: str) -> None:
        """Acknowledge an incident that nobody has acknowledged or resolved."""
        with _translated("acknowledging"):
            if self._incident(external_id).status == "triggered":
                self._set_status(external_id, "acknowledged")

    @override
    def find_note(self, external_id: str, marker: str) -> str | None:
        """Return the id of a note that contains the marker."""
        with _translated("reading notes"):
            notes = _NOTES.validate_python(self._api.rget(f"/incidents/{external_id}/notes"))
        return next((note.id for note in notes if marker in note.content), None)

    @override
    def note(self, external_id: str, text: str) -> str:
        """Add a note and return its id."""
        with _translated("adding a note"):
            added = self._api.rpost(f"/incidents/{external_id}/notes", json={"content": text})
        return _Note.model_validate(added).id

    @override
    def resolve(self, external_id: str) -> None:
        """Resolve an incident that is not resolved."""
        with _translated("resolving"):
            if self._incident(external_id).status != "resolved":
                self._set_status(external_id, "resolved")

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    def _incident(self, external_id: str) -> _Incident:
        return _Incident.model_validate(self._api.rget(f"/incidents/{external_id}"))

    def _set_status(self, external_id: str, status: str) -> None:
        change = {"type": "incident_reference", "status": status}
        self._api.rput(f"/incidents/{external_id}", json=change)


@contextmanager
def _translated(doing: str) -> Generator[None]:
    """Turn PagerDuty's errors into ours.

    Raises:
        RateLimited: PagerDuty asks to wait.
        PeerUnavailable: PagerDuty did not answer, or not sensibly.
        PeerRefused: PagerDuty will never take it.
    """
    try:
        yield
    except HttpError as error:
        response = cast("_Problem", error).response
        status = response.status_code
        if status == _RATE_LIMITED:
            wait = _wait(response.headers)
            told = f"PagerDuty asks to wait {wait:g} s ({doing})"
            raise RateLimited(told, retry_after_seconds=wait) from error
        if status >= _SERVER_ERROR:
            raise PeerUnavailable(f"PagerDuty failed while {doing}: HTTP {status}") from error
        remedy = _REMEDIES.get(status, "See PagerDuty's API reference.")
        told = f"PagerDuty refused {doing}: HTTP {status}. {remedy}"
        raise PeerRefused(told, remedy=remedy) from error
    except Error as error:
        raise PeerUnavailable(f"PagerDuty could not be reached while {doing}: {error}") from error


def _wait(headers: Mapping[str, str]) -> float:
    """Return the seconds to wait: PagerDuty names them `ratelimit-reset`."""
    told = headers.get("retry-after") or headers.get("ratelimit-reset") or ""
    return float(told) if told.isdecimal() else 5.0
