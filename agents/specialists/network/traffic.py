"""What comes from outside: more demand than before, and trouble that went away by itself."""

from collections.abc import Iterator
from datetime import timedelta

from agents.domain.base import EntityRef
from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Evidence, Finding, Hypothesis
from agents.domain.measures import Comparator
from agents.specialists.framework import Check, Found, check
from agents.specialists.network.deviations import (
    Deviation,
    deviation_of,
    deviations,
    limit_of,
    moments_beyond,
    recent_of,
)
from agents.specialists.network.faults import groups_of
from agents.specialists.network.readings import RECENT
from agents.specialists.network.signals import Kind, Signal, read, signals_of
from agents.specialists.network.view import NetworkView
from agents.specialists.network.vitals import vitals_of

_FELT = 0.7
_SLACK = timedelta(minutes=1)
_STRAINED = 3.0
"""Spreads of its ordinary noise from which a service is not back to usual."""
_QUIET_BEFORE = timedelta(minutes=3)
"""How long a signal must have been quiet before it counts as recovered."""


@check(needs=("metrics",), modes=("traffic_surge",))
def demand_that_came_first(view: NetworkView) -> Iterator[Found]:
    """Find services whose request rate multiplied before their errors or latency rose.

    Retries multiply requests too, but after the errors.
    """
    surging = {d.service: d for d in reversed(deviations(view, Kind.REQUESTS))}
    names = {service.name for service in surging}
    troubles = [d for kind in (Kind.ERRORS, Kind.LATENCY) for d in deviations(view, kind)]
    for service, surge in surging.items():
        is_passed_on = bool(names & set(view.topology.dependents(service.name)))
        is_retrying = any(d.onset + _SLACK < surge.onset for d in troubles)
        if not is_passed_on and not is_retrying:
            yield _surge(view, surge, is_felt=bool(troubles))


def _surge(view: NetworkView, surge: Deviation, *, is_felt: bool) -> Hypothesis:
    entity = surge.service
    reached = [
        EntityRef(kind="service", name=name) for name in view.topology.dependencies(entity.name)
    ]
    times = f"{surge.now / surge.usual:.1f} times" if surge.usual else "far more than"
    return Hypothesis(
        cause=Cause(entity=entity, failure_mode="traffic_surge"),
        summary=f"{entity.name} receives {times} its usual requests since "
        f"{surge.onset:%H:%M} UTC, and nothing else rose before.",
        claims=(surge.claim,),
        explains=(entity, *reached),
        onset=surge.onset,
        evidence=(Evidence(source="metrics", entity=entity, text=surge.claim.text),),
        prior_shift=_FELT if is_felt else 0.0,
    )


@check(needs=("metrics",), modes=("recovered",))
def signals_that_are_back(view: NetworkView) -> Iterator[Found]:
    """Say that it is over, when what rose for the alert's service is back within its usual range.

    Nothing else of that service may deviate, and its recent logs must not tell of failures.
    """
    own = [s for s in signals_of(view) if _is_about_the_alert(view, s)]
    unusual = [s for s in own if s.kind is not Kind.REQUESTS and deviation_of(view, s)]
    if unusual or not own or _still_complaints(view) or _is_strained(view):
        return
    risen = [s for s in own if s.kind is not Kind.REQUESTS and _has_passed(view, s)]
    for signal in own:
        if signal not in risen and signal.kind is not Kind.REQUESTS:
            yield Finding(
                text=f"{signal.name} of {signal.entity.name} is within its usual range.",
                is_anomalous=False,
            )
    if risen:
        yield _recovered(view, risen)


def _is_about_the_alert(view: NetworkView, signal: Signal) -> bool:
    service = view.service_of(signal.entity)
    named = {view.alert.service, *(entity.name for entity in view.alert.entities)}
    return service is not None and bool({service.name, signal.entity.name} & named)


def _still_complaints(view: NetworkView) -> bool:
    reach = {view.alert.service, *view.topology.dependencies(view.alert.service or "")}
    return any(
        group.callee.name in reach or {caller.name for caller in group.callers} & reach
        for group in groups_of(view)
    )


def _is_strained(view: NetworkView) -> bool:
    """Tell whether the alert's service takes longer or fails more than usual, by its averages."""
    vitals = (v for kind in (Kind.LATENCY, Kind.ERRORS) for v in vitals_of(view, kind))
    own = (v for v in vitals if v.entity.name == view.alert.service)
    return any(v.score >= _STRAINED and not v.is_back for v in own)


def _has_passed(view: NetworkView, signal: Signal) -> bool:
    """Tell whether a signal was beyond its limit within the window, and has been quiet since.

    One that is no longer sampled is not quiet: nobody knows.
    """
    moments, end = moments_beyond(view, signal), recent_of(view, signal).end
    is_sampled = end + RECENT >= view.now
    return is_sampled and bool(moments) and moments[-1] + _QUIET_BEFORE <= end


def _recovered(view: NetworkView, risen: list[Signal]) -> Hypothesis:
    service = view.alert.service or risen[0].entity.name
    entity = EntityRef(kind="service", name=service)
    last = max(moments_beyond(view, signal)[-1] for signal in risen)
    first = min(moments_beyond(view, signal)[0] for signal in risen)
    return Hypothesis(
        cause=Cause(entity=entity, failure_mode="recovered"),
        summary=f"What rose for {service} at {first:%H:%M} UTC has been back within its usual "
        f"range since {last:%H:%M} UTC.",
        claims=tuple(_is_usual(view, signal) for signal in risen),
        explains=(entity,),
        onset=first,
        evidence=tuple(
            Evidence(source="metrics", entity=s.entity, text=_is_usual(view, s).text) for s in risen
        ),
        prior_shift=1.5,
    )


def _is_usual(view: NetworkView, signal: Signal) -> Claim:
    recent = recent_of(view, signal)
    _, limit = limit_of(view, signal, recent)
    now = read(view, signal.measure, recent)
    shown = "nothing" if now is None else f"{now:.4g}"
    return Claim(
        text=f"{signal.name} of {signal.entity.name} is {shown}, below {limit:.4g}.",
        subject=signal.entity,
        measure=signal.measure,
        comparator=Comparator.LESS,
        expected=limit,
        window=recent,
        sufficiency=1.5,
        necessity=3.0,
    )


TRAFFIC_CHECKS: tuple[Check[NetworkView], ...] = (demand_that_came_first, signals_that_are_back)
