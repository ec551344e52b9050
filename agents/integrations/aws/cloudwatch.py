"""CloudWatch metrics: which there are, and their values."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import cast

from pydantic import JsonValue

from agents.domain.base import EntityRef, Window
from agents.domain.document import Document
from agents.domain.measures import MetricSelector
from agents.domain.readings import Series
from agents.errors import CannotMeasure
from agents.integrations.aws.api import AwsApi
from agents.integrations.aws.shapes import dimension_of, entity_of, series_from_response
from agents.selection import cut, is_like, names_entity

_NAME = re.compile(r"(?P<namespace>[A-Z][\w./#-]*):(?P<metric>[^:]+)")
"""`AWS/RDS:CPUUtilization`; a namespace of one's own counts where it begins with a capital."""
_LISTED_PAGES = 4
"""Of 500 metrics each: as many are read at once, in one call a page."""
_METRICS_PER_CALL = 500
_SUMS = re.compile(
    r"(_Count|RequestCount|Errors|Throttles|Invocations|ThrottledRequests|ThrottleEvents|CallCount"
    r"|Events|Exceptions|ErrorPortAllocation|DropCount|Requests|RejectedConnectionCount"
    r"|NewConnectionCount|ConnectionErrorCount|4XXError|5XXError|NumberOf\w+)$"
)
_PEAKS = re.compile(
    r"(StatusCheckFailed\w*|ConcurrentExecutions|ResourceCount|UnHealthyHostCount)$"
)
_MINUTE = 60
_FINE_FOR = timedelta(days=15)
_MEDIUM_FOR = timedelta(days=63)


@dataclass(frozen=True, slots=True)
class Metric:
    """One CloudWatch metric."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]

    @property
    def entity(self) -> EntityRef | None:
        """What it is about."""
        return entity_of(self.dimensions)


def default_statistic(metric: str) -> str:
    """Return the statistic that says what a metric means, for those who name none."""
    if _PEAKS.search(metric):
        return "Maximum"
    return "Sum" if _SUMS.search(metric) else "Average"


def parsed(selector: MetricSelector) -> tuple[str, str]:
    """Return the namespace and the name that a selector asks for.

    Raises:
        CannotMeasure: it is no name of CloudWatch's.
    """
    found = _NAME.fullmatch(selector.name)
    if found is None:
        raise CannotMeasure(
            f"{selector.name} is not a CloudWatch metric",
            remedy="ask for <namespace>:<name>, such as AWS/RDS:CPUUtilization",
        )
    return found["namespace"], found["metric"]


def matching(api: AwsApi, selector: MetricSelector) -> tuple[Metric, ...]:
    """Return the metrics that a selector means, each thing's at its coarsest.

    CloudWatch keeps the same figures several times over, by more and more dimensions (by load
    balancer, by load balancer and zone): summed up together they would be counted twice.

    Raises:
        CannotMeasure: it is no name of CloudWatch's, or there are too many such metrics.
    """
    namespace, wanted = parsed(selector)
    exact = {name: value for name, value in selector.labels.items() if "*" not in value}
    of_entity = dimension_of(selector.entity)
    asked: dict[str, object] = {"Namespace": namespace}
    if "*" not in wanted:
        asked["MetricName"] = wanted
    if filters := {**of_entity, **exact}:
        asked["Dimensions"] = _pairs(filters)
    pages = list(islice(api.pages("cloudwatch", "list_metrics", **asked), _LISTED_PAGES))
    if len(pages) == _LISTED_PAGES and pages[-1].get("NextToken"):
        raise CannotMeasure(
            f"{selector.name} is measured of more things than are read at once",
            remedy="name an entity or labels",
        )
    found = (_metric(item) for page in pages for item in Document(body=page).items("Metrics"))
    meant = [one for one in found if is_like(one.name, wanted) and _is_meant(one, selector)]
    return tuple(_coarsest(meant, set(selector.labels)))


def read(
    api: AwsApi, metrics: Sequence[Metric], statistic: str | None, window: Window, now: datetime
) -> tuple[Series, ...]:
    """Return the values of metrics in a window, in one question for every five hundred."""
    period = _period(window, now)
    pieces: list[Series] = []
    for start in range(0, len(metrics), _METRICS_PER_CALL):
        part = metrics[start : start + _METRICS_PER_CALL]
        queries = [_query(f"m{n}", one, statistic, period) for n, one in enumerate(part)]
        pages = api.pages(
            "cloudwatch",
            "get_metric_data",
            MetricDataQueries=queries,
            StartTime=window.start - timedelta(seconds=period),
            EndTime=window.end + timedelta(seconds=period),
            ScanBy="TimestampAscending",
        )
        noted = cast("JsonValue", queries)
        for page in pages:
            pieces.extend(series_from_response({**page, "MetricDataQueries": noted}))
    return tuple(one for one in (cut(s, window) for s in _joined(pieces)) if one.values)


def _query(identity: str, metric: Metric, statistic: str | None, period: int) -> dict[str, object]:
    named = {
        "Namespace": metric.namespace,
        "MetricName": metric.name,
        "Dimensions": _pairs(metric.dimensions),
    }
    wanted = statistic or default_statistic(metric.name)
    return {"Id": identity, "MetricStat": {"Metric": named, "Period": period, "Stat": wanted}}


def _metric(item: Document) -> Metric:
    dimensions = {d.text("Name") or "": d.text("Value") or "" for d in item.items("Dimensions")}
    return Metric(item.text("Namespace") or "", item.text("MetricName") or "", dimensions)


def _is_meant(metric: Metric, selector: MetricSelector) -> bool:
    labels = selector.labels.items()
    return names_entity(selector.entity, metric.entity) and all(
        is_like(metric.dimensions.get(name, ""), value) for name, value in labels
    )


def _coarsest(metrics: Iterable[Metric], asked_for: set[str]) -> Iterator[Metric]:
    """Yield each thing's metrics with the fewest dimensions; sums over all things come last."""
    groups: dict[tuple[str, str], list[Metric]] = defaultdict(list)
    for one in metrics:
        groups[one.name, one.entity.key if one.entity else ""].append(one)
    about_something = {name for name, entity in groups if entity}
    for (name, entity), several in groups.items():
        if not entity and name in about_something and not asked_for:
            continue
        fewest = min(len(one.dimensions) for one in several)
        yield from (one for one in several if len(one.dimensions) == fewest)


def _joined(pieces: Iterable[Series]) -> Iterator[Series]:
    """Join the pieces of one metric that came on several pages."""
    whole: dict[tuple[str, str], list[Series]] = defaultdict(list)
    for piece in pieces:
        whole[piece.name, str(sorted(piece.labels.items()))].append(piece)
    for several in whole.values():
        points = sorted({p for one in several for p in zip(one.times, one.values, strict=True)})
        times, values = tuple(at for at, _ in points), tuple(value for _, value in points)
        yield several[0].model_copy(update={"times": times, "values": values})


def _period(window: Window, now: datetime) -> int:
    """CloudWatch keeps minutes for 15 days and five minutes for 63."""
    age = now - window.start
    if age < _FINE_FOR:
        return _MINUTE
    return 5 * _MINUTE if age < _MEDIUM_FOR else 60 * _MINUTE


def _pairs(dimensions: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in dimensions.items()]
