"""Container logs as the kubelet hands them out, with its own timestamps."""

from collections.abc import Iterator
from datetime import UTC, datetime

from pydantic import JsonValue

from agents.domain.base import EntityRef
from agents.domain.readings import LogLine
from agents.integrations.capture.records import lines_from_container


def lines_in(
    text: str, pod: EntityRef, container: str, asked_at: datetime, *, previous: bool
) -> Iterator[LogLine]:
    """Yield the lines of a log, without the timestamps that the kubelet put before them.

    A line that got none (some log drivers give none) has its own time, or else `asked_at`.
    """
    attributes: dict[str, JsonValue] = {"container": container, "previous": previous}
    for line in lines_from_container(text, pod, attributes, UTC, asked_at):
        stamp, _, message = line.message.partition(" ")
        yield line.model_copy(update={"message": message}) if _is_time(stamp) else line


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
