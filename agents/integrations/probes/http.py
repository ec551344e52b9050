"""Asking for a page, without following it anywhere else."""

import ssl
import time
from pathlib import Path

import httpx
from pydantic import JsonValue

from agents.errors import CannotMeasure
from agents.integrations.probes.allowing import Address, AllowList
from agents.integrations.probes.seen import Seen, kind_of
from agents.integrations.probes.tcp import locate

_SERVER_ERROR = 500
_BODY_BYTES = 2048
_BODY_CHARACTERS = 400
_REDIRECTS_AT_MOST = 3


def ask(address: Address, allowed: AllowList, timeout_seconds: float, ca_file: Path | None) -> Seen:
    """GET a page, following redirects on the same host only, and keep the start of the answer.

    An answer of 500 or more is of the kind `server_error`; no answer has the kinds of TCP, or
    `tls`.

    Raises:
        CannotMeasure: it is not a URL.
    """
    if not address.url:
        raise CannotMeasure(f"{address.host} is not a URL", remedy="probe http(s)://...")
    began = time.perf_counter()
    try:
        resolved = locate(address, allowed, timeout_seconds)
        with httpx.Client(
            timeout=timeout_seconds,
            verify=ssl.create_default_context(cafile=ca_file),
            trust_env=False,
            headers={"User-Agent": "warroom-probe"},
        ) as client:
            status, fields = _answer(client, address, resolved)
    except (httpx.HTTPError, OSError) as failed:
        elapsed = 1000 * (time.perf_counter() - began)
        return Seen(_kind(failed), elapsed, {"error": str(failed)})
    elapsed = 1000 * (time.perf_counter() - began)
    return Seen("server_error" if status >= _SERVER_ERROR else "", elapsed, fields)


def _answer(
    client: httpx.Client, address: Address, resolved: str
) -> tuple[int, dict[str, JsonValue]]:
    """Ask at the address that was looked at, whatever the name leads to by now."""
    url = httpx.URL(address.url)
    for _ in range(_REDIRECTS_AT_MOST + 1):
        with client.stream(
            "GET",
            url.copy_with(host=resolved),
            headers={"Host": url.netloc.decode()},
            extensions={"sni_hostname": url.host},
        ) as response:
            onwards = response.headers.get("Location", "")
            target = url.join(onwards) if response.is_redirect and onwards else None
            if target is None or _origin(target) != _origin(url):
                fields: dict[str, JsonValue] = {
                    "status": response.status_code,
                    "url": str(url),
                    "location": onwards,
                    "body_start": _start(response),
                }
                return response.status_code, fields
        url = target
    raise httpx.TooManyRedirects(f"{address.url} redirects in circles")


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _start(response: httpx.Response) -> str:
    """Read no more than the start of a body, however much there is."""
    read = b""
    for chunk in response.iter_raw(chunk_size=_BODY_BYTES):
        read += chunk
        if len(read) >= _BODY_BYTES:
            break
    return read[:_BODY_BYTES].decode(errors="replace")[:_BODY_CHARACTERS]


def _kind(failed: BaseException) -> str:
    """Return the kind of failure: httpx wraps what the socket layer said."""
    if isinstance(failed, httpx.TimeoutException):
        return "timed_out"
    if isinstance(failed, httpx.RemoteProtocolError):
        return "reset"
    cause: BaseException | None = failed
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "tls"
        if isinstance(cause, OSError) and kind_of(cause) != "failed":
            return kind_of(cause)
        cause = cause.__cause__ or cause.__context__
    return "failed"
