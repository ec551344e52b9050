"""Which change is to blame, if any: asked here, where logs, spans, metrics and changes meet."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import log

from agents.domain.base import EntityRef, Window
from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Evidence, Finding, Hypothesis
from agents.domain.measures import (
    ChangeSelector,
    Comparator,
    LogSelector,
    Measure,
    MetricSelector,
    Reduction,
)
from agents.specialists.changes.judging import Judged, Scene, judge
from agents.specialists.changes.suspects import Suspect, suspects_among
from agents.specialists.changes.symptoms import Symptom, edges
from agents.specialists.changes.text import pattern_of
from agents.specialists.framework import Check, Found, check
from agents.specialists.network.symptoms import masking, symptoms_of
from agents.specialists.network.view import NetworkView

_CONVINCING = 0.38
_CLEARLY_AHEAD = 1.3
_SHOWN = 2
_DISTANCE_AT_MOST = 1.2
_DOUBTED = -2.5
_EXPLAINED_AT_MOST = 8
_CLAIMS_OF_A_KIND = 2
_MINUTE = timedelta(minutes=1)


@check(
    needs=("changes", "logs"),
    modes=(
        *("bad_code_change", "bad_config_change", "bad_contract_change", "bad_dependency_update"),
        *("bad_flag_change", "bad_leak_change", "bad_limit_change", "bad_load_change"),
        "bad_schema_change",
    ),
)
def change_that_fits_the_symptom(view: NetworkView) -> Iterator[Found]:
    """Find the change that was live before the onset and whose content can bring it about.

    Being recent, near or on the loudest service is no evidence; where two fit alike, none is
    blamed.
    """
    suspects, scene = scene_of(view)
    judged = judged_of(view)
    best, second = judged[0] if judged else None, judged[1] if len(judged) > 1 else None
    if best is None:
        if suspects and scene.symptoms:
            yield _acquitted(suspects)
        return
    for place, one in enumerate(judged[:_SHOWN]):
        rival = second if place == 0 else best
        if one.score >= _CONVINCING:
            shift = _shift(one.score, rival.score if rival else 0.0)
            yield hypothesis_of(view, one, shift)


def judged_of(view: NetworkView) -> tuple[Judged, ...]:
    """Return the changes whose content can bring about what is seen, the likeliest first."""
    return view.once("judged", lambda: _judged(view))


def _judged(view: NetworkView) -> tuple[Judged, ...]:
    return judge(*scene_of(view))


def scene_of(view: NetworkView) -> tuple[tuple[Suspect, ...], Scene]:
    """Return the suspects, and what they are held against."""
    symptoms = symptoms_of(view)
    suspects = suspects_among(view.long_changes, _until(view, symptoms), masking(view))
    return suspects, Scene(symptoms, frozenset(edges(view.spans)) | view.call_edges)


def a_change_fits(view: NetworkView) -> bool:
    """Tell whether a change was found that brings about what is seen."""
    return any(one.score >= _CONVINCING for one in judged_of(view)[:1])


def _until(view: NetworkView, symptoms: tuple[Symptom, ...]) -> datetime:
    """A change after the page did not cause it, nor one after everything that shows."""
    return max([view.alert.started_at, *(one.onset for one in symptoms)])


def _acquitted(suspects: tuple[Suspect, ...]) -> Finding:
    return Finding(
        text=f"{len(suspects)} changes were live before it began; nothing that any of them does "
        "can bring about what is seen.",
        is_anomalous=False,
        evidence=tuple(
            Evidence(source="changes", at=one.live_at, text=one.change.summary[:200])
            for one in suspects[-3:]
        ),
    )


def hypothesis_of(view: NetworkView, judged: Judged, shift: float) -> Hypothesis:
    """Return what a judged change stands for, with what must be measurable if it did it."""
    suspect, best = judged.suspect, judged.best
    change, entity = suspect.change, _cause_entity(view, judged)
    shown = best.symptoms[0]
    return Hypothesis(
        cause=Cause(entity=entity, failure_mode=_mode(judged)),
        summary=f"{change.kind.capitalize()} {change.ref[:12]} (“{change.summary[:80]}”) went live "
        f"on {entity.name} at {suspect.live_at:%H:%M} UTC; it does this: {best.edit.quote[:160]}. "
        f"That shows as {best.mechanism.name}: {shown.quote[:120]}.",
        claims=(_is_recorded(suspect), *_claims(view, judged)),
        forbids=tuple(_forbids(view, judged)),
        explains=_explained(judged, entity),
        onset=suspect.live_at,
        change_ref=change.ref,
        evidence=(
            Evidence(
                source="changes",
                entity=change.entity,
                at=suspect.live_at,
                text=f"{best.edit.path}: {best.edit.quote}",
            ),
            *(
                Evidence(source=_source(one), entity=one.entity, at=one.onset, text=one.quote)
                for one in best.symptoms[:2]
            ),
        ),
        prior_shift=shift,
    )


def _shift(score: float, rival: float) -> float:
    """Weigh how well the content fits, and how far it is ahead of the next change."""
    if score < _CONVINCING or score < _CLEARLY_AHEAD * rival:
        return _DOUBTED
    ahead = min(_DISTANCE_AT_MOST, log(score / rival)) if rival else _DISTANCE_AT_MOST
    return min(1.5, 2.0 * (score - _CONVINCING)) + ahead - 0.6


def _mode(judged: Judged) -> str:
    kind = judged.suspect.change.kind
    if kind == "flag":
        return "bad_flag_change"
    if kind == "config":
        return "bad_config_change"
    if judged.best.edit.kind.startswith("bumped:"):
        return "bad_dependency_update"
    return "bad_schema_change" if kind == "schema" else judged.best.mechanism.mode


def _cause_entity(view: NetworkView, judged: Judged) -> EntityRef:
    hit = {one.entity.name for one in judged.best.symptoms if one.entity}
    carriers = judged.suspect.carriers
    fallback = EntityRef(kind="service", name=view.alert.service or "unknown")
    deployed = [one for one in carriers if one.kind != "repository"]
    return next((one for one in deployed if one.name in hit), next(iter(deployed), fallback))


def _explained(judged: Judged, entity: EntityRef) -> tuple[EntityRef, ...]:
    hit = [one.entity for one in judged.best.symptoms if one.entity]
    return tuple(dict.fromkeys([entity, *judged.suspect.carriers, *hit]))[:_EXPLAINED_AT_MOST]


def _source(symptom: Symptom) -> str:
    return {"log": "logs", "metric": "metrics", "span": "traces"}.get(symptom.kind, "alert")


def _is_recorded(suspect: Suspect) -> Claim:
    change = suspect.change
    selector = ChangeSelector(kind=change.kind, ref=change.ref)
    window = Window(start=change.timestamp - _MINUTE, end=max(suspect.live_at, change.timestamp))
    return Claim(
        text=f"The {change.kind} {change.ref[:12]} is on record before it began.",
        subject=change.entity,
        measure=Measure(selector=selector, reduce=Reduction.COUNT),
        comparator=Comparator.AT_LEAST,
        expected=1,
        window=window,
        sufficiency=0.3,
        necessity=3.0,
    )


def _claims(view: NetworkView, judged: Judged) -> Iterator[Claim]:
    """Claim that what the mechanism predicts shows now; the clearest of each kind."""
    by_weight = sorted(judged.best.symptoms, key=lambda one: -one.weight)
    for one in [s for s in by_weight if s.kind == "log"][:_CLAIMS_OF_A_KIND]:
        yield _lines_since(view, one)
        quiet = _no_lines_before(view, one, judged.suspect.live_at)
        if quiet is not None:
            yield quiet
    for one in [s for s in by_weight if s.kind == "metric"][:_CLAIMS_OF_A_KIND]:
        yield _level(one, Window(start=one.onset, end=view.now))


def _lines_since(view: NetworkView, symptom: Symptom) -> Claim:
    return Claim(
        text=f"It logs since {symptom.onset:%H:%M} UTC: {symptom.quote[:120]}",
        subject=symptom.entity or EntityRef(kind="service", name=view.alert.service or "unknown"),
        measure=Measure(selector=_lines(symptom), reduce=Reduction.COUNT),
        comparator=Comparator.AT_LEAST,
        expected=max(1, int(symptom.after / 2)),
        window=Window(start=symptom.onset, end=view.now),
        sufficiency=0.8,
        necessity=2.0,
    )


def _no_lines_before(view: NetworkView, symptom: Symptom, live_at: datetime) -> Claim | None:
    """Claim that it was not logged before the change; nothing, where the logs begin later."""
    start = view.whole.start
    if symptom.earlier or live_at - start < _MINUTE or not view.logged_by(live_at):
        return None
    return Claim(
        text=f"Before {live_at:%H:%M} UTC it logged nothing like: {symptom.quote[:120]}",
        subject=symptom.entity or EntityRef(kind="service", name=view.alert.service or "unknown"),
        measure=Measure(selector=_lines(symptom), reduce=Reduction.COUNT),
        comparator=Comparator.EQUAL,
        expected=0,
        window=Window(start=start, end=live_at),
        control=Measure(selector=LogSelector(), reduce=Reduction.COUNT),
        sufficiency=0.6,
        necessity=2.0,
    )


def _lines(symptom: Symptom) -> LogSelector:
    return LogSelector(entity=symptom.entity, pattern=pattern_of(symptom.quote))


def _level(symptom: Symptom, window: Window) -> Claim:
    """Claim that a metric lies nearer to where it went than to where it was."""
    middle = (symptom.before + symptom.after) / 2
    way = "above" if symptom.rises else "below"
    return Claim(
        text=f"{symptom.name} is {way} {middle:.4g}: {symptom.quote}.",
        subject=symptom.entity or EntityRef(kind="service", name="unknown"),
        measure=Measure(
            selector=MetricSelector(name=symptom.name, entity=symptom.entity),
            reduce=Reduction.P50,
        ),
        comparator=Comparator.AT_LEAST if symptom.rises else Comparator.AT_MOST,
        expected=middle,
        window=window,
        sufficiency=0.8,
        necessity=2.0,
    )


def _forbids(view: NetworkView, judged: Judged) -> Iterator[Claim]:
    """Forbid that a metric was there before the change was live."""
    live_at = judged.suspect.live_at
    if live_at - view.whole.start < _MINUTE:
        return
    metrics = [one for one in judged.best.symptoms if one.kind == "metric"]
    for one in metrics[:_CLAIMS_OF_A_KIND]:
        before = _level(one, Window(start=view.whole.start, end=live_at))
        yield before.model_copy(
            update={"id": "", "text": f"{one.name} was there before the change was live."}
        )


CULPRIT_CHECKS: tuple[Check[NetworkView], ...] = (change_that_fits_the_symptom,)
