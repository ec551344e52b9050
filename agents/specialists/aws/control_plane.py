"""What was taken away in the control plane: rules, permissions, keys, certificates."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from agents.domain.base import EntityRef
from agents.domain.claims import Claim
from agents.domain.document import Document
from agents.domain.hypotheses import Cause, Evidence, Hypothesis
from agents.domain.measures import LogSelector, ObjectSelector
from agents.domain.readings import LogLine, Resource
from agents.specialists.aws.claims import literal, logged, there_are, there_is_none
from agents.specialists.aws.trail import EVENTS, Event, events, moment, suspects
from agents.specialists.aws.view import AwsView
from agents.specialists.framework import Check, Found, check

_GROUPS = "ec2.security_groups"
_REVOKED = "RevokeSecurityGroupIngress"
_KEYS = "kms.key"
_CERTIFICATES = "acm.certificates"
_UNUSABLE = ("Disabled", "PendingDeletion")
_KEY_CHANGES = ("DisableKey", "ScheduleKeyDeletion")
_SAYS_KEY = "KMSInvalidState|DisabledException|KMS key .* (disabled|pending deletion)"
_SAYS_DENIED = "AccessDenied|is not authorized to perform|UnauthorizedOperation"
_DENIED = re.compile("AccessDenied|UnauthorizedOperation")
_ROLE = re.compile(r"(?:assumed-role|role)/([\w+=,.@-]+)")
_TIMED_OUT = "timed? ?out|deadline exceeded"
_FEWEST = 3
_PERMISSIONS = re.compile(
    "(Put|Delete|Detach|Attach)(Role|User|Group)Policy|(Create|Delete)PolicyVersion|"
    "SetDefaultPolicyVersion|UpdateAssumeRolePolicy|PermissionsBoundary|ResourcePolicy|"
    "PutKeyPolicy|PutBucketPolicy|RemovePermission"
)
_USERS = (
    ("rds.db_instances", "VpcSecurityGroups[].VpcSecurityGroupId"),
    ("ec2.instances", "SecurityGroups[].GroupId"),
    ("elbv2.load_balancers", "SecurityGroups"),
    ("lambda.functions", "VpcConfig.SecurityGroupIds"),
)
"""What belongs to security groups, and where it names them."""
_PORT_IN_TEXT = re.compile(r":(\d{2,5})\b")
_ALL_PORTS = (0, 65535)


@check(needs=(f"objects:{EVENTS}", f"objects:{_GROUPS}"), modes=("security_group_change",))
def rules_taken_away(view: AwsView) -> Iterator[Found]:
    """Find removed rules that nothing replaced, of ports that something listens on behind them."""
    groups = {group.entity.name: group for group in view.objects(_GROUPS)}
    for event in suspects(view):
        group = groups.get(event.resource.document.text("Record.requestParameters.groupId") or "")
        if event.name != _REVOKED or group is None:
            continue
        low, high = _revoked_ports(event)
        by_port: dict[int, list[EntityRef]] = defaultdict(list)
        for entity, port in _users(view, group.entity.name, groups):
            if low <= port <= high:
                by_port[port].append(entity)
        for port, users in by_port.items():
            yield _cut(view, event, group, port, tuple(users))


def _revoked_ports(event: Event) -> tuple[int, int]:
    """Return the ports of the removed rule, in whichever of CloudTrail's shapes they stand."""
    document = event.resource.document
    for place in (
        "requestParameters",
        "requestParameters.ipPermissions.items[0]",
        "responseElements.revokedSecurityGroupRuleSet.items[0]",
    ):
        low = document.number(f"Record.{place}.fromPort")
        high = document.number(f"Record.{place}.toPort")
        if low is not None and low >= 0:
            return int(low), int(high if high is not None else low)
    return _ALL_PORTS


def _covering(port: int) -> str:
    in_range = f"IpProtocol == 'tcp' && FromPort <= `{port}` && ToPort >= `{port}`"
    return f"IpPermissions[?IpProtocol == '-1' || ({in_range})]"


def _users(
    view: AwsView, group: str, groups: Mapping[str, Resource]
) -> Iterator[tuple[EntityRef, int]]:
    """Yield what stands behind a group, with the ports that none of its groups admits any more.

    Of the ports it is asked on: its own where it has one, else those that are complained of.
    """
    for kind, path in _USERS:
        for one in view.related(kind):
            named = one.document.texts(path)
            if group in named:
                own = one.document.number("Endpoint.Port")
                for port in [int(own)] if own else sorted(_complained_ports(view)):
                    members = (groups[name] for name in named if name in groups)
                    if not any(member.document.items(_covering(port)) for member in members):
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
    view: AwsView, event: Event, group: Resource, port: int, users: tuple[EntityRef, ...]
) -> Hypothesis:
    entity = group.entity
    admitting = ObjectSelector(
        kind=_GROUPS, name=entity.name, where=f"length({_covering(port)} || `[]`) > `0`"
    )
    text = f"No rule of {entity.name} admits port {port} any more."
    complaints = view.logs(_TIMED_OUT)
    felt = [line for line in complaints if line.timestamp >= event.at]
    said = tuple(_said(view, line, _TIMED_OUT, "timeouts") for line in felt[-1:])
    return Hypothesis(
        cause=Cause(entity=entity, failure_mode="security_group_change"),
        summary=f"{event.text} and took port {port} of {entity.name} away, which "
        f"{', '.join(user.name for user in users)} stands behind. {text}",
        claims=(event.claim(view, entity), there_is_none(view, entity, admitting, text), *said),
        explains=view.explains(entity, *users),
        onset=event.at,
        change_ref=event.resource.entity.name,
        evidence=(event.evidence(), *(_quoted(line) for line in felt[:2])),
        details={"group": entity.name, "port": port, "author": event.author},
    )


@check(needs=(), modes=("iam_access_denied",))
def denied_calls(view: AwsView) -> Iterator[Found]:
    """Find roles that are denied now what they were not denied before."""
    told: dict[EntityRef, list[Event]] = defaultdict(list)
    for event in events(view):
        if _DENIED.search(event.error):
            told[_role_of(event.resource.document)].append(event)
    for role, denied in told.items():
        own = [event for event in denied if view.window.contains(event.at)]
        is_new = len(own) == len(denied)
        if len(own) >= _FEWEST and is_new and view.recent.contains(own[-1].at):
            code = literal(own[-1].error)
            where = f"Record.errorCode == {code} && Username == {literal(own[-1].author)}"
            selector = ObjectSelector(kind=EVENTS, where=where)
            text = f"{len(own)} calls of {role.name} were denied, the last {own[-1].name}."
            claim = there_are(view, role, selector, text, least=_FEWEST, sufficiency=2.0)
            evidence = tuple(event.evidence() for event in own[:2])
            yield _denied(view, role, claim, evidence)
    yield from _denied_in_logs(view, [role.name for role in told])


def _role_of(document: Document) -> EntityRef:
    arn = document.text("Record.userIdentity.arn") or ""
    found = _ROLE.search(arn)
    return EntityRef(kind="role", name=found[1] if found else document.text("Username") or arn)


def _denied_in_logs(view: AwsView, known: list[str]) -> Iterator[Hypothesis]:
    lines = [line for line in view.logs(_SAYS_DENIED) if line.entity]
    for entity in dict.fromkeys(line.entity for line in lines if line.entity):
        own = [line for line in lines if line.entity == entity]
        if len(own) < _FEWEST or not view.recent.contains(own[-1].timestamp):
            continue
        found = _ROLE.search(own[-1].message)
        role = EntityRef(kind="role", name=found[1]) if found else entity
        if role.name not in known:
            claim = _said(view, own[-1], _SAYS_DENIED, "denied calls", sufficiency=2.2)
            evidence = tuple(_quoted(line) for line in own[:2])
            yield _denied(view, role, claim, evidence, entity)


def _denied(
    view: AwsView,
    role: EntityRef,
    claim: Claim,
    evidence: tuple[Evidence, ...],
    *further: EntityRef,
) -> Hypothesis:
    onset = evidence[0].at
    taken = [
        event
        for event in suspects(view)
        if _PERMISSIONS.search(event.name) and role.name in event.parameters
    ]
    change = taken[-1] if taken and (onset is None or taken[-1].at <= onset) else None
    by = f" {change.text}." if change else ""
    return Hypothesis(
        cause=Cause(entity=role, failure_mode="iam_access_denied"),
        summary=f"{claim.text}{by}",
        claims=(claim, *((change.claim(view, role),) if change else ())),
        explains=view.explains(role, *further),
        onset=change.at if change else onset,
        change_ref=change.resource.entity.name if change else None,
        evidence=(*evidence, *((change.evidence(),) if change else ())),
    )


@check(needs=(f"objects:{_KEYS}",), modes=("kms_key_disabled",))
def unusable_keys(view: AwsView) -> Iterator[Found]:
    """Find keys that were switched off lately, or that something complains of."""
    lines = view.logs(_SAYS_KEY)
    for key in view.objects(_KEYS):
        state, entity = key.document.text("KeyMetadata.KeyState"), key.entity
        if state not in _UNUSABLE:
            continue
        made = [e for e in suspects(view) if e.name in _KEY_CHANGES and e.is_about(entity)]
        own = [line for line in lines if entity.name in line.message] or lines
        if not made and not own:
            continue
        text = f"The key {entity.name} is {'disabled' if state == 'Disabled' else state}."
        selector = ObjectSelector(
            kind=_KEYS, name=entity.name, where=f"KeyMetadata.KeyState == {literal(state)}"
        )
        said = tuple(_said(view, line, _SAYS_KEY, "refusals of the key") for line in own[-1:])
        writers = (line.entity for line in own if line.entity)
        yield Hypothesis(
            cause=Cause(entity=entity, failure_mode="kms_key_disabled"),
            summary=" ".join([text, *(f"{event.text}." for event in made[-1:])]),
            claims=(
                there_are(view, entity, selector, text),
                *(event.claim(view, entity) for event in made[-1:]),
                *said,
            ),
            explains=view.explains(entity, *dict.fromkeys(writers)),
            onset=made[-1].at if made else own[0].timestamp,
            change_ref=made[-1].resource.entity.name if made else None,
            evidence=tuple(_quoted(line) for line in own[:2]),
        )


@check(needs=(f"objects:{_CERTIFICATES}",), modes=("acm_certificate_expired",))
def expired_certificates(view: AwsView) -> Iterator[Found]:
    """Find certificates of ACM that are in use and have expired."""
    for certificate in view.objects(_CERTIFICATES):
        document, entity = certificate.document, certificate.entity
        if document.text("Status") != "EXPIRED" or not document.flag("InUse"):
            continue
        ended = moment(document.text("NotAfter"))
        domain = document.text("DomainName") or entity.name
        since = f" since {ended:%Y-%m-%d %H:%M} UTC" if ended else ""
        text = f"The certificate of {domain} has expired{since} and is in use."
        arn = literal(document.text("CertificateArn") or "")
        selector = ObjectSelector(
            kind=_CERTIFICATES, where=f"CertificateArn == {arn} && Status == 'EXPIRED' && InUse"
        )
        yield Hypothesis(
            cause=Cause(entity=entity, failure_mode="acm_certificate_expired"),
            summary=text,
            claims=(there_are(view, entity, selector, text, sufficiency=2.5),),
            explains=view.explains(entity),
            onset=ended,
            evidence=(
                Evidence(source=f"objects:{_CERTIFICATES}", entity=entity, at=ended, text=text),
            ),
        )


def _said(
    view: AwsView, line: LogLine, pattern: str, what: str, *, sufficiency: float = 1.0
) -> Claim:
    subject = line.entity or EntityRef(kind="service", name=view.alert.service or "unknown")
    selector = LogSelector(entity=line.entity, pattern=pattern)
    text = f"{subject.name} logged {what}: {line.message[:160]}"
    return logged(view, subject, selector, text, sufficiency=sufficiency)


def _quoted(line: LogLine) -> Evidence:
    return Evidence(source="logs", entity=line.entity, at=line.timestamp, text=line.message[:400])


CONTROL_PLANE_CHECKS: tuple[Check[AwsView], ...] = (
    rules_taken_away,
    denied_calls,
    unusable_keys,
    expired_certificates,
)
