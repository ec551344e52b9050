"""boto3 responses as resources and time series."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain

from pydantic import JsonValue

from agents.domain.base import EntityRef
from agents.domain.document import Document
from agents.domain.readings import Resource, Series

_VERB = re.compile(r"^(describe|list|get|lookup)_")
_BOOKKEEPING = frozenset(
    {"ResponseMetadata", "NextToken", "nextToken", "Marker", "NextMarker", "failures", "Messages"}
)
_TAKEN_WHOLE = frozenset({("pi", "performance_insights")})
"""Responses that describe one thing, although there are lists in them."""
_ITEMS = {
    ("ec2", "describe_instances"): "Reservations[].Instances[]",
    ("cloudfront", "list_distributions"): "DistributionList.Items",
    ("cloudwatch", "describe_alarms"): "[MetricAlarms, CompositeAlarms][]",
}
_KIND_AND_ID = {
    "rds.db_instances": ("database", "DBInstanceIdentifier"),
    "rds.db_clusters": ("database_cluster", "DBClusterIdentifier"),
    "rds.events": ("event", "SourceIdentifier"),
    "ec2.instances": ("instance", "InstanceId"),
    "ec2.volumes": ("volume", "VolumeId"),
    "ec2.security_groups": ("security_group", "GroupId"),
    "ec2.subnets": ("subnet", "SubnetId"),
    "ec2.route_tables": ("route_table", "RouteTableId"),
    "ec2.network_acls": ("network_acl", "NetworkAclId"),
    "ec2.nat_gateways": ("nat_gateway", "NatGatewayId"),
    "ec2.instance_status": ("instance", "InstanceId"),
    "elbv2.target_health": ("target", "Target.Id"),
    "elbv2.target_groups": ("target_group", "TargetGroupName"),
    "elbv2.load_balancers": ("load_balancer", "LoadBalancerName"),
    "elbv2.listeners": ("listener", "ListenerArn"),
    "autoscaling.auto_scaling_groups": ("auto_scaling_group", "AutoScalingGroupName"),
    "autoscaling.scaling_activities": ("auto_scaling_group", "AutoScalingGroupName"),
    "cloudtrail.events": ("event", "EventId"),
    "cloudwatch.alarms": ("alarm", "AlarmName"),
    "cloudwatch.alarm_history": ("alarm", "AlarmName"),
    "lambda.functions": ("function", "FunctionName"),
    "ecs.services": ("ecs_service", "serviceName"),
    "ecs.tasks": ("ecs_task", "taskArn"),
    "ecs.clusters": ("ecs_cluster", "clusterName"),
    "lambda.function_concurrency": ("function", "FunctionName"),
    "dynamodb.table": ("table", "Table.TableName"),
    "service-quotas.service_quotas": ("service_quota", "QuotaCode"),
    "kms.key": ("kms_key", "KeyMetadata.KeyId"),
    "acm.certificates": ("certificate", "CertificateArn"),
}
"""How the things of a collection are called, and which field names one."""
_TEXT_IN_JSON = {
    "cloudtrail.events": ("CloudTrailEvent", "Record"),
    "cloudwatch.alarm_history": ("HistoryData", "Data"),
}
"""Fields that hold JSON as text, and where it is added as an object so that paths reach into it."""
_STATISTICS = ("Average", "Sum", "Minimum", "Maximum", "SampleCount")


def collection(operation: str) -> str:
    """Return what an operation returns: `describe_db_instances` -> `db_instances`."""
    return _VERB.sub("", operation)


def resources_from_response(
    service: str, operation: str, body: Mapping[str, JsonValue]
) -> tuple[Resource, ...]:
    """Return the items of a response, each as a resource of kind `<service>.<collection>`.

    A response without a list is one item. Plain fields beside the list (the cluster that was
    asked for, where a recorder noted it) are kept in every item that lacks them.
    """
    kind = f"{service}.{collection(operation)}"
    beside = {
        key: value
        for key, value in body.items()
        if key not in _BOOKKEEPING and not isinstance(value, dict | list)
    }
    return tuple(_resource(kind, {**beside, **item}) for item in _items(service, operation, body))


def response_with(
    service: str, noun: str, items: Sequence[Mapping[str, JsonValue]]
) -> tuple[str, dict[str, JsonValue]]:
    """Return an operation and the response in which it gives these items of a collection.

    The way back of `resources_from_response`.
    """
    operation = f"describe_{noun}"
    listed: list[JsonValue] = [dict(item) for item in items]
    if (service, noun) in _TAKEN_WHOLE:
        return noun, dict(items[0]) if items else {}
    if (service, operation) == ("ec2", "describe_instances"):
        return operation, {"Reservations": [{"Instances": listed}]}
    if (service, operation) == ("cloudwatch", "describe_alarms"):
        return operation, {"MetricAlarms": listed}
    if (service, noun) == ("cloudfront", "distributions"):
        return "list_distributions", {"DistributionList": {"Items": listed}}
    return operation, {"".join(part.title() for part in noun.split("_")): listed}


def is_series(service: str, operation: str) -> bool:
    """Tell whether a response holds time series and no things."""
    return service == "cloudwatch" and operation in {"get_metric_data", "get_metric_statistics"}


def series_from_response(body: Mapping[str, JsonValue]) -> tuple[Series, ...]:
    """Return the time series of a `get_metric_data` or `get_metric_statistics` response.

    A response does not repeat the namespace that was asked for; where the recorder noted the
    request (`MetricDataQueries`, or `Namespace`, `MetricName` and `Dimensions`), the name is
    `<Namespace>:<MetricName>` and the dimensions are labels; else the name is the label.
    """
    document = Document(body=body)
    queries = {query.text("Id") or "": query for query in document.items("MetricDataQueries")}
    of_data = (
        _series_of_data(result, queries.get(result.text("Id") or ""))
        for result in document.items("MetricDataResults")
    )
    of_statistics = (_series_of_statistic(document, name) for name in _STATISTICS)
    return tuple(one for one in chain(of_data, of_statistics) if one is not None)


def epoch(moment: JsonValue) -> float | None:
    """Return a recorded time (ISO 8601 text or seconds) as seconds since the epoch."""
    if isinstance(moment, int | float) and not isinstance(moment, bool):
        return float(moment)
    if not isinstance(moment, str):
        return None
    try:
        read = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def _items(
    service: str, operation: str, body: Mapping[str, JsonValue]
) -> tuple[Mapping[str, JsonValue], ...]:
    if (service, operation) in _TAKEN_WHOLE:
        return (body,)
    if path := _ITEMS.get((service, operation)):
        return tuple(item.body for item in Document(body=body).items(path))
    lists = [
        value for key, value in body.items() if isinstance(value, list) and key not in _BOOKKEEPING
    ]
    if not lists:
        return ({key: value for key, value in body.items() if key not in _BOOKKEEPING},)
    return tuple(item if isinstance(item, dict) else {"Arn": item} for item in lists[0])


def _resource(kind: str, item: Mapping[str, JsonValue]) -> Resource:
    document = Document(body=_unfolded(kind, item))
    entity_kind, field = _KIND_AND_ID.get(kind, (_singular(kind), ""))
    name = document.text(field) if field else None
    return Resource(
        kind=kind,
        entity=EntityRef(kind=entity_kind, name=_short(name or _usual_name(document) or kind)),
        labels=_tags(document),
        document=document,
    )


def _unfolded(kind: str, item: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    text, beside = _TEXT_IN_JSON.get(kind, ("", ""))
    written = item.get(text)
    if not isinstance(written, str):
        return item
    try:
        return {**item, beside: json.loads(written)}
    except json.JSONDecodeError:
        return item


def _usual_name(document: Document) -> str:
    """Return the first field that looks like a name, an id or an ARN, in that order."""
    for ending in ("Name", "name", "Identifier", "Id", "id", "Arn", "arn"):
        for key, value in document.body.items():
            if key.endswith(ending) and isinstance(value, str):
                return value
    return ""


def _short(name: str) -> str:
    """Return the last part of an ARN; other names are short already."""
    return name.rsplit(":", 1)[-1].rsplit("/", 1)[-1] if name.startswith("arn:") else name


def _singular(kind: str) -> str:
    noun = kind.partition(".")[2]
    return f"{noun[:-3]}y" if noun.endswith("ies") else noun.removesuffix("s")


def _tags(document: Document) -> dict[str, str]:
    listed = (*document.items("Tags"), *document.items("TagList"), *document.items("tags"))
    return {
        key: tag.text("Value") or tag.text("value") or ""
        for tag in listed
        if (key := tag.text("Key") or tag.text("key"))
    }


def _series_of_data(result: Document, query: Document | None) -> Series | None:
    stamps, values = result.at("Timestamps"), result.at("Values")
    label = result.text("Label") or result.text("Id") or ""
    if not isinstance(stamps, list) or not isinstance(values, list):
        return None
    metric = query.at("MetricStat.Metric") if query else None
    about = Document(body=metric) if isinstance(metric, dict) else None
    statistic = query.text("MetricStat.Stat") if query else None
    unit = (query.text("MetricStat.Unit") if query else None) or ""
    return _series(about, label, statistic, unit, _points(stamps, values))


def _series_of_statistic(response: Document, statistic: str) -> Series | None:
    datapoints = response.items("Datapoints")
    having = [point for point in datapoints if point.number(statistic) is not None]
    if not having:
        return None
    points = _points(
        [point.at("Timestamp") for point in having], [point.at(statistic) for point in having]
    )
    label = response.text("Label") or ""
    return _series(response, label, statistic, having[0].text("Unit") or "", points)


def _series(
    about: Document | None,
    label: str,
    statistic: str | None,
    unit: str,
    points: list[tuple[float, float]],
) -> Series:
    """Build one series; `about` holds `Namespace`, `MetricName` and `Dimensions` where known."""
    namespace = about.text("Namespace") if about else None
    metric = (about.text("MetricName") if about else None) or label
    dimensions = {
        dimension.text("Name") or "": dimension.text("Value") or ""
        for dimension in (about.items("Dimensions") if about else ())
    }
    return Series(
        name=f"{namespace}:{metric}" if namespace else metric,
        entity=entity_of(dimensions),
        statistic=statistic,
        unit=unit,
        labels=dimensions,
        times=tuple(moment for moment, _ in points),
        values=tuple(value for _, value in points),
    )


_BY_DIMENSION = {
    "DBInstanceIdentifier": "database",
    "DBClusterIdentifier": "database_cluster",
    "FunctionName": "function",
    "TargetGroup": "target_group",
    "LoadBalancer": "load_balancer",
    "InstanceId": "instance",
    "AutoScalingGroupName": "auto_scaling_group",
    "ServiceName": "ecs_service",
    "TableName": "table",
    "QueueName": "queue",
    "NatGatewayId": "nat_gateway",
    "VolumeId": "volume",
    "ApiName": "api",
    "ApiId": "api",
    "StreamName": "stream",
    "TopicName": "topic",
    "FileSystemId": "file_system",
    "CacheClusterId": "cache_cluster",
    "ClusterName": "ecs_cluster",
}
"""Which dimension of a metric names what, the narrowest first."""


def entity_of(dimensions: Mapping[str, str]) -> EntityRef | None:
    """Return what a metric with these dimensions is about."""
    found = (
        EntityRef(kind=kind, name=_of_load_balancing(dimensions[name]))
        for name, kind in _BY_DIMENSION.items()
        if name in dimensions
    )
    return next(found, None)


def dimension_of(entity: EntityRef | None) -> Mapping[str, str]:
    """Return the dimension that picks an entity's metrics, where its name alone tells its value."""
    if entity is None or entity.kind in {"load_balancer", "target_group", "api"}:
        return {}
    return {name: entity.name for name, kind in _BY_DIMENSION.items() if kind == entity.kind}


def _of_load_balancing(value: str) -> str:
    """Return the name within `app/<name>/<id>` or `targetgroup/<name>/<id>`."""
    parts = value.split("/")
    return parts[1] if parts[0] in {"app", "net", "gwy", "targetgroup"} and parts[1:] else value


def _points(stamps: list[JsonValue], values: list[JsonValue]) -> list[tuple[float, float]]:
    """Pair times with values, oldest first; CloudWatch answers newest first by default."""
    return sorted(
        (moment, float(value))
        for stamp, value in zip(stamps, values, strict=False)
        if (moment := epoch(stamp)) is not None
        and isinstance(value, int | float)
        and not isinstance(value, bool)
    )
