"""What the doctor says about one thing."""

from enum import StrEnum

from agents.domain.base import Value
from agents.gateway.redaction import redact


class Status(StrEnum):
    """How a part of the installation is."""

    OK = "ok"
    PROBLEM = "problem"
    NOT_CONFIGURED = "not configured"
    """Left out on purpose or not yet set up; the rest works without it."""


class Finding(Value):
    """One part, how it is, and what to do about it."""

    part: str
    status: Status
    detail: str
    """Empty when there is nothing to add to the status."""
    remedy: str = ""


def fine(part: str, detail: str) -> Finding:
    """Say that a part works."""
    return Finding(part=part, status=Status.OK, detail=redact(detail))


def problem(part: str, detail: object, remedy: str) -> Finding:
    """Say that a part does not work, without any secret that the error quotes."""
    return Finding(part=part, status=Status.PROBLEM, detail=redact(str(detail)), remedy=remedy)


def left_out(part: str, remedy: str) -> Finding:
    """Say that a part is not configured, and how it would be."""
    return Finding(part=part, status=Status.NOT_CONFIGURED, detail="", remedy=remedy)
