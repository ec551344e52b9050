"""The network specialist: names, connections, certificates, paths, answers, loss and delay."""

from agents.domain.plans import Member
from agents.specialists.framework import Check, RuleSpecialist
from agents.specialists.network.culprits import CULPRIT_CHECKS
from agents.specialists.network.demand import DEMAND_CHECKS
from agents.specialists.network.denials import DENIAL_CHECKS
from agents.specialists.network.dns import DNS_CHECKS
from agents.specialists.network.firewalls import FIREWALL_CHECKS
from agents.specialists.network.http import HTTP_CHECKS
from agents.specialists.network.monitors import MONITOR_CHECKS
from agents.specialists.network.origin import ORIGIN_CHECKS
from agents.specialists.network.outside import OUTSIDE_CHECKS
from agents.specialists.network.path import PATH_CHECKS
from agents.specialists.network.quality import QUALITY_CHECKS
from agents.specialists.network.remaining import REMAINING_CHECKS
from agents.specialists.network.tcp import TCP_CHECKS
from agents.specialists.network.tls import TLS_CHECKS
from agents.specialists.network.tools import TOOL_CHECKS
from agents.specialists.network.traffic import TRAFFIC_CHECKS
from agents.specialists.network.turned_lines import LINE_CHECKS
from agents.specialists.network.versions import VERSION_CHECKS
from agents.specialists.network.view import NetworkView

NETWORK_CHECKS: tuple[Check[NetworkView], ...] = (
    *DNS_CHECKS,
    *TCP_CHECKS,
    *TLS_CHECKS,
    *PATH_CHECKS,
    *DENIAL_CHECKS,
    *FIREWALL_CHECKS,
    *HTTP_CHECKS,
    *QUALITY_CHECKS,
    *TRAFFIC_CHECKS,
    *ORIGIN_CHECKS,
    *MONITOR_CHECKS,
    *LINE_CHECKS,
    *CULPRIT_CHECKS,
    *VERSION_CHECKS,
    *REMAINING_CHECKS,
    *OUTSIDE_CHECKS,
    *TOOL_CHECKS,
    *DEMAND_CHECKS,
)

_SOURCES = (
    "probe:*",
    "metrics",
    "logs",
    "traces",
    "topology",
    "changes",
    "objects:services",
    "objects:endpoints",
    "objects:endpointslices",
    "objects:pods",
    "objects:namespaces",
    "objects:networkpolicies",
    "objects:ec2.*",
    "objects:elbv2.*",
    "objects:rds.db_instances",
    "objects:network.*",
    "objects:monitors",
)


def network_specialist() -> RuleSpecialist[NetworkView]:
    """Return the specialist with all its checks."""
    return RuleSpecialist(
        Member(name="network", title="Network", sources=_SOURCES), NETWORK_CHECKS, NetworkView
    )


__all__ = ["NETWORK_CHECKS", "NetworkView", "network_specialist"]
