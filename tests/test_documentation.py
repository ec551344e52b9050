"""What the documentation points at exists: files, headings and commands."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted(
    path
    for path in (*ROOT.glob("*.md"), *ROOT.glob("[a-z]*/**/*.md"))
    if not {"build", "dist", "var"} & set(path.relative_to(ROOT).parts)
)

LINK = re.compile(r"(?<!`)\[[^\]]*\]\(\s*<?([^)\s>]+)")
HEADING = re.compile(r"^#+\s+(.+?)\s*$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
MAKE = re.compile(r"(?:^|`)make ([a-z][a-z-]*)", re.MULTILINE)


def anchor(heading: str) -> str:
    """Give the fragment that a heading gets when it is rendered."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def dead_links(document: Path, text: str) -> Iterator[str]:
    """Yield each link to a file or heading of this repository that is not there."""
    for target in LINK.findall(FENCE.sub("", text)):
        path, _, fragment = target.partition("#")
        if re.match(r"[a-z]+:", path):
            continue
        file = (document.parent / path).resolve() if path else document
        if not file.exists():
            yield target
        elif fragment and file.suffix == ".md":
            body = text if file == document else file.read_text(encoding="utf-8")
            if fragment not in map(anchor, HEADING.findall(FENCE.sub("", body))):
                yield target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    """During an incident a dead link in a runbook is a dead end."""
    assert list(dead_links(document, document.read_text(encoding="utf-8"))) == []


def test_a_dead_link_is_seen(tmp_path: Path) -> None:
    """The check knows a missing file and a missing heading from ones that are there."""
    document = tmp_path / "guide.md"
    text = "# Set up\n[a](#set-up) [b](#tear-down) [c](missing.md) [d](guide.md)\n"
    document.write_text(text, encoding="utf-8")

    assert list(dead_links(document, text)) == ["#tear-down", "missing.md"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_make_command_exists(document: Path) -> None:
    """The first command that a newcomer copies has to work."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))

    assert set(MAKE.findall(document.read_text(encoding="utf-8"))) <= targets
