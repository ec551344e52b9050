"""Load balancers: targets that get no traffic, and the reason that AWS gives."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from agents.domain.base import EntityRef
from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Evidence, Finding, Hypothesis
from agents.domain.measures import Comparator, ObjectSelector, Reduction
from agents.domain.readings import Resource
from agents.specialists.aws.claims import literal, metric, there_are
from agents.specialists.aws.view import AwsView, Signal
from agents.specialists.framework import Check, Found, check

_HEALTH = "elbv2.target_health"
_MODES = {
    "Target.Timeout": "unhealthy_targets_timeout",
    "Target.FailedHealthChecks": "unhealthy_targets_failed_checks",
    "Target.ResponseCodeMismatch": "unhealthy_targets_response_code",
    "Target.NotInUse": "targets_not_in_use",
    "Target.InvalidState": "targets_not_in_use",
    "Target.IpUnusable": "targets_not_in_use",
}
_OUT = ("unhealthy", "unused", "unavailable")
_NAMESPACES = ("AWS/ApplicationELB", "AWS/NetworkELB")
_ALL_OUT = 0.5
_FEW_OUT = -1.2


@dataclass(frozen=True, slots=True)
class Group:
    """The targets of one target group."""

    entity: EntityRef
    where: str
    """Picks its targets among all."""
    targets: tuple[Resource, ...]

    def out_for(self, reason: str) -> tuple[Resource, ...]:
        """Return the targets that are out for a reason."""
        return tuple(t for t in self.targets if _reason(t) == reason and _state(t) in _OUT)

    @property
    def has_healthy(self) -> bool:
        """Whether any target serves."""
        return any(_state(target) == "healthy" for target in self.targets)


@check(needs=(f"objects:{_HEALTH}",), modes=tuple(dict.fromkeys(_MODES.values())))
def targets_without_traffic(view: AwsView) -> Iterator[Found]:
    """Name target groups whose targets are out of service now, with the reason that AWS gives."""
    groups = groups_of(view)
    for group in groups:
        for reason, mode in _MODES.items():
            out = group.out_for(reason)
            if out and not (reason == "Target.NotInUse" and _is_spare(view, group, groups)):
                yield _hypothesis(view, group, mode, reason, out)
        if group.targets and all(_state(target) == "healthy" for target in group.targets):
            text = f"All {len(group.targets)} targets of {group.entity.name} are healthy."
            yield Finding(text=text, is_anomalous=False)


def groups_of(view: AwsView) -> tuple[Group, ...]:
    """Return the targets by their target group, as far as it was recorded."""
    found: dict[tuple[str, str], list[Resource]] = defaultdict(list)
    for target in view.objects(_HEALTH):
        document = target.document
        arn = document.text("TargetGroupArn")
        if name := document.text("TargetGroupName"):
            found[name, f"TargetGroupName == {literal(name)}"].append(target)
        elif arn:
            name = arn.split("/")[1] if "/" in arn else arn
            found[name, f"TargetGroupArn == {literal(arn)}"].append(target)
        else:
            found[_only_group(view), ""].append(target)
    return tuple(
        Group(EntityRef(kind="target_group", name=name), where, tuple(targets))
        for (name, where), targets in found.items()
    )


def _only_group(view: AwsView) -> str:
    names = [group.entity.name for group in view.related("elbv2.target_groups")]
    return names[0] if len(names) == 1 else "unknown"


def _is_spare(view: AwsView, group: Group, groups: tuple[Group, ...]) -> bool:
    """Tell whether a group without a listener is the idle half of a blue-green pair, or nobody's.

    Somebody misses it only when nothing else of the same service serves.
    """
    own = view.explains(group.entity)[1:]
    others = (other for other in groups if other is not group and other.has_healthy)
    served = [entity for other in others for entity in view.explains(other.entity)]
    return not own or any(entity in served for entity in own)


def _hypothesis(
    view: AwsView, group: Group, mode: str, reason: str, out: tuple[Resource, ...]
) -> Hypothesis:
    count, total = len(out), len(group.targets)
    said = out[0].document.text("TargetHealth.Description") or "no description given"
    own = f"TargetHealth.Reason == {literal(reason)}"
    selector = ObjectSelector(kind=_HEALTH, where=f"{group.where} && {own}" if group.where else own)
    text = f"{count} of {total} targets of {group.entity.name} are out with {reason}."
    least = max(1, count // 2)
    counted = _counted(view, group)
    lately = tuple(_unhealthy_lately(view, one) for one in counted)
    onset = min((t for s in counted if (t := s.first_beyond(1, view.window))), default=None)
    return Hypothesis(
        cause=Cause(entity=group.entity, failure_mode=mode),
        summary=f"{text[:-1]}: {said}.".replace("..", "."),
        claims=(
            there_are(view, group.entity, selector, text, least=least, sufficiency=3.0),
            *lately,
        ),
        explains=view.explains(group.entity, *_balancers(view, group), *_instances(out)),
        onset=onset,
        evidence=tuple(_quoted(target) for target in out[:3]),
        prior_shift=_ALL_OUT if count == total else _FEW_OUT if 2 * count < total else 0.0,
    )


def _counted(view: AwsView, group: Group) -> tuple[Signal, ...]:
    """Return the series of the group's unhealthy hosts that show some now."""
    return tuple(
        signal
        for namespace in _NAMESPACES
        for signal in view.signals(namespace, "UnHealthyHostCount", "Maximum", "Average")
        if signal.entity == group.entity and any(v >= 1 for v in signal.values(view.recent))
    )


def _unhealthy_lately(view: AwsView, signal: Signal) -> Claim:
    text = f"CloudWatch counts unhealthy hosts in {signal.entity.name}."
    return metric(view, signal, Reduction.MAX, Comparator.AT_LEAST, 1.0, text, sufficiency=0.3)


def _balancers(view: AwsView, group: Group) -> Iterator[EntityRef]:
    for one in view.related("elbv2.target_groups"):
        if one.entity == group.entity:
            for arn in one.document.texts("LoadBalancerArns"):
                parts = arn.split("/")
                yield EntityRef(kind="load_balancer", name=parts[-2] if parts[2:] else arn)


def _instances(out: tuple[Resource, ...]) -> Iterator[EntityRef]:
    ids = (target.document.text("Target.Id") or "" for target in out)
    yield from (EntityRef(kind="instance", name=one) for one in ids if one.startswith("i-"))


def _quoted(target: Resource) -> Evidence:
    document = target.document
    port = document.number("Target.Port")
    at = f":{port:.0f}" if port else ""
    text = (
        f"{document.text('Target.Id')}{at} is {_state(target)}: {_reason(target)}, "
        f"{document.text('TargetHealth.Description') or ''}"
    )
    return Evidence(source=f"objects:{_HEALTH}", entity=target.entity, text=text)


def _state(target: Resource) -> str:
    return target.document.text("TargetHealth.State") or ""


def _reason(target: Resource) -> str:
    return target.document.text("TargetHealth.Reason") or ""


LOAD_BALANCING_CHECKS: tuple[Check[AwsView], ...] = (targets_without_traffic,)
