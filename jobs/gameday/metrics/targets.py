"""What is scraped."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """One `/metrics` page, and the labels that all it says carries."""

    address: str
    """`host:port`."""
    labels: tuple[tuple[str, str], ...]


Discovery = Callable[[], list[Target]]
"""Tells the targets of this moment; pods come and go."""
