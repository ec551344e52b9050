"""The record of changes, as a deploy pipeline keeps it: one JSON line each."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

Kind = Literal["deploy", "commit", "config", "flag", "schema", "infra"]


class Change(BaseModel):
    """One change to the shop."""

    model_config = ConfigDict(frozen=True)

    timestamp: datetime
    kind: Kind
    entity: str
    ref: str
    author: str
    summary: str
    diff: str | None = None


class ChangeLog:
    """Appends to `changes.jsonl`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def record(self, change: Change) -> None:
        """Add one line."""
        with self.path.open("a") as file:
            file.write(json.dumps(change.model_dump(mode="json", exclude_none=True)) + "\n")


def ordinary_changes(now: datetime) -> list[Change]:
    """What a normal day left behind; none of it breaks anything."""

    def change(hours: float, kind: Kind, entity: str, ref: str, summary: str) -> Change:
        at = now - timedelta(hours=hours)
        return Change(
            timestamp=at, kind=kind, entity=entity, ref=ref, author="pipeline", summary=summary
        )

    return [
        change(30, "deploy", "payments", "2.14.0", "Release 2.14.0 of all services"),
        change(29.8, "deploy", "checkout", "2.14.0", "Release 2.14.0 of all services"),
        change(29.7, "deploy", "storefront", "2.14.0", "Release 2.14.0 of all services"),
        change(6, "flag", "storefront", "winter-banner", "Show the winter banner to everyone"),
        change(2.5, "config", "payments", "c41f09a", "Log the acquirer's response time"),
    ]
