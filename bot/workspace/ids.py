"""Identifiers that look like Slack's."""

import secrets
import string

_ALPHABET = string.ascii_uppercase + string.digits


def new_id(prefix: str) -> str:
    """Make an id such as `C7QK2M9XTA1`."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(10))


def short_id() -> str:
    """Make the kind of id that Slack gives a block that came without one."""
    letters = string.ascii_letters + string.digits
    return "".join(secrets.choice(letters) for _ in range(5))
