"""Where the other monitors point: what fires about whom, when no readings are at hand.

Understood are monitors in Datadog's shape: metric monitors with `direction='above'` or `'below'`
(or a comparison), log monitors, and monitors of traces with the tags `service` and `caller`.
"""

import re
from collections.abc import Iterable, Iterator
from math import log

from agents.domain.base import EntityRef
from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Evidence, Finding, Hypothesis
from agents.domain.measures import Comparator, Measure, ObjectSelector, Reduction
from agents.domain.readings import Resource
from agents.localisation.convergence import CallSign, Sign, Suspect, converge, family_of
from agents.specialists.framework import Check, Found, check
from agents.specialists.network.view import NetworkView

_KIND = "monitors"
_FIRING = "overall_state == 'Alert'"
_FEWEST_FIRING = 5
_FEWEST_NODES = 3
_NAMED_AT_MOST = 5
_LEAST_SHARE = 0.01
_TELLING = 1.5
"""How many times an even share of the suspicion the first suspect must have."""
_SPEAKS = 1.5
_BELOW = re.compile(r"direction='below'|<=?\s*[\d.]+\s*$")
_FAILING = ("status:error", "error", "5xx")


@check(needs=(), modes=("monitors_point_here",))
def where_the_monitors_point(view: NetworkView) -> Iterator[Found]:
    """Find the service that the firing monitors point to, when many fire about several services.

    What fires about everybody points to nobody; calls are read from both ends.
    """
    firing = [m for m in view.objects(_KIND) if m.document.text("overall_state") == "Alert"]
    nodes = [service.name for service in view.topology.services]
    about = {m.labels.get("service", "") for m in firing} & set(nodes)
    if len(firing) < _FEWEST_FIRING or len(about) < _FEWEST_NODES:
        return
    suspects = converge(nodes, _signs(firing), _calls(firing))
    if suspects[0].share < _TELLING / len(nodes):
        text = f"{len(firing)} monitors fire, about everybody alike: they point to no one service."
        yield Finding(text=text, is_anomalous=True)
        return
    for suspect in suspects[:_NAMED_AT_MOST]:
        own = [m for m in firing if _is_about(m, suspect.node)]
        if own and suspect.share >= _LEAST_SHARE:
            yield _hypothesis(view, suspect, own, len(firing))


def _signs(firing: Iterable[Resource]) -> Iterator[Sign]:
    for monitor in firing:
        service, kind = monitor.labels.get("service", ""), monitor.document.text("type") or ""
        query = monitor.document.text("query") or ""
        if kind.startswith("log"):
            yield Sign(service, "log", query)
        elif not kind.startswith("trace"):
            metric = monitor.labels.get("metric", query)
            direction = "down" if _BELOW.search(query) else "up"
            yield Sign(service, f"{family_of(metric)} {direction}", metric)


def _calls(firing: Iterable[Resource]) -> Iterator[CallSign]:
    for monitor in firing:
        if (monitor.document.text("type") or "").startswith("trace"):
            query = monitor.document.text("query") or ""
            yield CallSign(
                caller=monitor.labels.get("caller", ""),
                callee=monitor.labels.get("service", ""),
                operation=monitor.labels.get("operation", query),
                is_failing=any(word in query for word in _FAILING),
            )


def _is_about(monitor: Resource, service: str) -> bool:
    return service in (monitor.labels.get("service"), monitor.labels.get("caller"))


def _hypothesis(
    view: NetworkView, suspect: Suspect, own: list[Resource], firing: int
) -> Hypothesis:
    entity = EntityRef(kind="service", name=suspect.node)
    shown = ", ".join(monitor.entity.name for monitor in own[:3])
    return Hypothesis(
        cause=Cause(entity=entity, failure_mode="monitors_point_here"),
        summary=f"{len(own)} of {firing} firing monitors speak of {suspect.node}, above all by "
        f"“{suspect.family}”: {shown}.",
        claims=tuple(_claims(view, entity, len(own), firing)),
        evidence=tuple(
            Evidence(source=f"objects:{_KIND}", entity=entity, text=monitor.entity.name)
            for monitor in own[:3]
        ),
        prior_shift=_SPEAKS + log(suspect.share),
    )


def _claims(view: NetworkView, entity: EntityRef, own: int, firing: int) -> Iterator[Claim]:
    """Claim how many monitors speak of the service, and how many of all that fire."""
    tag = f"contains(tags, 'service:{entity.name}') || contains(tags, 'caller:{entity.name}')"
    of_it = Measure(
        selector=ObjectSelector(kind=_KIND, where=f"{_FIRING} && ({tag})"), reduce=Reduction.COUNT
    )
    of_all = Measure(selector=ObjectSelector(kind=_KIND, where=_FIRING), reduce=Reduction.COUNT)
    share = own / firing
    yield Claim(
        text=f"{own} monitors that speak of {entity.name} fire.",
        subject=entity,
        measure=of_it,
        comparator=Comparator.AT_LEAST,
        expected=own,
        window=view.window,
        sufficiency=1.5,
    )
    yield Claim(
        text=f"They are {share:.0%} of all that fire.",
        subject=entity,
        measure=of_it.model_copy(update={"divided_by": of_all}),
        comparator=Comparator.AT_LEAST,
        expected=share / 2,
        window=view.window,
        sufficiency=1.0,
        necessity=1.0,
    )


MONITOR_CHECKS: tuple[Check[NetworkView], ...] = (where_the_monitors_point,)
