"""Security groups that somebody changed: a rule is gone, and what it admitted is missed."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agents.domain.base import EntityRef
from agents.domain.hypotheses import Cause, Hypothesis
from agents.domain.measures import ObjectSelector
from agents.domain.readings import Resource
from agents.specialists.aws.claims import literal, quoted_line, said_in_logs, there_is_none
from agents.specialists.aws.trail import EVENTS, Event, suspects
from agents.specialists.aws.view import AwsView
from agents.specialists.framework import Check, Found, check

_GROUPS = "ec2.security_groups"
_REVOKED = "RevokeSecurityGroupIngress"
_TIMED_OUT = "timed? ?out|deadline exceeded"
_USERS = (
    ("rds.db_instances", "VpcSecurityGroups[].VpcSecurityGroupId"),
    ("ec2.instances", "SecurityGroups[].GroupId"),
    ("elbv2.load_balancers", "SecurityGroups"),
    ("lambda.functions", "VpcConfig.SecurityGroupIds"),
)
"""What belongs to security groups, and where it names them."""
_PLACES = (
    "requestParameters",
    "requestParameters.ipPermissions.items[0]",
    "responseElements.revokedSecurityGroupRuleSet.items[0]",
)
"""Where CloudTrail writes down the removed rule, by the shape of the call."""
_PORT_IN_TEXT = re.compile(r":(\d{2,5})\b")
_ALL_PORTS = (0, 65535)


@dataclass(frozen=True, slots=True)
class _Removed:
    """A rule that was taken out of a group."""

    event: Event
    group: Resource
    low: int
    high: int
    sources: tuple[str, ...]
    """The groups and blocks of addresses that it admitted, as far as the call names them."""

    def admitting(self, port: int) -> str:
        """Return the JMESPath condition that a group still admits the port, from whom it did."""
        covering = _covering(port)
        if self.sources:
            own = " || ".join(f"@ == {literal(source)}" for source in self.sources)
            named = f"{covering}.[UserIdGroupPairs[].GroupId, IpRanges[].CidrIp][][]"
            covering = f"({named} | [?{own}])"
        return f"length({covering} || `[]`) > `0`"

    def is_replaced_by(self, group: Resource, port: int) -> bool:
        """Tell whether a group admits the port from the same source, or from addresses at all.

        A block of addresses is taken to hold the source: where it stands is not always known.
        """
        if group.document.at(self.admitting(port)) is True:
            return True
        covering = group.document.items(_covering(port))
        return any(one.at("IpRanges[0] || Ipv6Ranges[0] || PrefixListIds[0]") for one in covering)


@check(needs=(f"objects:{EVENTS}", f"objects:{_GROUPS}"), modes=("security_group_change",))
def rules_taken_away(view: AwsView) -> Iterator[Found]:
    """Find removed rules that nothing replaced, of ports that something listens on behind them."""
    groups = {group.entity.name: group for group in view.objects(_GROUPS)}
    for event in suspects(view):
        group = groups.get(event.resource.document.text("Record.requestParameters.groupId") or "")
        if event.name != _REVOKED or group is None:
            continue
        removed = _removed(event, group)
        by_port: dict[int, list[EntityRef]] = defaultdict(list)
        for entity, port in _missed(view, removed, groups):
            by_port[port].append(entity)
        for port, users in by_port.items():
            yield from _cut(view, removed, port, tuple(users))


def _removed(event: Event, group: Resource) -> _Removed:
    document = event.resource.document
    for place in _PLACES:
        low = document.number(f"Record.{place}.fromPort")
        high = document.number(f"Record.{place}.toPort")
        if low is not None and low >= 0:
            sources = (
                *document.texts(f"Record.{place}.groups.items[].groupId"),
                *document.texts(f"Record.{place}.ipRanges.items[].cidrIp"),
                *document.texts(f"Record.{place}.[cidrIp, referencedGroupId]"),
            )
            return _Removed(event, group, int(low), int(low if high is None else high), sources)
    return _Removed(event, group, *_ALL_PORTS, ())


def _covering(port: int) -> str:
    in_range = f"IpProtocol == 'tcp' && FromPort <= `{port}` && ToPort >= `{port}`"
    return f"IpPermissions[?IpProtocol == '-1' || ({in_range})]"


def _missed(
    view: AwsView, removed: _Removed, groups: Mapping[str, Resource]
) -> Iterator[tuple[EntityRef, int]]:
    """Yield what stands behind the group, with the ports that none of its groups admits any more.

    Of the ports it is asked on: its own where it has one, else those that are complained of.
    """
    for kind, path in _USERS:
        for one in view.related(kind):
            named = one.document.texts(path)
            own = one.document.number("Endpoint.Port")
            ports = [int(own)] if own else sorted(_complained_ports(view))
            for port in ports if removed.group.entity.name in named else []:
                members = [groups[name] for name in named if name in groups]
                is_open = any(removed.is_replaced_by(member, port) for member in members)
                if removed.low <= port <= removed.high and not is_open:
                    yield one.entity, port


def _complained_ports(view: AwsView) -> set[int]:
    """Return the ports that clients and load balancers say time out."""
    said = (_PORT_IN_TEXT.findall(line.message) for line in view.logs(_TIMED_OUT))
    of_targets = (
        target.document.number("Target.Port")
        for target in view.related("elbv2.target_health")
        if target.document.text("TargetHealth.Reason") == "Target.Timeout"
    )
    return {*(int(p) for found in said for p in found), *(int(p) for p in of_targets if p)}


def _cut(
    view: AwsView, removed: _Removed, port: int, users: tuple[EntityRef, ...]
) -> Iterator[Hypothesis]:
    """Yield the hypothesis; where others are still let in, only if somebody complains since."""
    entity, event = removed.group.entity, removed.event
    felt = [line for line in view.logs(_TIMED_OUT) if line.timestamp >= event.at]
    is_partial = bool(removed.group.document.items(_covering(port)))
    if is_partial and not felt:
        return
    selector = ObjectSelector(kind=_GROUPS, name=entity.name, where=removed.admitting(port))
    whence = f" from {', '.join(removed.sources)}" if removed.sources else ""
    text = f"No rule of {entity.name} admits port {port}{whence} any more."
    said = tuple(said_in_logs(view, line, _TIMED_OUT, "timeouts") for line in felt[-1:])
    yield Hypothesis(
        cause=Cause(entity=entity, failure_mode="security_group_change"),
        summary=f"{event.text} and took port {port} of {entity.name} away, which "
        f"{', '.join(user.name for user in users)} stands behind. {text}",
        claims=(event.claim(view, entity), there_is_none(view, entity, selector, text), *said),
        explains=view.explains(entity, *users),
        onset=event.at,
        change_ref=event.resource.entity.name,
        evidence=(event.evidence(), *(quoted_line(line) for line in felt[:2])),
        details={"group": entity.name, "port": port, "author": event.author},
    )


SECURITY_GROUP_CHECKS: tuple[Check[AwsView], ...] = (rules_taken_away,)
