"""Security groups and network ACLs that drop what a client sends."""

from collections.abc import Iterator
from dataclasses import dataclass

from agents.domain.base import EntityRef
from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Evidence, Hypothesis
from agents.domain.measures import Comparator, ObjectSelector
from agents.domain.readings import Change, Resource
from agents.errors import PermissionMissing, ScopeViolation
from agents.specialists.framework import Check, Found, check
from agents.specialists.network.claims import objects_number, probe_fails
from agents.specialists.network.connections import lines_claim, quotes
from agents.specialists.network.faults import FaultGroup, groups_of
from agents.specialists.network.view import NetworkView
from agents.specialists.network.vpc import (
    EPHEMERAL_PORT,
    Endpoint,
    admits,
    covering,
    denying_entry,
    endpoints_of,
)

_TELLS = ("tcp_timed_out", "upstream_timeouts")
"""Dropped packets show as silence, never as a refusal."""
_COMPLAINED_OF = 0.7
_SILENT = -1.5


@dataclass(frozen=True, slots=True)
class _Path:
    """A way to an endpoint, with what complains about it."""

    endpoint: Endpoint
    port: int
    callers: tuple[str, ...]
    """Security groups of whoever connects; empty when not known."""
    told: FaultGroup | None
    probed: Claim | None

    @property
    def complaints(self) -> tuple[Claim, ...]:
        return (self.probed,) if self.probed else ()


@check(needs=("objects:ec2.security_groups",), modes=("security_group_blocks",))
def security_groups_that_block(view: NetworkView) -> Iterator[Found]:
    """Find endpoints whose security groups admit their port from nobody, or not from the caller."""
    groups = {g.document.text("GroupId"): g for g in view.objects("ec2.security_groups")}
    for path in _paths(view):
        own = [groups[group] for group in path.endpoint.groups if group in groups]
        if own and not any(admits(group, path.port, path.callers) for group in own):
            yield _group_blocks(view, path, own)


@check(needs=("objects:ec2.network_acls",), modes=("network_acl_blocks",))
def network_acls_that_block(view: NetworkView) -> Iterator[Found]:
    """Find subnets whose network ACL denies the port, or the ports that the replies go to."""
    for path in _paths(view):
        for acl in view.objects("ec2.network_acls"):
            governed = set(acl.document.texts("Associations[].SubnetId"))
            if governed & set(path.endpoint.subnets):
                yield from _acl_blocks(view, path, acl)


def _paths(view: NetworkView) -> Iterator[_Path]:
    """Yield the ways worth judging: those that fail, and those with one port of their own."""
    told = [group for group in groups_of(view) if group.mode in _TELLS]
    for endpoint in _endpoints(view):
        of_endpoint = [g for g in told if g.target and g.target.host in endpoint.hosts] or [
            g for g in told if g.callee.name == view_name(view, endpoint.entity)
        ]
        group = of_endpoint[0] if of_endpoint else None
        port = (group.target.port if group and group.target else None) or endpoint.port
        if port:
            yield _Path(endpoint, port, _groups_of(view, group), group, _probed(view, endpoint))


def view_name(view: NetworkView, entity: EntityRef) -> str:
    """Return the name of the service that an entity belongs to, or its own."""
    owner = view.service_of(entity)
    return owner.name if owner else entity.name


def _endpoints(view: NetworkView) -> tuple[Endpoint, ...]:
    found = endpoints_of(
        view.objects("rds.db_instances"),
        view.objects("ec2.instances"),
        view.objects("elbv2.load_balancers"),
    )
    return tuple(endpoint for endpoint in found if endpoint.groups or endpoint.subnets)


def _groups_of(view: NetworkView, told: FaultGroup | None) -> tuple[str, ...]:
    """Return the security groups of the instances that the complaining services run on."""
    callers = {view_name(view, entity) for entity in told.callers} if told else set[str]()
    return tuple(
        group
        for instance in view.objects("ec2.instances")
        if view.topology.service_of(instance.entity) in callers
        for group in instance.document.texts("SecurityGroups[].GroupId")
    )


def _probed(view: NetworkView, endpoint: Endpoint) -> Claim | None:
    for host in endpoint.hosts:
        try:
            result = view.probe("tcp", f"{host}:{endpoint.port}") if endpoint.port else None
        except (PermissionMissing, ScopeViolation):
            result = None
        if result is not None and result.error_kind == "timed_out":
            return probe_fails(view, endpoint.entity, result)
    return None


def _group_blocks(view: NetworkView, path: _Path, own: list[Resource]) -> Hypothesis:
    ids = [group.document.text("GroupId") or group.entity.name for group in own]
    listed = ", ".join(ids)
    entity = EntityRef(kind="security_group", name=ids[0])
    chosen = f"contains([{', '.join(repr(one) for one in ids)}], GroupId)"
    admitting = f"length(({covering(path.port)}) || `[]`) > `0`"
    whence = ""
    if any(admits(group, path.port, ()) for group in own):
        pairs = " || ".join(f"GroupId=='{caller}'" for caller in path.callers)
        admitting = f"length(({covering(path.port)}.UserIdGroupPairs[] | [?{pairs}]) || `[]`) > `0`"
        whence = f" from {', '.join(path.callers)}"
    denied = objects_number(
        view,
        entity,
        ObjectSelector(kind="ec2.security_groups", where=f"{chosen} && {admitting}"),
        comparator=Comparator.EQUAL,
        expected=0,
        text=f"None of {listed} admits port {path.port}{whence}.",
        control=ObjectSelector(kind="ec2.security_groups", where=chosen),
    )
    text = f"No rule of {listed} admits port {path.port} of {path.endpoint.entity.name}{whence}."
    return _blocked(view, path, entity, "security_group_blocks", text, denied)


def _acl_blocks(view: NetworkView, path: _Path, acl: Resource) -> Iterator[Hypothesis]:
    for port, outbound in ((path.port, False), (EPHEMERAL_PORT, True)):
        entry = denying_entry(acl, port, outbound=outbound)
        if entry is None:
            continue
        rule = int(entry.number("RuleNumber") or 0)
        name = acl.document.text("NetworkAclId") or acl.entity.name
        entity = EntityRef(kind="network_acl", name=name)
        egress = "true" if outbound else "false"
        deciding = f"RuleNumber==`{rule}` && RuleAction=='deny' && Egress==`{egress}`"
        what = "replies (ports above 49151)" if outbound else f"port {port}"
        denies = objects_number(
            view,
            entity,
            ObjectSelector(
                kind="ec2.network_acls",
                where=f"NetworkAclId=='{name}' && length(Entries[?{deciding}]) > `0`",
            ),
            comparator=Comparator.AT_LEAST,
            expected=1,
            text=f"Rule {rule} of {name} denies {what}.",
        )
        text = f"Rule {rule} of network ACL {name} denies {what} of {path.endpoint.entity.name}."
        yield _blocked(view, path, entity, "network_acl_blocks", text, denies)


def _blocked(
    view: NetworkView, path: _Path, rule: EntityRef, mode: str, text: str, claim: Claim
) -> Hypothesis:
    told = path.told
    change = _change_of(view, rule)
    owner = view.service_of(path.endpoint.entity) or path.endpoint.entity
    callers = [c for entity in (told.callers if told else ()) if (c := view.service_of(entity))]
    onset = change.timestamp if change else told.onset if told else None
    is_felt = told is not None or path.probed is not None
    lines = (lines_claim(told, view),) if told else ()
    return Hypothesis(
        cause=Cause(entity=rule, failure_mode=mode),
        summary=f"{text} {f'Changed by {change.ref}: {change.summary}' if change else ''}".strip(),
        claims=(claim, *path.complaints, *lines),
        explains=tuple(dict.fromkeys([path.endpoint.entity, owner, *callers])),
        onset=onset,
        change_ref=change.ref if change else None,
        evidence=(
            Evidence(source=claim.measure.selector.source, entity=rule, text=text),
            *(quotes(told) if told else ()),
        ),
        prior_shift=(_COMPLAINED_OF if is_felt else _SILENT) + (0.5 if change else 0.0),
    )


def _change_of(view: NetworkView, rule: EntityRef) -> Change | None:
    """Return the latest change that names the rule's owner."""
    named = [
        change
        for change in view.changes
        if rule.name in f"{change.entity.name} {change.ref} {change.summary} {change.diff}"
    ]
    return named[-1] if named else None


FIREWALL_CHECKS: tuple[Check[NetworkView], ...] = (
    security_groups_that_block,
    network_acls_that_block,
)
