"""Writing small captures for tests."""

import json
from collections.abc import Mapping
from pathlib import Path

ABOUT = """\
version: 1
now: 2026-11-19T10:30:00Z
window: {start: 2026-11-19T10:00:00Z, end: 2026-11-19T10:30:00Z}
"""
ALERT = {"title": "Checkout is slow", "labels": {"service": "checkout"}}


def write(folder: Path, files: Mapping[str, object]) -> Path:
    """Write files, texts as they are and everything else as JSON, and return the folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8")
    return folder


def capture(folder: Path, files: Mapping[str, object] | None = None) -> Path:
    """Write a capture with these files beside the two that every capture has."""
    return write(folder, {"capture.yaml": ABOUT, "alert.json": ALERT, **(files or {})})
