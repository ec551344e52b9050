"""What is wrong with a probe that fails although the application is well."""

import re
from dataclasses import dataclass

from agents.domain.base import Scalar
from agents.domain.document import Document
from agents.specialists.kubernetes.objects import Container

_FORMS = ("httpGet", "tcpSocket", "grpc")
_WRONG_PROTOCOL = re.compile(
    r"malformed HTTP (response|status|version)|gave HTTP response to HTTPS|HTTP/0\.9"
    r"|does not look like a TLS handshake|first record does not look|server preface|frame header"
    r"|wrong version number|unexpected HTTP status|Unimplemented|unknown service grpc\.health"
    r"|does not implement the grpc health|missing HTTP content-type",
    re.IGNORECASE,
)
_NO_ANSWER = re.compile(
    r"refused|failed to connect|timeout|deadline exceeded|timed out|EOF|reset", re.IGNORECASE
)
_NOT_SERVED = re.compile(r"statuscode: (404|405|410)")
_PATIENCE_SECONDS = 10
"""Servers that need less than this from start to first answer are rare."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """The setting of a probe that cannot be right."""

    what: str
    """`port`, `protocol`, `path` or `timing`."""
    path: str
    """Where in the probe it stands."""
    value: Scalar
    told: str


def mistake_in(container: Container, kind: str, said: tuple[str, ...]) -> Mistake | None:
    """Say what cannot be right in a probe, from its answers and from what else is known.

    The latest answer counts; a container's declared ports and its other probe say what it
    listens on and speaks.
    """
    probe, other = _probes(container, kind)
    form = _form(probe)
    if probe is None or form is None:
        return None
    answer = said[-1] if said else ""
    return (
        _protocol(probe, form, other, answer)
        or _path(probe, form, answer)
        or _port(container, probe, form, other, answer)
        or (_timing(probe, form, other) if kind == "liveness" else None)
    )


def _probes(container: Container, kind: str) -> tuple[Document | None, Document | None]:
    own = container.spec.items(f"[{kind}Probe]")
    counterpart = "readiness" if kind == "liveness" else "liveness"
    other = container.spec.items(f"[{counterpart}Probe]")
    return (own[0] if own else None), (other[0] if other else None)


def _form(probe: Document | None) -> str | None:
    if probe is None:
        return None
    return next((form for form in _FORMS if probe.at(form) is not None), None)


def _protocol(probe: Document, form: str, other: Document | None, answer: str) -> Mistake | None:
    port = probe.scalar(f"{form}.port")
    if _WRONG_PROTOCOL.search(answer):
        told = f"What listens on port {port} does not speak {_spoken(probe, form)}."
        return Mistake("protocol", f"{form}.port", port, told)
    other_form = _form(other)
    same_port = other is not None and other_form and other.scalar(f"{other_form}.port") == port
    if same_port and other_form != form and not _NOT_SERVED.search(answer) and answer:
        told = f"The other probe asks the same port {port} by {other_form}, this one by {form}."
        return Mistake("protocol", f"{form}.port", port, told)
    return None


def _spoken(probe: Document, form: str) -> str:
    scheme = probe.text("httpGet.scheme") or "HTTP"
    return {"httpGet": scheme, "grpc": "gRPC health checks"}.get(form, form)


def _path(probe: Document, form: str, answer: str) -> Mistake | None:
    if form != "httpGet" or not _NOT_SERVED.search(answer):
        return None
    path = probe.text("httpGet.path") or "/"
    told = f"The application does not serve {path}."
    return Mistake("path", "httpGet.path", probe.text("httpGet.path"), told)


def _port(
    container: Container, probe: Document, form: str, other: Document | None, answer: str
) -> Mistake | None:
    port = probe.scalar(f"{form}.port")
    ports = container.spec.items("ports")
    known = {one.scalar("containerPort") for one in ports} | {one.text("name") for one in ports}
    other_form = _form(other)
    if other is not None and other_form:
        known.add(other.scalar(f"{other_form}.port"))
    named = {str(one) for one in known if one is not None}
    if not named or str(port) in named or not _NO_ANSWER.search(answer):
        return None
    told = f"It asks port {port}; the container is known to listen on {', '.join(sorted(named))}."
    return Mistake("port", f"{form}.port", port, told)


def _timing(probe: Document, form: str, other: Document | None) -> Mistake | None:
    """A probe that asks the right thing, but gives up before most servers have started."""
    delay = probe.number("initialDelaySeconds") or 0
    period = probe.number("periodSeconds") or 10
    failures = probe.number("failureThreshold") or 3
    other_form = _form(other)
    asks_the_same = other is None or other_form is None or other_form == form
    if delay + period * failures > _PATIENCE_SECONDS or not asks_the_same:
        return None
    told = f"It gives up {delay + period * failures:g} s after the start."
    field = "failureThreshold" if probe.number("failureThreshold") else "initialDelaySeconds"
    return Mistake("timing", field, probe.scalar(field), told)
