"""What security groups and network ACLs of a VPC admit: pure readings of the API's objects."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agents.domain.base import EntityRef
from agents.domain.document import Document
from agents.domain.readings import Resource

EPHEMERAL_PORT = 50000
"""Stands for the ports that replies go to: Linux, Windows and load balancers all use it."""
_ANY_PROTOCOL = "-1"
_TCP = ("tcp", "6")
_EVERYWHERE = ("0.0.0.0/0", "::/0")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Something in a VPC that clients connect to."""

    entity: EntityRef
    hosts: tuple[str, ...]
    port: int | None
    groups: tuple[str, ...]
    subnets: tuple[str, ...]


def endpoints_of(
    databases: Iterable[Resource], instances: Iterable[Resource], balancers: Iterable[Resource]
) -> Iterator[Endpoint]:
    """Yield databases, instances and load balancers with the rules' subjects they belong to."""
    for one in databases:
        doc = one.document
        yield Endpoint(
            EntityRef(kind="database", name=doc.text("DBInstanceIdentifier") or one.entity.name),
            doc.texts("[Endpoint.Address]"),
            int(doc.number("Endpoint.Port || DbInstancePort") or 0) or None,
            doc.texts("VpcSecurityGroups[].VpcSecurityGroupId"),
            doc.texts("DBSubnetGroup.Subnets[].SubnetIdentifier"),
        )
    for one in instances:
        doc = one.document
        yield Endpoint(
            one.entity,
            doc.texts("[PrivateIpAddress, PrivateDnsName, PublicIpAddress, PublicDnsName]"),
            None,
            doc.texts("SecurityGroups[].GroupId"),
            doc.texts("[SubnetId]"),
        )
    for one in balancers:
        doc = one.document
        yield Endpoint(
            one.entity,
            doc.texts("[DNSName]"),
            None,
            doc.texts("SecurityGroups"),
            doc.texts("AvailabilityZones[].SubnetId"),
        )


def covering(port: int) -> str:
    """Return the JMESPath filter for permissions of a security group that cover a TCP port."""
    in_range = f"IpProtocol=='tcp' && FromPort <= `{port}` && ToPort >= `{port}`"
    return f"IpPermissions[?IpProtocol=='{_ANY_PROTOCOL}' || ({in_range})]"


def admits(group: Resource, port: int, callers: tuple[str, ...]) -> bool:
    """Tell whether a security group admits a port from a caller's groups, or from anywhere known.

    A block of addresses is taken to hold the caller: where it stands is not always known.
    """
    for permission in group.document.items(covering(port)):
        if not callers or permission.at("IpRanges[0] || Ipv6Ranges[0] || PrefixListIds[0]"):
            return True
        if set(callers) & set(permission.texts("UserIdGroupPairs[].GroupId")):
            return True
    return False


def denying_entry(acl: Resource, port: int, *, outbound: bool) -> Document | None:
    """Return the entry of a network ACL that denies a port to everybody, if the first match does.

    Entries are tried by number; one for part of the addresses only decides for that part, so it
    is passed over.
    """
    entries = [e for e in acl.document.items("Entries") if e.flag("Egress") is outbound]
    for entry in sorted(entries, key=lambda e: e.number("RuleNumber") or 0.0):
        for_all = (entry.text("CidrBlock") or entry.text("Ipv6CidrBlock")) in _EVERYWHERE
        allows = entry.text("RuleAction") == "allow"
        if _entry_covers(entry, port) and (for_all or allows):
            return None if allows else entry
    return None


def _entry_covers(entry: Document, port: int) -> bool:
    protocol = entry.text("Protocol")
    if protocol == _ANY_PROTOCOL:
        return True
    first, last = entry.number("PortRange.From"), entry.number("PortRange.To")
    if protocol not in _TCP:
        return False
    return first is None or last is None or first <= port <= last
