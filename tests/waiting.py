"""Waiting for what other processes do."""

import time
from collections.abc import Callable
from typing import TypeVar

ResultT = TypeVar("ResultT")

_POLL_SECONDS = 0.02


def eventually(look: Callable[[], ResultT], *, what: str, within_seconds: float = 20.0) -> ResultT:
    """Look until something is there, and return it; fail when it does not come in time."""
    deadline = time.monotonic() + within_seconds
    while True:
        seen = look()
        if seen:
            return seen
        assert time.monotonic() < deadline, f"not within {within_seconds:g} s: {what}; saw {seen!r}"
        time.sleep(_POLL_SECONDS)
