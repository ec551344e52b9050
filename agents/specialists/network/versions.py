"""Telling a bad version from a bad day: does it fail alone, while the old one serves beside it?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from agents.domain.base import EntityRef, Window
from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Evidence, Hypothesis
from agents.domain.measures import Comparator, Measure, MetricSelector, Reduction
from agents.domain.readings import Change, Series
from agents.domain.reduction import reduce_series
from agents.specialists.changes.symptoms import cut
from agents.specialists.framework import Check, Found, check
from agents.specialists.network.view import NetworkView

_LABELS = ("version", "app_version", "service_version", "release", "revision", "build")
_GLOBS = ("*error*", "*5xx*", "*fail*", "*exception*")
_TIMES = 5.0
_LEAST = 0.01
_SETTLING = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Split:
    """One metric of failure, of two versions that serve side by side."""

    label: str
    new: Series
    old: Series
    now: float
    before: float
    deploy: Change
    since: Window


@check(needs=("metrics", "changes"), modes=("bad_deploy",))
def version_that_fails_alone(view: NetworkView) -> Iterator[Found]:
    """Find a deploy whose version fails while another version of the same service does not.

    Both see the same traffic, dependencies and nodes, so what differs is the version.
    """
    for entity, split in _splits(view):
        yield _hypothesis(entity, split)


def _splits(view: NetworkView) -> Iterator[tuple[EntityRef, _Split]]:
    deploys = [change for change in view.long_changes if change.kind == "deploy"]
    seen: set[str] = set()
    for deploy in reversed(deploys):
        if deploy.entity.key in seen:
            continue
        seen.add(deploy.entity.key)
        since = Window(start=min(deploy.timestamp + _SETTLING, view.now), end=view.now)
        found = [
            split
            for name in _GLOBS
            for split in _compared(deploy, view.series(name, view.whole), since)
        ]
        if found:
            yield deploy.entity, max(found, key=lambda one: one.now - one.before)


def _compared(deploy: Change, series: tuple[Series, ...], since: Window) -> Iterator[_Split]:
    own = [s for s in series if s.entity and s.entity.is_same_as(deploy.entity)]
    said = f"{deploy.ref} {deploy.summary}"
    for label in _LABELS:
        for new in own:
            version = new.labels.get(label)
            if not version or version not in said:
                continue
            others = [o for o in own if o.name == new.name and o.labels.get(label) != version]
            for old in others:
                now, before = _level(new, since), _level(old, since)
                if now is not None and before is not None and now > max(_LEAST, _TIMES * before):
                    yield _Split(label, new, old, now, before, deploy, since)


def _level(series: Series, window: Window) -> float | None:
    found = reduce_series((cut(series, window),), Reduction.P50)
    return float(found) if isinstance(found, int | float) else None


def _hypothesis(entity: EntityRef, split: _Split) -> Hypothesis:
    version, other = split.new.labels[split.label], split.old.labels.get(split.label, "the other")
    middle = (split.now + split.before) / 2
    deploy = split.deploy
    return Hypothesis(
        cause=Cause(entity=entity, failure_mode="bad_deploy"),
        summary=f"Version {version} of {entity.name}, deployed at {deploy.timestamp:%H:%M} UTC, "
        f"fails ({split.new.name} {split.now:.3g}) while version {other} beside it does not "
        f"({split.before:.3g}).",
        claims=(
            _claim(entity, split, split.new, Comparator.AT_LEAST, middle),
            _claim(entity, split, split.old, Comparator.LESS, middle),
        ),
        explains=(entity,),
        onset=deploy.timestamp,
        change_ref=deploy.ref,
        evidence=(
            Evidence(source="changes", entity=entity, at=deploy.timestamp, text=deploy.summary),
        ),
        prior_shift=0.5,
    )


def _claim(
    entity: EntityRef, split: _Split, series: Series, comparator: Comparator, middle: float
) -> Claim:
    version = series.labels.get(split.label, "")
    way = "at least" if comparator is Comparator.AT_LEAST else "below"
    return Claim(
        text=f"{series.name} of version {version} is {way} {middle:.3g}.",
        subject=entity,
        measure=Measure(
            selector=MetricSelector(
                name=series.name, entity=series.entity, labels={split.label: version}
            ),
            reduce=Reduction.P50,
        ),
        comparator=comparator,
        expected=middle,
        window=split.since,
        sufficiency=1.2,
        necessity=2.5,
    )


VERSION_CHECKS: tuple[Check[NetworkView], ...] = (version_that_fails_alone,)
