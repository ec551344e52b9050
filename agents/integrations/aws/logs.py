"""CloudWatch Logs: the groups that an entity writes to, and their lines."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice

import structlog
from pydantic import JsonValue

from agents.domain.base import EntityRef, Window
from agents.domain.document import Document
from agents.domain.readings import LogLine
from agents.errors import CannotMeasure
from agents.integrations.aws.api import AwsApi

_GROUPS_AT_MOST = 20
_PAGES_AT_MOST = 20
"""For all groups together: a page takes AWS up to a second, and the room waits."""
_LEVEL = re.compile(r"\b(TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL|CRITICAL)\b")
_PREFIXES = {
    "function": ("/aws/lambda/{}",),
    "database": ("/aws/rds/instance/{}/",),
    "database_cluster": ("/aws/rds/cluster/{}/",),
    "ecs_service": ("/ecs/{}", "/aws/ecs/{}"),
    "log_group": ("{}",),
    "api": ("/aws/apigateway/{}", "API-Gateway-Execution-Logs_{}"),
}

_log = structlog.get_logger(__name__)


def groups_for(
    api: AwsApi, entity: EntityRef | None, configured: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the log groups to read.

    Raises:
        CannotMeasure: nobody said which of many groups are meant.
    """
    if entity is None:
        return configured or _few(api)
    prefixes = [form.format(entity.name) for form in _PREFIXES.get(entity.kind, ())]
    found = [name for prefix in prefixes for name in _names(api, logGroupNamePrefix=prefix)]
    exact = [name for name in found if name in prefixes]
    if exact or prefixes:
        return tuple(exact or found)
    return tuple(_names(api, logGroupNamePattern=entity.name))


def lines(api: AwsApi, groups: Sequence[str], window: Window) -> Iterator[LogLine]:
    """Yield the lines of some groups in a window; very long groups are cut."""
    each = max(1, _PAGES_AT_MOST // max(1, len(groups)))
    for group in groups:
        pages = api.pages(
            "logs",
            "filter_log_events",
            logGroupName=group,
            startTime=int(window.start.timestamp() * 1000),
            endTime=int(window.end.timestamp() * 1000) + 1,
        )
        about = writer_of(group)
        for number, page in enumerate(islice(pages, each), start=1):
            yield from _of_page(Document(body=page), about, group)
            if number == each and page.get("nextToken"):
                _log.warning("aws_log_group_cut", group=group, pages=each)


def writer_of(group: str) -> EntityRef:
    """Name what writes to a log group: `/aws/lambda/charge` is written by function `charge`."""
    match group.strip("/").split("/"):
        case ["aws", "lambda", name]:
            return EntityRef(kind="function", name=name)
        case ["aws", "rds", "instance", name, *_]:
            return EntityRef(kind="database", name=name)
        case ["aws", "rds", "cluster", name, *_]:
            return EntityRef(kind="database_cluster", name=name)
        case _:
            return EntityRef(kind="log_group", name=group)


def _few(api: AwsApi) -> tuple[str, ...]:
    found = _names(api)
    if len(found) > _GROUPS_AT_MOST:
        raise CannotMeasure(
            "there are too many log groups to read them all",
            remedy="name an entity, or list the groups in WARROOM_AWS_LOG_GROUPS",
        )
    return tuple(found)


def _names(api: AwsApi, **asked: object) -> list[str]:
    pages = islice(api.pages("logs", "describe_log_groups", **asked), 1)
    return [n for page in pages for n in Document(body=page).texts("logGroups[].logGroupName")]


def _of_page(page: Document, about: EntityRef, group: str) -> Iterator[LogLine]:
    for event in page.items("events"):
        stamp = event.number("timestamp")
        if stamp is None:
            continue
        message = (event.text("message") or "").rstrip("\n")
        level = _LEVEL.search(message)
        attributes: dict[str, JsonValue] = {
            "log_group": group,
            "log_stream": event.text("logStreamName"),
        }
        yield LogLine(
            timestamp=datetime.fromtimestamp(stamp / 1000, UTC),
            entity=about,
            message=message,
            level=level[1] if level else "",
            attributes=attributes,
        )
