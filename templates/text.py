"""Words for people: what telemetry and people say is made inert, figures are made calm."""

import re
from collections.abc import Sequence
from datetime import datetime

from agents.domain.base import Scalar
from agents.domain.claims import VerdictStatus
from agents.domain.measures import Comparator
from agents.domain.wording import scalar_text

NOTHING = "-"
ELLIPSIS = "…"

_SECONDS_PER_MINUTE = 60
_MINUTES_PER_HOUR = 60
_EMOJI_CODE = re.compile(r":(?=[a-z+][\w+-]*:)", re.IGNORECASE)
_WORD_JOINER = "\u2060"
_COMPARATOR_WORDS = {
    Comparator.EQUAL: "exactly",
    Comparator.NOT_EQUAL: "anything but",
    Comparator.LESS: "less than",
    Comparator.AT_MOST: "at most",
    Comparator.GREATER: "more than",
    Comparator.AT_LEAST: "at least",
    Comparator.CONTAINS: "something that contains",
    Comparator.MATCHES: "something that matches",
}
VERDICT_WORDS = {
    VerdictStatus.HOLDS: "holds",
    VerdictStatus.FAILS: "fails",
    VerdictStatus.UNMEASURABLE: "could not be measured",
}


def one_line(text: str, limit: int = 300) -> str:
    """Return a text as one printable line of at most `limit` characters, never empty.

    Line breaks and invisible characters would let a log line pass itself off as ours.
    """
    spaced = " ".join(text.split())
    printable = "".join(character for character in spaced if character.isprintable())
    if len(printable) > limit:
        printable = printable[: limit - 1].rstrip() + ELLIPSIS
    return printable or NOTHING


def inert(text: str, limit: int = 300) -> str:
    """Return a text for Slack's mrkdwn that can mention nobody, link nowhere and show no emoji."""
    line = _EMOJI_CODE.sub(f":{_WORD_JOINER}", one_line(text, limit)).replace("`", "'")
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def code(text: str, limit: int = 300) -> str:
    """Return a text in a code span, as queries and identifiers are shown."""
    return f"`{inert(text, limit)}`"


def scalar(value: Scalar, limit: int = 80) -> str:
    """Return a measured value as one line."""
    return one_line(scalar_text(value), limit)


def expectation(comparator: Comparator | str, expected: Scalar) -> str:
    """Return what a claim expects in words: "at least 95"."""
    try:
        words = _COMPARATOR_WORDS[Comparator(comparator)]
    except ValueError:
        words = one_line(str(comparator), 40)
    return f"{words} {scalar(expected)}"


def clock_time(at: datetime) -> str:
    """Return the time of day, the same for every reader: "14:07 UTC"."""
    return f"{at:%H:%M} UTC"


def elapsed(seconds: float) -> str:
    """Return a span in calm minutes, so that nothing ticks in front of a worried reader."""
    minutes = int(seconds // _SECONDS_PER_MINUTE)
    if minutes < 1:
        return "less than a minute"
    hours, rest = divmod(minutes, _MINUTES_PER_HOUR)
    return f"{hours} h {rest} min" if hours else f"{minutes} min"


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: "1 gap", "2 gaps"."""
    return f"{number} {noun}" if number == 1 else f"{number} {plural or f'{noun}s'}"


def listed(items: Sequence[str]) -> str:
    """Return a list in words: "a, b and c"."""
    if len(items) <= 1:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def clipped(lines: Sequence[str], limit: int, rest: str) -> str:
    """Return as many whole lines as fit, and where the rest is to be found.

    Lines are never cut, because half a piece of markup reads as something else.
    """
    kept: list[str] = []
    room = limit - len(rest) - 24
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    if len(kept) < len(lines):
        kept.append(f"{ELLIPSIS} {len(lines) - len(kept)} more: {rest}")
    return "\n".join(kept) or NOTHING
