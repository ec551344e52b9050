"""What was taken away in the control plane: permissions, keys, certificates."""

import re
from collections import defaultdict
from collections.abc import Iterator

from agents.domain.base import EntityRef
from agents.domain.claims import Claim
from agents.domain.document import Document
from agents.domain.hypotheses import Cause, Evidence, Hypothesis
from agents.domain.measures import ObjectSelector
from agents.specialists.aws.claims import literal, quoted_line, said_in_logs, there_are
from agents.specialists.aws.trail import EVENTS, Event, events, moment, suspects
from agents.specialists.aws.view import AwsView
from agents.specialists.framework import Check, Found, check

_KEYS = "kms.key"
_CERTIFICATES = "acm.certificates"
_UNUSABLE = ("Disabled", "PendingDeletion")
_KEY_CHANGES = ("DisableKey", "ScheduleKeyDeletion")
_SAYS_KEY = "KMSInvalidState|DisabledException|KMS key .* (disabled|pending deletion)"
_SAYS_DENIED = "AccessDenied|is not authorized to perform|UnauthorizedOperation"
_DENIED = re.compile("AccessDenied|UnauthorizedOperation")
_ROLE = re.compile(r"(?:assumed-role|role)/([\w+=,.@-]+)")
_FEWEST = 3
_PERMISSIONS = re.compile(
    "(Put|Delete|Detach|Attach)(Role|User|Group)Policy|(Create|Delete)PolicyVersion|"
    "SetDefaultPolicyVersion|UpdateAssumeRolePolicy|PermissionsBoundary|ResourcePolicy|"
    "PutKeyPolicy|PutBucketPolicy|RemovePermission"
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
            claim = said_in_logs(view, own[-1], _SAYS_DENIED, "denied calls", sufficiency=2.2)
            evidence = tuple(quoted_line(line) for line in own[:2])
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
        said = tuple(
            said_in_logs(view, line, _SAYS_KEY, "refusals of the key") for line in own[-1:]
        )
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
            evidence=tuple(quoted_line(line) for line in own[:2]),
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


CONTROL_PLANE_CHECKS: tuple[Check[AwsView], ...] = (
    denied_calls,
    unusable_keys,
    expired_certificates,
)
