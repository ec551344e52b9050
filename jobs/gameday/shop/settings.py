"""What one process of the shop is told when it starts."""

from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict


class Role(StrEnum):
    """Which of the three services a process is."""

    STOREFRONT = "storefront"
    CHECKOUT = "checkout"
    PAYMENTS = "payments"


class Addresses(BaseModel):
    """Where the services and their database are, as the shop's own settings say."""

    model_config = ConfigDict(frozen=True)

    database: str
    checkout: str
    payments: str


class ServiceSettings(BaseModel):
    """One process: its role, its port, and where it writes."""

    model_config = ConfigDict(frozen=True)

    role: Role
    pod: str
    port: int
    directory: Path
    """Logs go to `logs/<role>.jsonl`, spans to `traces/spans.jsonl` below it."""
    addresses: Addresses
    statement_timeout_ms: int = 1500
    upstream_timeout_seconds: float = 1.2
    pool_size: int = 8
    price_book_mib: int = 0
    """Memory that the process fills in its first seconds: checkout keeps all prices at hand."""
