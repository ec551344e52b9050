"""How each kind of AWS object is listed, and how one of them is asked for by its id."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from agents.domain.document import Document
from agents.domain.readings import Resource
from agents.integrations.aws.api import AwsApi
from agents.integrations.aws.shapes import resources_from_response

QUOTA_SERVICES = ("ec2", "lambda", "rds", "elasticloadbalancing", "vpc", "dynamodb", "ecs")
HISTORY = timedelta(hours=24)
TRAIL_PAGES = 10
"""CloudTrail answers twice a second, fifty events at a time: more would take too long."""


@dataclass(frozen=True, slots=True)
class _Plain:
    """One paged call; `one` is the argument that takes an id, in a list where `many`."""

    operation: str
    one: str = ""
    many: bool = True
    always: Mapping[str, object] = field(default_factory=dict[str, object])

    def arguments(self, name: str | None) -> dict[str, object]:
        """Return what to ask with."""
        asked = dict(self.always)
        if name is not None and self.one:
            asked[self.one] = [name] if self.many else name
        return asked


_PLAIN = {
    "cloudwatch.alarms": _Plain(
        "describe_alarms", "AlarmNames", always={"AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}
    ),
    "rds.db_instances": _Plain("describe_db_instances", "DBInstanceIdentifier", many=False),
    "rds.db_clusters": _Plain("describe_db_clusters", "DBClusterIdentifier", many=False),
    "rds.events": _Plain("describe_events", always={"Duration": 24 * 60}),
    "rds.pending_maintenance_actions": _Plain("describe_pending_maintenance_actions"),
    "ec2.instances": _Plain("describe_instances", "InstanceIds"),
    "ec2.instance_status": _Plain(
        "describe_instance_status", "InstanceIds", always={"IncludeAllInstances": True}
    ),
    "ec2.security_groups": _Plain("describe_security_groups", "GroupIds"),
    "ec2.network_acls": _Plain("describe_network_acls", "NetworkAclIds"),
    "ec2.subnets": _Plain("describe_subnets", "SubnetIds"),
    "ec2.route_tables": _Plain("describe_route_tables", "RouteTableIds"),
    "ec2.nat_gateways": _Plain("describe_nat_gateways", "NatGatewayIds"),
    "ec2.volumes": _Plain("describe_volumes", "VolumeIds"),
    "elbv2.load_balancers": _Plain("describe_load_balancers", "Names"),
    "elbv2.target_groups": _Plain("describe_target_groups", "Names"),
    "autoscaling.auto_scaling_groups": _Plain(
        "describe_auto_scaling_groups", "AutoScalingGroupNames"
    ),
    "autoscaling.scaling_activities": _Plain(
        "describe_scaling_activities", "AutoScalingGroupName", many=False
    ),
    "lambda.functions": _Plain("list_functions"),
    "lambda.account_settings": _Plain("get_account_settings"),
    "acm.certificates": _Plain("list_certificates"),
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question for objects."""

    api: AwsApi
    name: str | None
    now: datetime

    def read(self, service: str, operation: str, /, **parameters: object) -> Iterator[Document]:
        """Yield the pages of a call."""
        for body in self.api.pages(service, operation, **parameters):
            yield Document(body=body)


def kinds() -> frozenset[str]:
    """Name every kind that can be listed."""
    return frozenset({*_PLAIN, *_COMPOSED})


def listed(api: AwsApi, kind: str, name: str | None, now: datetime) -> tuple[Resource, ...]:
    """Return the objects of a kind, or the one of an id, as they are now."""
    service = kind.partition(".")[0]
    if plain := _PLAIN.get(kind):
        pages = api.pages(service, plain.operation, **plain.arguments(name))
        return tuple(
            resource
            for page in pages
            for resource in resources_from_response(service, plain.operation, page)
        )
    return tuple(_COMPOSED[kind](_Asked(api, name, now)))


def _alarm_history(asked: _Asked) -> Iterator[Resource]:
    about = {"AlarmName": asked.name} if asked.name else {}
    pages = asked.read(
        "cloudwatch",
        "describe_alarm_history",
        HistoryItemType="StateUpdate",
        AlarmTypes=["MetricAlarm", "CompositeAlarm"],
        StartDate=asked.now - HISTORY,
        EndDate=asked.now,
        **about,
    )
    return _resources("cloudwatch", "describe_alarm_history", pages)


def _trail(asked: _Asked) -> Iterator[Resource]:
    """Yield the writes of the last day; an event's own id narrows it down to that event."""
    key, value = ("EventId", asked.name) if asked.name else ("ReadOnly", "false")
    pages = asked.read(
        "cloudtrail",
        "lookup_events",
        StartTime=asked.now - HISTORY,
        EndTime=asked.now,
        LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}],
    )
    return _resources("cloudtrail", "lookup_events", islice(pages, TRAIL_PAGES))


def _target_health(asked: _Asked) -> Iterator[Resource]:
    """Health is asked for one target group at a time; each answer says which one it is about."""
    for page in asked.read("elbv2", "describe_target_groups"):
        for group in page.items("TargetGroups"):
            arn = group.text("TargetGroupArn") or ""
            beside = {"TargetGroupArn": arn, "TargetGroupName": group.text("TargetGroupName")}
            yield from _beside(asked, beside, "elbv2", "describe_target_health", TargetGroupArn=arn)


def _listeners(asked: _Asked) -> Iterator[Resource]:
    for page in asked.read("elbv2", "describe_load_balancers"):
        for arn in page.texts("LoadBalancers[].LoadBalancerArn"):
            yield from _resources(
                "elbv2",
                "describe_listeners",
                asked.read("elbv2", "describe_listeners", LoadBalancerArn=arn),
            )


def _function_concurrency(asked: _Asked) -> Iterator[Resource]:
    for name in [asked.name] if asked.name else _function_names(asked):
        beside = {"FunctionName": name}
        for page in asked.read("lambda", "get_function_concurrency", FunctionName=name):
            if page.number("ReservedConcurrentExecutions") is not None:
                body = {**page.body, **beside}
                yield from resources_from_response("lambda", "get_function_concurrency", body)


def _function_names(asked: _Asked) -> Iterator[str]:
    for page in asked.read("lambda", "list_functions"):
        yield from page.texts("Functions[].FunctionName")


def _clusters(asked: _Asked) -> Iterator[Resource]:
    for arns in _in_parts(_cluster_arns(asked), 100):
        pages = asked.read("ecs", "describe_clusters", clusters=arns)
        yield from _resources("ecs", "describe_clusters", pages)


def _ecs_services(asked: _Asked) -> Iterator[Resource]:
    for cluster in _cluster_arns(asked):
        pages = asked.read("ecs", "list_services", cluster=cluster)
        arns = (arn for page in pages for arn in page.texts("serviceArns"))
        for part in _in_parts(arns, 10):
            found = asked.read("ecs", "describe_services", cluster=cluster, services=part)
            yield from _resources("ecs", "describe_services", found)


def _ecs_tasks(asked: _Asked) -> Iterator[Resource]:
    """Yield tasks that run and tasks that stopped within the hour that ECS remembers."""
    for cluster in _cluster_arns(asked):
        for status in ("RUNNING", "STOPPED"):
            pages = asked.read("ecs", "list_tasks", cluster=cluster, desiredStatus=status)
            arns = (arn for page in pages for arn in page.texts("taskArns"))
            for part in _in_parts(arns, 100):
                found = asked.read("ecs", "describe_tasks", cluster=cluster, tasks=part)
                yield from _resources("ecs", "describe_tasks", found)


def _cluster_arns(asked: _Asked) -> Iterator[str]:
    for page in asked.read("ecs", "list_clusters"):
        yield from page.texts("clusterArns")


def _quotas(asked: _Asked) -> Iterator[Resource]:
    for code in QUOTA_SERVICES:
        pages = asked.read("service-quotas", "list_service_quotas", ServiceCode=code)
        yield from _resources("service-quotas", "list_service_quotas", pages)


def _keys(asked: _Asked) -> Iterator[Resource]:
    ids = [asked.name] if asked.name else _key_ids(asked)
    for key in ids:
        pages = asked.read("kms", "describe_key", KeyId=key)
        yield from _resources("kms", "describe_key", pages)


def _key_ids(asked: _Asked) -> Iterator[str]:
    for page in asked.read("kms", "list_keys"):
        yield from page.texts("Keys[].KeyId")


_COMPOSED: Mapping[str, Callable[[_Asked], Iterator[Resource]]] = {
    "cloudwatch.alarm_history": _alarm_history,
    "cloudtrail.events": _trail,
    "elbv2.target_health": _target_health,
    "elbv2.listeners": _listeners,
    "lambda.function_concurrency": _function_concurrency,
    "ecs.clusters": _clusters,
    "ecs.services": _ecs_services,
    "ecs.tasks": _ecs_tasks,
    "service-quotas.service_quotas": _quotas,
    "kms.key": _keys,
}


def _resources(service: str, operation: str, pages: Iterable[Document]) -> Iterator[Resource]:
    for page in pages:
        yield from resources_from_response(service, operation, page.body)


def _beside(
    asked: _Asked,
    beside: Mapping[str, str | None],
    service: str,
    operation: str,
    **parameters: object,
) -> Iterator[Resource]:
    for page in asked.read(service, operation, **parameters):
        yield from resources_from_response(service, operation, {**page.body, **beside})


def _in_parts(arns: Iterable[str], size: int) -> Iterator[list[str]]:
    rest = iter(arns)
    return iter(lambda: list(islice(rest, size)), [])
