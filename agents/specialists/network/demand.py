"""What metrics alone show of causes from outside: demand, a neighbour, or nothing at all."""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta

from agents.domain.base import EntityRef, Window
from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Evidence, Hypothesis
from agents.domain.measures import Comparator, Measure, MetricSelector, Reduction
from agents.domain.readings import Series
from agents.specialists.changes.symptoms import Symptom
from agents.specialists.framework import Check, Found, check
from agents.specialists.network.symptoms import symptoms_of
from agents.specialists.network.view import NetworkView

_DEMAND = re.compile(
    r"request_?rate|requests?_per|requests?_?(?:total|count)|(?:^|_)rps|inbound|ingress|traffic|"
    r"sessions|active_users|concurrent_users|page_?views|messages_in|events_in|orders_per|"
    r"logins_per|checkouts_per|ingest|new_connections|bytes_in|published_per",
    re.IGNORECASE,
)
_NOT_DEMAND = re.compile(
    r"error|fail|5xx|4xx|quer|db_|retr|cache|reject|dropp|throttl", re.IGNORECASE
)
_STEAL = re.compile(r"steal|noisy|neighbou?r|contention", re.IGNORECASE)

_TIMES = 1.8
_ENOUGH = 12
_ANY_PEAK = (Reduction.MAX, Reduction.LAST)
_SLACK = timedelta(seconds=90)
_ONSET_SLACK = timedelta(minutes=2)


@check(needs=("metrics",), modes=("traffic_surge",))
def demand_that_multiplied(view: NetworkView) -> Iterator[Found]:
    """Find demand that rose for good, before or with everything else that went wrong."""
    moved = [one for one in symptoms_of(view) if one.kind == "metric" and one.rises]
    rising = [
        one
        for one in moved
        if _DEMAND.search(one.name)
        and not _NOT_DEMAND.search(one.name)
        and one.after >= _TIMES * max(one.before, 1e-9)
    ]
    others = [one for one in moved if one not in rising]
    if not rising or not others:
        return
    first = min(rising, key=lambda one: one.onset)
    if first.onset <= min(one.onset for one in others) + _ONSET_SLACK:
        yield _by_metric(view, "traffic_surge", first, _others(rising, first), shift=0.9)


def _others(several: Iterable[Symptom], but: Symptom) -> tuple[Symptom, ...]:
    return tuple(one for one in several if one is not but)[:1]


@check(needs=("metrics",), modes=("noisy_neighbour",))
def neighbour_that_takes_the_machine(view: NetworkView) -> Iterator[Found]:
    """Find time that the hypervisor gives to others, while our own load did not rise."""
    moved = [one for one in symptoms_of(view) if one.kind == "metric" and one.rises]
    stolen = [one for one in moved if _STEAL.search(one.name)]
    own = [one for one in moved if _DEMAND.search(one.name) and not _NOT_DEMAND.search(one.name)]
    if stolen and not own:
        yield _by_metric(view, "noisy_neighbour", stolen[0], (), shift=0.6)


def _by_metric(
    view: NetworkView, mode: str, first: Symptom, further: tuple[Symptom, ...], shift: float
) -> Hypothesis:
    entity = first.entity or EntityRef(kind="service", name=view.alert.service or "unknown")
    hit = [one.entity for one in symptoms_of(view) if one.entity]
    return Hypothesis(
        cause=Cause(entity=entity, failure_mode=mode),
        summary=f"{first.quote} on {entity.name} at {first.onset:%H:%M} UTC, and nothing else "
        "moved before.",
        claims=tuple(
            claim for one in (first, *further) for claim in _metric_claims(view, one, entity)
        ),
        explains=tuple(dict.fromkeys([entity, *hit]))[:8],
        onset=first.onset,
        evidence=(Evidence(source="metrics", entity=entity, at=first.onset, text=first.quote),),
        prior_shift=shift,
    )


def _metric_claims(view: NetworkView, moved: Symptom, entity: EntityRef) -> Iterator[Claim]:
    middle = (moved.before + moved.after) / 2
    measure = Measure(
        selector=MetricSelector(name=moved.name, entity=moved.entity), reduce=Reduction.P50
    )
    spans = (
        (Comparator.AT_LEAST, "at least", Window(start=moved.onset, end=view.now)),
        (Comparator.LESS, "below", Window(start=view.told.start, end=moved.onset - _SLACK)),
    )
    for comparator, way, window in spans:
        yield Claim(
            text=f"{moved.name} is {way} {middle:.4g} from {window.start:%H:%M} to "
            f"{window.end:%H:%M} UTC.",
            subject=entity,
            measure=measure,
            comparator=comparator,
            expected=middle,
            window=window,
            sufficiency=0.8,
            necessity=2.0,
        )


@check(needs=("metrics", "logs"), modes=("false_alert",))
def alert_that_nothing_bears_out(view: NetworkView) -> Iterator[Found]:
    """Say that the alert is wrong, where its own metric never left its usual range.

    Everything else of the service must be as usual too, and its logs must not complain anew.
    """
    service, metric = view.alert.service, view.alert.labels.get("metric") or ""
    if not service or not metric or any(one.kind != "alert" for one in symptoms_of(view)):
        return
    entity = EntityRef(kind="service", name=service)
    own = [
        one for one in view.series_of(entity) if one.name == metric and len(one.values) > _ENOUGH
    ]
    for series in own[:1]:
        early = series.values[: len(series.values) // 2]
        most = max(early) + (max(early) - min(early))
        if max(series.values) > most:
            return
        claims = tuple(_stays_below(view, series, entity, reduce, most) for reduce in _ANY_PEAK)
        yield Hypothesis(
            cause=Cause(entity=entity, failure_mode="false_alert"),
            summary=f"{metric} of {service} was never above {max(series.values):.4g}, its usual "
            "range; nothing else of it moved, and its logs do not complain.",
            claims=claims,
            explains=(entity,),
            evidence=(Evidence(source="metrics", entity=entity, text=claims[0].text),),
            prior_shift=0.8,
        )


def _stays_below(
    view: NetworkView, series: Series, entity: EntityRef, reduce: Reduction, most: float
) -> Claim:
    return Claim(
        text=f"{series.name} of {entity.name} stays at or below {most:.4g} ({reduce.value}).",
        subject=entity,
        measure=Measure(
            selector=MetricSelector(name=series.name, entity=series.entity), reduce=reduce
        ),
        comparator=Comparator.AT_MOST,
        expected=most,
        window=Window(start=min(view.window.start, view.alert.started_at), end=view.now),
        sufficiency=1.0,
        necessity=2.5,
    )


DEMAND_CHECKS: tuple[Check[NetworkView], ...] = (
    demand_that_multiplied,
    neighbour_that_takes_the_machine,
    alert_that_nothing_bears_out,
)
