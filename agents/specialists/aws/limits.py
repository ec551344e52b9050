"""What runs out: table capacity, API rates, burst credits, NAT ports, addresses, quotas."""

import re
from collections import defaultdict
from collections.abc import Iterator

from agents.domain.base import EntityRef
from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Evidence, Hypothesis
from agents.domain.measures import Comparator, LogSelector, ObjectSelector, Reduction
from agents.domain.readings import Resource
from agents.specialists.aws.claims import literal, logged, metric, there_are
from agents.specialists.aws.compute import instance_of_volume
from agents.specialists.aws.trail import EVENTS, Event, events
from agents.specialists.aws.view import AwsView, Signal
from agents.specialists.framework import Check, Found, check

_FEWEST = 5
_SUBNETS = "ec2.subnets"
_QUOTAS = "service-quotas.service_quotas"
_NO_ADDRESS_LEFT = 0
_NO_ADDRESS = "InsufficientFreeAddresses|insufficient free addresses|not enough free addresses"
_THROTTLED = re.compile(r"Throttl|RequestLimitExceeded|TooManyRequests|SlowDown|RateExceeded")
_SAYS_THROTTLED = (
    r"ThrottlingException|RequestLimitExceeded|\bRate exceeded|TooManyRequestsException|"
    r"Throttling: |SlowDown"
)
_QUOTA_ERROR = re.compile(r"LimitExceeded|QuotaExceeded|Limit(Reached|Exceed)|QuotaReached")
_LOW_BALANCE = 5.0
_LOW_CREDITS = 1.0
_ONCE_HAD = 5.0
_QUOTA_SHARE = 0.99
_COUNTS = (
    ("AWS/DynamoDB", "ThrottledRequests", "dynamodb_throttled", "requests were throttled"),
    ("AWS/DynamoDB", "ReadThrottleEvents", "dynamodb_throttled", "reads were throttled"),
    ("AWS/DynamoDB", "WriteThrottleEvents", "dynamodb_throttled", "writes were throttled"),
    ("AWS/NATGateway", "ErrorPortAllocation", "nat_port_allocation", "connections got no port"),
)
_BALANCES = (
    ("AWS/EBS", "BurstBalance"),
    ("AWS/RDS", "BurstBalance"),
    ("AWS/RDS", "EBSIOBalance%"),
    ("AWS/RDS", "EBSByteBalance%"),
    ("AWS/EC2", "EBSIOBalance%"),
    ("AWS/EC2", "EBSByteBalance%"),
)


@check(needs=("metrics",), modes=("dynamodb_throttled", "nat_port_allocation"))
def refused_for_want_of_capacity(view: AwsView) -> Iterator[Found]:
    """Find tables and NAT gateways that refuse work now, and did not before."""
    named: set[str] = set()
    for namespace, name, mode, what in _COUNTS:
        for refused in view.signals(namespace, name, "Sum"):
            lately = sum(refused.values(view.recent))
            if lately < _FEWEST or not view.goes_on(refused) or refused.entity.key in named:
                continue
            named.add(refused.entity.key)
            text = f"{lately:.0f} {what} at {refused.entity.name} lately."
            claim = metric(
                view,
                refused,
                Reduction.SUM,
                Comparator.AT_LEAST,
                lately / 2,
                text,
                sufficiency=2.5,
            )
            onset = refused.first_beyond(view.usual(refused) + 1.0, view.window)
            yield _of_signal(view, refused, mode, claim).model_copy(update={"onset": onset})


@check(needs=("metrics",), modes=("burst_balance_exhausted",))
def spent_burst_balances(view: AwsView) -> Iterator[Found]:
    """Find disks whose burst balance is used up now."""
    for namespace, name in _BALANCES:
        for balance in view.signals(namespace, name, "Average", "Minimum"):
            if not balance.values(view.recent) or balance.last > _LOW_BALANCE:
                continue
            text = f"The burst balance of {balance.entity.name} is {balance.last:.0f} %."
            claim = metric(
                view,
                balance,
                Reduction.LAST,
                Comparator.AT_MOST,
                _LOW_BALANCE,
                text,
                sufficiency=2.5,
            )
            attached = instance_of_volume(view, balance.entity)
            yield _of_signal(view, balance, "burst_balance_exhausted", claim, attached)


@check(needs=("metrics",), modes=("cpu_credits_exhausted",))
def spent_cpu_credits(view: AwsView) -> Iterator[Found]:
    """Find burstable instances that ran out of credits and get no surplus ones."""
    for namespace in ("AWS/EC2", "AWS/RDS"):
        surplus = view.signals(namespace, "CPUSurplusCreditBalance", "Average", "Maximum")
        unlimited = [one.entity for one in surplus if one.last > 0]
        for credits_left in view.signals(namespace, "CPUCreditBalance", "Average", "Minimum"):
            had_some = max(credits_left.series.values) >= _ONCE_HAD
            is_spent = bool(credits_left.values(view.recent)) and credits_left.last <= _LOW_CREDITS
            if not (is_spent and had_some) or credits_left.entity in unlimited:
                continue
            text = f"{credits_left.entity.name} has {credits_left.last:.1f} CPU credits left."
            claim = metric(
                view,
                credits_left,
                Reduction.LAST,
                Comparator.AT_MOST,
                _LOW_CREDITS,
                text,
                sufficiency=2.5,
            )
            yield _of_signal(view, credits_left, "cpu_credits_exhausted", claim)


@check(needs=(f"objects:{_SUBNETS}",), modes=("subnet_addresses_exhausted",))
def full_subnets(view: AwsView) -> Iterator[Found]:
    """Find subnets without a free address, where something complains of it."""
    complaints = _complaints_of_addresses(view)
    for subnet in view.objects(_SUBNETS):
        free = subnet.document.number("AvailableIpAddressCount")
        if free is None or free > _NO_ADDRESS_LEFT:
            continue
        name = subnet.entity.name
        text = f"{name} has {free:.0f} free addresses."
        selector = ObjectSelector(
            kind=_SUBNETS, name=name, where=f"AvailableIpAddressCount <= `{_NO_ADDRESS_LEFT}`"
        )
        said = next((one for one in complaints if name in one.text or len(complaints) == 1), None)
        yield Hypothesis(
            cause=Cause(entity=subnet.entity, failure_mode="subnet_addresses_exhausted"),
            summary=f"{text} {said.text}" if said else text,
            claims=(there_are(view, subnet.entity, selector, text, sufficiency=2.0),),
            explains=view.explains(
                subnet.entity, *(c.entity for c in complaints if c.entity is not None)
            ),
            evidence=tuple(complaints[:3]),
            prior_shift=1.0 if said else -1.0,
        )


def _complaints_of_addresses(view: AwsView) -> list[Evidence]:
    """Return what Auto Scaling and ECS say of missing addresses in the window."""
    kinds = (("autoscaling.scaling_activities", "StatusMessage"), ("ecs.tasks", "stoppedReason"))
    return [
        Evidence(source=f"objects:{kind}", entity=one.entity, text=said[:400])
        for kind, path in kinds
        for one in view.related(kind)
        if (said := one.document.text(path)) and re.search(_NO_ADDRESS, said, re.IGNORECASE)
    ]


@check(needs=(), modes=("aws_api_throttled",))
def throttled_calls(view: AwsView) -> Iterator[Found]:
    """Find APIs whose calls AWS throttles, in CloudTrail or in what callers log."""
    by_call: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in events(view):
        if _THROTTLED.search(event.error) and view.window.contains(event.at):
            by_call[event.service, event.name].append(event)
    for (service, name), throttled in by_call.items():
        if len(throttled) >= _FEWEST and view.recent.contains(throttled[-1].at):
            yield _throttled_call(view, service, name, throttled)
    if by_call:
        return
    lines = [line for line in view.logs(_SAYS_THROTTLED) if line.entity]
    for entity in dict.fromkeys(line.entity for line in lines if line.entity):
        own = [line for line in lines if line.entity == entity]
        if len(own) < _FEWEST or not view.recent.contains(own[-1].timestamp):
            continue
        text = f"{entity.name} logged {len(own)} throttled calls: {own[-1].message[:160]}"
        selector = LogSelector(entity=entity, pattern=_SAYS_THROTTLED)
        yield Hypothesis(
            cause=Cause(entity=entity, failure_mode="aws_api_throttled"),
            summary=text,
            claims=(logged(view, entity, selector, text, sufficiency=2.0),),
            explains=view.explains(entity),
            prior_shift=view.relevance(entity),
            onset=own[0].timestamp,
            evidence=(Evidence(source="logs", entity=entity, text=own[0].message[:400]),),
        )


def _throttled_call(view: AwsView, service: str, name: str, throttled: list[Event]) -> Hypothesis:
    entity = EntityRef(kind="aws_service", name=service)
    text = f"{len(throttled)} calls of {service}:{name} were refused with {throttled[-1].error}."
    where = f"EventName == {literal(name)} && Record.errorCode == {literal(throttled[-1].error)}"
    selector = ObjectSelector(kind=EVENTS, where=where)
    callers = [EntityRef(kind="role", name=event.author) for event in throttled[-1:]]
    return Hypothesis(
        cause=Cause(entity=entity, failure_mode="aws_api_throttled"),
        summary=f"{text} The last caller was {throttled[-1].author}.",
        claims=(there_are(view, entity, selector, text, least=_FEWEST, sufficiency=2.5),),
        explains=view.explains(entity, *callers),
        prior_shift=view.relevance(entity, *callers),
        onset=throttled[0].at,
        evidence=tuple(event.evidence() for event in throttled[-3:]),
    )


@check(needs=(), modes=("service_quota_reached",))
def used_up_quotas(view: AwsView) -> Iterator[Found]:
    """Find quotas that are used up now, by usage metrics or by calls that were refused for it."""
    refused = [
        event
        for event in events(view)
        if _QUOTA_ERROR.search(event.error)
        and not _THROTTLED.search(event.error)
        and view.window.contains(event.at)
    ]
    services: set[str] = set()
    for quota in view.related(_QUOTAS):
        if used := _usage(view, quota):
            of_service = [e for e in refused if e.service == quota.document.text("ServiceCode")]
            services |= {event.service for event in of_service}
            yield _used_up(view, quota, used, of_service)
    for service in sorted({event.service for event in refused} - services):
        yield _refused_for_quota(view, service, [e for e in refused if e.service == service])


def _usage(view: AwsView, quota: Resource) -> Signal | None:
    """Return the usage of a quota, where it has a metric and is used up."""
    document, limit = quota.document, quota.document.number("Value")
    namespace = document.text("UsageMetric.MetricNamespace")
    name = document.text("UsageMetric.MetricName")
    dimensions = document.mapping("UsageMetric.MetricDimensions")
    if not (namespace and name and limit):
        return None
    return next(
        (
            one
            for one in view.account_signals(namespace, name, "Maximum", "Average")
            if dict(one.series.labels) == dict(dimensions)
            and one.values(view.recent)
            and one.last >= _QUOTA_SHARE * limit
        ),
        None,
    )


def _used_up(view: AwsView, quota: Resource, used: Signal, refused: list[Event]) -> Hypothesis:
    limit = quota.document.number("Value") or 0.0
    text = f"{used.last:.0f} of {limit:.0f} are used of “{quota.document.text('QuotaName')}”."
    claim = metric(
        view,
        used,
        Reduction.LAST,
        Comparator.AT_LEAST,
        _QUOTA_SHARE * limit,
        text,
        sufficiency=2.0,
    )
    return Hypothesis(
        cause=Cause(entity=quota.entity, failure_mode="service_quota_reached"),
        summary=text,
        claims=(claim, *(event.claim(view, quota.entity) for event in refused[-1:])),
        explains=view.explains(quota.entity),
        onset=used.first_beyond(_QUOTA_SHARE * limit, view.window),
        evidence=tuple(event.evidence() for event in refused[-3:]),
        prior_shift=0.5 if refused else -1.0,
    )


def _refused_for_quota(view: AwsView, service: str, refused: list[Event]) -> Hypothesis:
    entity = EntityRef(kind="aws_service", name=service)
    last = refused[-1]
    said = last.resource.document.text("Record.errorMessage") or last.error
    return Hypothesis(
        cause=Cause(entity=entity, failure_mode="service_quota_reached"),
        summary=f"{len(refused)} calls of {service} were refused for a quota: {said}",
        claims=(last.claim(view, entity, sufficiency=2.3),),
        explains=view.explains(entity),
        prior_shift=view.relevance(entity),
        onset=refused[0].at,
        evidence=tuple(event.evidence() for event in refused[-3:]),
    )


def _of_signal(
    view: AwsView, signal: Signal, mode: str, claim: Claim, further: tuple[EntityRef, ...] = ()
) -> Hypothesis:
    return Hypothesis(
        cause=Cause(entity=signal.entity, failure_mode=mode),
        summary=claim.text,
        claims=(claim,),
        explains=view.explains(signal.entity, *further),
        prior_shift=view.relevance(signal.entity, *further),
        evidence=(Evidence(source="metrics", entity=signal.entity, text=claim.text),),
    )


LIMIT_CHECKS: tuple[Check[AwsView], ...] = (
    refused_for_want_of_capacity,
    spent_burst_balances,
    spent_cpu_credits,
    full_subnets,
    throttled_calls,
    used_up_quotas,
)
