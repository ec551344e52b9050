"""CloudTrail's events as changes."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from agents.domain.base import EntityRef, canonical_json
from agents.domain.readings import Change, Resource
from agents.integrations.aws.shapes import epoch

_KINDS: Mapping[str, str] = {
    "AWS::RDS::DBInstance": "database",
    "AWS::RDS::DBCluster": "database_cluster",
    "AWS::EC2::SecurityGroup": "security_group",
    "AWS::EC2::Instance": "instance",
    "AWS::EC2::Subnet": "subnet",
    "AWS::EC2::RouteTable": "route_table",
    "AWS::EC2::NetworkAcl": "network_acl",
    "AWS::EC2::NatGateway": "nat_gateway",
    "AWS::Lambda::Function": "function",
    "AWS::ECS::Service": "ecs_service",
    "AWS::ECS::Cluster": "ecs_cluster",
    "AWS::AutoScaling::AutoScalingGroup": "auto_scaling_group",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "load_balancer",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "target_group",
    "AWS::DynamoDB::Table": "table",
    "AWS::KMS::Key": "kms_key",
}
_NAME_IN_ARN = {"load_balancer": -2, "target_group": -2}
_DIFF_CHARACTERS = 2000


def changes_of(events: tuple[Resource, ...]) -> Iterator[Change]:
    """Yield the calls that changed something and were not refused."""
    for event in events:
        document = event.document
        at = epoch(document.at("EventTime"))
        if at is None or document.text("ReadOnly") == "true" or document.at("Record.errorCode"):
            continue
        about = entity_of_event(event)
        parameters = document.at("Record.requestParameters")
        yield Change(
            timestamp=datetime.fromtimestamp(at, UTC),
            kind="infra",
            entity=about,
            ref=event.entity.name,
            author=document.text("Username") or "",
            summary=f"{document.text('EventName')} on {about.name}",
            diff=canonical_json(parameters)[:_DIFF_CHARACTERS] if parameters else "",
        )


def entity_of_event(event: Resource) -> EntityRef:
    """Return what a call was about: its first resource of a known type, else its service."""
    for one in event.document.items("Resources"):
        kind = _KINDS.get(one.text("ResourceType") or "")
        if kind and (name := one.text("ResourceName")):
            return EntityRef(kind=kind, name=_short(kind, name))
    service = (event.document.text("EventSource") or "aws").partition(".")[0]
    return EntityRef(kind="aws_service", name=service)


def _short(kind: str, name: str) -> str:
    if not name.startswith("arn:"):
        return name
    parts = name.rsplit(":", 1)[-1].split("/")
    place = _NAME_IN_ARN.get(kind, -1)
    return parts[place] if len(parts) >= -place else parts[-1]
