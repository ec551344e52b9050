"""What one probe saw, before it is signed with its target and time."""

import errno
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

_KINDS = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "reset",
    errno.EPIPE: "reset",
    errno.ETIMEDOUT: "timed_out",
    errno.EHOSTUNREACH: "unreachable",
    errno.ENETUNREACH: "unreachable",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """The outcome of a probe; an empty error kind means that all was well."""

    error_kind: str
    latency_ms: float | None = None
    fields: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])


def kind_of(error: BaseException) -> str:
    """Return the kind of failure that an error of the socket layer stands for."""
    if isinstance(error, TimeoutError):
        return "timed_out"
    if isinstance(error, socket.gaierror):
        return "name_unknown"
    if isinstance(error, OSError) and error.errno is not None:
        return _KINDS.get(error.errno, "failed")
    return "failed"
