"""What a selector means, for readings that are already in hand: one meaning for every adapter."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache

from agents.domain.base import EntityRef, Window
from agents.domain.measures import (
    ChangeSelector,
    LogSelector,
    MetricSelector,
    ObjectSelector,
    TraceSelector,
)
from agents.domain.readings import Change, LogLine, Resource, Series, Span


def select_resources(resources: Iterable[Resource], selector: ObjectSelector) -> Iterator[Resource]:
    """Yield the resources that a selector means."""
    for resource in resources:
        entity = resource.entity
        labels_match = all(resource.labels.get(k) == v for k, v in selector.labels.items())
        if selector.namespace not in (None, entity.namespace) or not labels_match:
            continue
        if selector.name not in (None, entity.name):
            continue
        if selector.where is None or resource.document.at(selector.where) is True:
            yield resource


def select_series(
    series: Iterable[Series], selector: MetricSelector, window: Window
) -> Iterator[Series]:
    """Yield the series that a selector means, cut to the window."""
    for one in series:
        if (
            is_like(one.name, selector.name)
            and selector.statistic in (None, one.statistic)
            and names_entity(selector.entity, one.entity)
            and all(is_like(one.labels.get(k, ""), v) for k, v in selector.labels.items())
        ):
            yield cut(one, window)


def select_lines(
    lines: Iterable[LogLine], selector: LogSelector, window: Window
) -> Iterator[LogLine]:
    """Yield the log lines that a selector means; levels compare whatever their case."""
    pattern = re.compile(selector.pattern, re.IGNORECASE)
    level = selector.level.casefold() if selector.level else None
    for line in lines:
        if (
            window.contains(line.timestamp)
            and names_entity(selector.entity, line.entity)
            and level in (None, line.level.casefold())
            and pattern.search(line.message)
        ):
            yield line


def select_spans(spans: Iterable[Span], selector: TraceSelector, window: Window) -> Iterator[Span]:
    """Yield the spans that a selector means."""
    for span in spans:
        if (
            window.contains(span.start)
            and selector.service in (None, span.service)
            and selector.operation in (None, span.operation)
            and selector.status in (None, span.status)
        ):
            yield span


def select_changes(
    changes: Iterable[Change], selector: ChangeSelector, window: Window
) -> Iterator[Change]:
    """Yield the changes that a selector means."""
    for change in changes:
        if (
            window.contains(change.timestamp)
            and names_entity(selector.entity, change.entity)
            and selector.kind in (None, change.kind)
            and selector.ref in (None, change.ref)
        ):
            yield change


def names_entity(wanted: EntityRef | None, found: EntityRef | None) -> bool:
    """Tell whether what was found is about the wanted entity; no wish is met by everything."""
    return wanted is None or (found is not None and wanted.is_same_as(found))


def is_like(text: str, pattern: str) -> bool:
    """Tell whether a text is the pattern, in which `*` stands for any characters."""
    return text == pattern or ("*" in pattern and _wildcard(pattern).fullmatch(text) is not None)


@lru_cache(maxsize=1024)
def _wildcard(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")))


def cut(one: Series, window: Window) -> Series:
    """Return the samples of a series that lie in the window."""
    first = bisect_left(one.times, window.start.timestamp())
    last = bisect_right(one.times, window.end.timestamp())
    return one.model_copy(update={"times": one.times[first:last], "values": one.values[first:last]})
