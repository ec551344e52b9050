"""Firewall rules, evaluated as Kubernetes and AWS evaluate them."""

import pytest
from pydantic import JsonValue

from agents.domain.base import EntityRef
from agents.domain.document import Document
from agents.domain.readings import Resource
from agents.specialists.network.policies import NetworkPolicy, Peer, blocking
from agents.specialists.network.vpc import admits, denying_entry

CHECKOUT = Peer({"app": "checkout"}, "shop", {"kubernetes.io/metadata.name": "shop"})
PAYMENTS = Peer({"app": "payments"}, "shop", {"kubernetes.io/metadata.name": "shop"})
OUTSIDER = Peer({"app": "checkout"}, "lab", {"kubernetes.io/metadata.name": "lab", "team": "x"})


def resource(kind: str, name: str, body: dict[str, JsonValue]) -> Resource:
    """Return an object of an API."""
    entity = EntityRef(kind=kind, name=name, namespace="shop")
    return Resource(kind=kind, entity=entity, document=Document(body=body))


def policy(**spec: JsonValue) -> NetworkPolicy:
    """Return a policy of the namespace `shop`."""
    return NetworkPolicy(resource("networkpolicies", "rules", {"spec": spec}))


def from_app(*apps: JsonValue) -> JsonValue:
    """Return rules that admit some pods of the same namespace."""
    expression: JsonValue = {"key": "app", "operator": "In", "values": list(apps)}
    return [{"from": [{"podSelector": {"matchExpressions": [expression]}}]}]


DENY_ALL = policy(podSelector={}, policyTypes=["Ingress"])


@pytest.mark.parametrize(
    ("several", "peer", "port", "is_open"),
    [
        ([], CHECKOUT, 8443, True),
        ([DENY_ALL], CHECKOUT, 8443, False),
        ([DENY_ALL, policy(podSelector={}, ingress=from_app("checkout"))], CHECKOUT, 8443, True),
        ([policy(podSelector={}, ingress=from_app("billing"))], CHECKOUT, 8443, False),
        ([policy(podSelector={}, ingress=from_app("checkout"))], OUTSIDER, 8443, False),
        ([policy(podSelector={}, ingress=[{}])], OUTSIDER, 8443, True),
        ([policy(podSelector={"matchLabels": {"app": "other"}})], CHECKOUT, 8443, True),
        ([policy(podSelector={}, policyTypes=["Egress"])], CHECKOUT, 8443, True),
        ([policy(podSelector={}, ingress=[{"ports": [{"port": 80}]}])], CHECKOUT, 8443, False),
        ([policy(podSelector={}, ingress=[{"ports": [{"port": 80}]}])], CHECKOUT, None, True),
        (
            [policy(podSelector={}, ingress=[{"ports": [{"port": 8000, "endPort": 9000}]}])],
            CHECKOUT,
            8443,
            True,
        ),
        (
            [
                policy(
                    podSelector={},
                    ingress=[{"from": [{"namespaceSelector": {"matchLabels": {"team": "x"}}}]}],
                )
            ],
            OUTSIDER,
            8443,
            True,
        ),
    ],
)
def test_policies_add_up_and_an_unselected_pod_is_open(
    several: list[NetworkPolicy], peer: Peer, port: int | None, *, is_open: bool
) -> None:
    """A wrong reading of the rules would blame the policy that lets the traffic through."""
    assert (not blocking(several, PAYMENTS, peer, port, "Ingress")) is is_open


def group(*permissions: JsonValue) -> Resource:
    """Return a security group."""
    return resource("ec2.security_groups", "sg-1", {"IpPermissions": list(permissions)})


def permission(first: int, last: int, **sources: JsonValue) -> JsonValue:
    """Return one permission for TCP ports."""
    return {"IpProtocol": "tcp", "FromPort": first, "ToPort": last, **sources}


@pytest.mark.parametrize(
    ("permissions", "callers", "is_open"),
    [
        ([], (), False),
        ([permission(5432, 5432, UserIdGroupPairs=[{"GroupId": "sg-app"}])], ("sg-app",), True),
        ([permission(5432, 5432, UserIdGroupPairs=[{"GroupId": "sg-app"}])], ("sg-x",), False),
        ([permission(5432, 5432, UserIdGroupPairs=[{"GroupId": "sg-app"}])], (), True),
        ([permission(5000, 6000, IpRanges=[{"CidrIp": "10.0.0.0/8"}])], ("sg-x",), True),
        ([permission(443, 443, IpRanges=[{"CidrIp": "0.0.0.0/0"}])], (), False),
        ([{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}], ("sg-x",), True),
        ([{"IpProtocol": "udp", "FromPort": 5432, "ToPort": 5432}], (), False),
    ],
)
def test_a_security_group_admits_what_any_permission_admits(
    permissions: list[JsonValue], callers: tuple[str, ...], *, is_open: bool
) -> None:
    """Groups only ever allow; what nothing allows is dropped without a word."""
    assert admits(group(*permissions), 5432, callers) is is_open


def acl(*entries: tuple[int, str, bool, int, int, str]) -> Resource:
    """Return a network ACL; an entry is number, action, outbound, ports and block."""
    described: list[JsonValue] = [
        {
            "RuleNumber": number,
            "RuleAction": action,
            "Egress": outbound,
            "Protocol": "6",
            "PortRange": {"From": first, "To": last},
            "CidrBlock": block,
        }
        for number, action, outbound, first, last, block in entries
    ]
    return resource("ec2.network_acls", "acl-1", {"Entries": described})


ALLOW_IN = (100, "allow", False, 0, 65535, "0.0.0.0/0")


@pytest.mark.parametrize(
    ("entries", "rule"),
    [
        ([ALLOW_IN], None),
        ([ALLOW_IN, (200, "deny", False, 5432, 5432, "0.0.0.0/0")], None),
        (
            [
                (200, "allow", False, 0, 65535, "0.0.0.0/0"),
                (90, "deny", False, 0, 9999, "0.0.0.0/0"),
            ],
            90,
        ),
        ([(90, "deny", False, 5432, 5432, "192.0.2.0/24"), ALLOW_IN], None),
        ([(90, "deny", True, 5432, 5432, "0.0.0.0/0"), ALLOW_IN], None),
    ],
)
def test_the_first_matching_entry_of_a_network_acl_decides(
    entries: list[tuple[int, str, bool, int, int, str]], rule: int | None
) -> None:
    """ACLs are read by number and not from top to bottom, which people get wrong at night."""
    found = denying_entry(acl(*entries), 5432, outbound=False)

    assert (found.number("RuleNumber") if found else None) == rule
