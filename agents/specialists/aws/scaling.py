"""Auto Scaling: activities that failed, and what AWS says stopped them."""

import re
from collections import defaultdict
from collections.abc import Iterator

from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Evidence, Finding, Hypothesis
from agents.domain.measures import ObjectSelector
from agents.domain.readings import Resource
from agents.specialists.aws.claims import literal, there_are
from agents.specialists.aws.trail import moment
from agents.specialists.aws.view import AwsView
from agents.specialists.framework import Check, Found, check

_ACTIVITIES = "autoscaling.scaling_activities"
_GROUPS = "autoscaling.auto_scaling_groups"
_FAILED = ("Failed", "Cancelled")
_REASONS = {
    "scaling_lacks_capacity": (
        "insufficient capacity|InsufficientInstanceCapacity|do not have sufficient|"
        "no Spot capacity|UnfulfillableCapacity|capacity-not-available"
    ),
    "scaling_hits_quota": (
        "LimitExceeded|quota|vCPU limit|InsufficientFreeAddresses|instances? limit|"
        "more (instances|vCPU)|not enough free addresses"
    ),
    "scaling_cannot_launch": (
        "does not exist|not (found|authorized|supported|valid)|invalid|no longer|deleted|"
        "Client.InternalError|AccessDenied|UnauthorizedOperation|has been deregistered|KMS"
    ),
}
"""Which words of AWS speak of which mode; the first that fits."""
_IN_SERVICE = "length(Instances[?LifecycleState == 'InService'])"


@check(needs=(f"objects:{_ACTIVITIES}",), modes=tuple(_REASONS))
def failed_scaling(view: AwsView) -> Iterator[Found]:
    """Find groups whose newest scaling activities fail, and tell what AWS gives as the reason."""
    by_group: dict[str, list[Resource]] = defaultdict(list)
    for activity in view.objects(_ACTIVITIES):
        by_group[activity.entity.name].append(activity)
    for name, activities in by_group.items():
        ordered = sorted(activities, key=lambda a: a.document.text("StartTime") or "")
        failed = [one for one in ordered if _is_of_the_incident(view, one)]
        if not failed:
            continue
        launches = [one for one in ordered if _is_launch(one) or one in failed]
        if launches[-1].document.text("StatusCode") == "Successful":
            text = f"Scaling of {name} failed and has succeeded since."
            yield Finding(text=text, is_anomalous=False)
            continue
        mode = _mode(_message(failed[-1]))
        if mode:
            yield _hypothesis(view, mode, failed)


def _is_of_the_incident(view: AwsView, activity: Resource) -> bool:
    at = moment(activity.document.text("StartTime"))
    is_failed = activity.document.text("StatusCode") in _FAILED
    return at is not None and view.window.contains(at) and is_failed


def _is_launch(activity: Resource) -> bool:
    """Tell launches from terminations: that one instance ended well says nothing of the next."""
    return "launch" in (activity.document.text("Description") or "launch").casefold()


def _mode(message: str) -> str | None:
    fits = (mode for mode, words in _REASONS.items() if re.search(words, message, re.IGNORECASE))
    return next(fits, None)


def _hypothesis(view: AwsView, mode: str, failed: list[Resource]) -> Hypothesis:
    last, entity = failed[-1], failed[-1].entity
    identity = last.document.text("ActivityId") or ""
    selector = ObjectSelector(
        kind=_ACTIVITIES,
        name=entity.name,
        where=f"ActivityId == {literal(identity)} && StatusCode == 'Failed'"
        if last.document.text("StatusCode") == "Failed"
        else f"ActivityId == {literal(identity)}",
    )
    text = f"{len(failed)} launches of {entity.name} failed, the last with: {_message(last)}"
    return Hypothesis(
        cause=Cause(entity=entity, failure_mode=mode),
        summary=text,
        claims=(there_are(view, entity, selector, text, sufficiency=2.3), *_short(view, last)),
        explains=view.explains(entity),
        prior_shift=view.relevance(entity),
        onset=moment(failed[0].document.text("StartTime")),
        evidence=tuple(
            Evidence(
                source=f"objects:{_ACTIVITIES}",
                entity=entity,
                at=moment(one.document.text("StartTime")),
                text=_message(one)[:400],
            )
            for one in failed[-3:]
        ),
    )


def _short(view: AwsView, activity: Resource) -> Iterator[Claim]:
    """Yield the claim that the group has fewer instances in service than it wants, if it has."""
    for group in view.related(_GROUPS):
        own = group.document.number("DesiredCapacity")
        serving = group.document.number(_IN_SERVICE)
        is_short = own is not None and serving is not None and serving < own
        if group.entity == activity.entity and is_short:
            text = f"{group.entity.name} has {serving:.0f} of {own:.0f} instances in service."
            where = f"{_IN_SERVICE} < DesiredCapacity"
            selector = ObjectSelector(kind=_GROUPS, name=group.entity.name, where=where)
            yield there_are(view, group.entity, selector, text, sufficiency=1.0)


def _message(activity: Resource) -> str:
    document = activity.document
    return document.text("StatusMessage") or document.text("Description") or "no reason given"


SCALING_CHECKS: tuple[Check[AwsView], ...] = (failed_scaling,)
