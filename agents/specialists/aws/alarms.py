"""CloudWatch alarms: what they watch, the state they are in now, and how long since."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from agents.domain.base import EntityRef
from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Evidence, Finding, Hypothesis
from agents.domain.measures import Comparator, Measure, ObjectSelector, Reduction
from agents.domain.readings import Resource
from agents.specialists.aws.trail import moment
from agents.specialists.aws.view import AwsView
from agents.specialists.framework import Check, Found, check

_ALARMS = "cloudwatch.alarms"
_HISTORY = "cloudwatch.alarm_history"
_CHILD = re.compile(r"(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*\"?([^\")]+?)\"?\s*\)")
_NO_DATA = re.compile(r"no datapoints? (was|were) received|missing data|unevaluated", re.IGNORECASE)
_AROUND = timedelta(minutes=10)
"""How far the alarm's own firing may lie from the alert that it sent."""
_SETTLED = timedelta(minutes=3)
"""How long an alarm must have been back to count as recovered and not as flapping."""


@dataclass(frozen=True, slots=True)
class _Return:
    """An alarm that fired about when the alert came and is back."""

    alarm: Resource
    fired_at: datetime
    back_at: datetime


@check(needs=(f"objects:{_ALARMS}",), modes=())
def firing_alarms(view: AwsView) -> Iterator[Found]:
    """Name every alarm that fires or lacks data now, with its metric and its own reason."""
    states = {a.entity.name: a.document.text("StateValue") for a in view.objects(_ALARMS)}
    for alarm in view.objects(_ALARMS):
        state = alarm.document.text("StateValue")
        if state == "ALARM":
            yield _finding(alarm, _firing_text(alarm, states), is_anomalous=True)
        elif state == "INSUFFICIENT_DATA":
            text = f"Alarm {alarm.entity.name} has no data of {_watched(alarm)}: it says nothing."
            yield _finding(alarm, text, is_anomalous=False)


def _firing_text(alarm: Resource, states: dict[str, str | None]) -> str:
    reason = alarm.document.text("StateReason") or "no reason given"
    rule = alarm.document.text("AlarmRule")
    if rule:
        children = dict.fromkeys(name for _, name in _CHILD.findall(rule))
        firing = [name for name in children if states.get(name) == "ALARM"]
        return f"Composite alarm {alarm.entity.name} fires for {', '.join(firing) or reason}"
    treats = alarm.document.text("TreatMissingData")
    if _NO_DATA.search(reason) and treats == "breaching":
        return (
            f"Alarm {alarm.entity.name} fires because {_watched(alarm)} has no data, which it "
            f"counts as breaching: no value is beyond its threshold. {reason}"
        )
    return f"Alarm {alarm.entity.name} fires on {_watched(alarm)}: {reason}"


def _watched(alarm: Resource) -> str:
    document = alarm.document
    metric = document.text("MetricName")
    return f"{document.text('Namespace')}:{metric}" if metric else "several metrics"


def _finding(alarm: Resource, text: str, *, is_anomalous: bool) -> Finding:
    quoted = Evidence(source=f"objects:{_ALARMS}", entity=alarm.entity, text=text)
    return Finding(text=text, is_anomalous=is_anomalous, evidence=(quoted,))


@check(needs=(f"objects:{_ALARMS}", f"objects:{_HISTORY}"), modes=("recovered",))
def alarms_that_are_back(view: AwsView) -> Iterator[Found]:
    """Say that it is over when the alarm that sent the alert is OK again and no other fires."""
    concerned = [alarm for alarm in view.objects(_ALARMS) if _concerns(view, alarm)]
    if any(alarm.document.text("StateValue") == "ALARM" for alarm in concerned):
        return
    back = [found for alarm in concerned if (found := _return_of(view, alarm))]
    named = [one for one in back if _is_named(view, one.alarm.entity.name)]
    chosen = named or back
    if not chosen:
        return
    entity = EntityRef(kind="service", name=view.alert.service or chosen[0].alarm.entity.name)
    last = max(one.back_at for one in chosen)
    names = ", ".join(one.alarm.entity.name for one in chosen)
    yield Hypothesis(
        cause=Cause(entity=entity, failure_mode="recovered"),
        summary=f"{names} fired and has been OK again since {last:%H:%M:%S} UTC.",
        claims=tuple(claim for one in chosen for claim in _is_back(view, one)),
        explains=view.explains(entity),
        onset=min(one.fired_at for one in chosen),
        evidence=tuple(_told(one) for one in chosen),
        prior_shift=1.0 if named else 0.0,
    )


def _concerns(view: AwsView, alarm: Resource) -> bool:
    """Tell whether an alarm is the alert's own, or watches something on its path.

    In a large account some alarm always fires, and some other one has just come back.
    """
    service = view.alert.service
    if service is None or _is_named(view, alarm.entity.name):
        return True
    reach = {service, *view.topology.dependencies(service)}
    on_path = [r.name for s in view.topology.services if s.name in reach for r in s.resources]
    watched = alarm.document.texts("Dimensions[].Value")
    parts = {part for value in watched for part in value.split("/")}
    return bool(parts & {*on_path, *reach})


def _return_of(view: AwsView, alarm: Resource) -> _Return | None:
    """Return when an alarm fired and came back, if it did and has settled since."""
    steps = sorted(
        (at, one.document.text("Data.newState.stateValue") or _summed_up(one))
        for one in view.objects(_HISTORY)
        if one.entity == alarm.entity and (at := moment(one.document.text("Timestamp")))
    )
    fired = [at for at, state in steps if state == "ALARM" and _is_near(view, at)]
    after = [at for at, state in steps if state == "OK" and fired and at > fired[0]]
    if alarm.document.text("StateValue") != "OK" or not after or steps[-1][1] != "OK":
        return None
    is_settled = steps[-1][0] + _SETTLED <= view.now
    return _Return(alarm, fired[0], steps[-1][0]) if is_settled else None


def _summed_up(item: Resource) -> str:
    return (item.document.text("HistorySummary") or "").rpartition(" to ")[2]


def _is_near(view: AwsView, at: datetime) -> bool:
    return view.alert.started_at - _AROUND <= at <= view.alert.started_at + _AROUND


def _is_named(view: AwsView, name: str) -> bool:
    alert = view.alert
    said = [alert.title, alert.text, alert.external_id, *alert.labels.values()]
    return any(name in text for text in said) or any(e.name == name for e in alert.entities)


def _is_back(view: AwsView, one: _Return) -> Iterator[Claim]:
    """Yield the claim on the alarm's present state, and the one on its own history."""
    alarm = one.alarm.entity
    state = ObjectSelector(kind=_ALARMS, name=alarm.name, path="StateValue")
    yield Claim(
        text=f"{alarm.name} is OK now.",
        subject=alarm,
        measure=Measure(selector=state, reduce=Reduction.LAST),
        comparator=Comparator.EQUAL,
        expected="OK",
        window=view.window,
        sufficiency=1.5,
    )
    told = ObjectSelector(
        kind=_HISTORY,
        name=alarm.name,
        where="contains(HistorySummary, 'to ALARM')",
        path="HistorySummary",
    )
    yield Claim(
        text=f"{alarm.name} fired at {one.fired_at:%H:%M:%S} UTC.",
        subject=alarm,
        measure=Measure(selector=told, reduce=Reduction.COUNT),
        comparator=Comparator.AT_LEAST,
        expected=1,
        window=view.window,
        sufficiency=0.7,
    )


def _told(one: _Return) -> Evidence:
    name = one.alarm.entity.name
    text = f"{name}: ALARM at {one.fired_at:%H:%M:%S}, OK at {one.back_at:%H:%M:%S} UTC"
    return Evidence(
        source=f"objects:{_HISTORY}", entity=one.alarm.entity, at=one.back_at, text=text
    )


ALARM_CHECKS: tuple[Check[AwsView], ...] = (firing_alarms, alarms_that_are_back)
