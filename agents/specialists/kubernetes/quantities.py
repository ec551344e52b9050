"""Kubernetes quantities (`500m`, `64Mi`) as numbers."""

import re

_FORM = re.compile(r"^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([a-zA-Z]*)$")
_FACTORS = {
    "": 1.0,
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "P": 1e15,
    "E": 1e18,
    "Ki": 2.0**10,
    "Mi": 2.0**20,
    "Gi": 2.0**30,
    "Ti": 2.0**40,
    "Pi": 2.0**50,
}


def quantity(text: str | None) -> float | None:
    """Return a quantity in its base unit (cores, bytes, pieces); None for what is not one."""
    match = _FORM.match(text or "")
    if match is None or match[2] not in _FACTORS:
        return None
    try:
        return float(match[1]) * _FACTORS[match[2]]
    except ValueError:
        return None
