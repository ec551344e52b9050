"""What must be measurable once a fix has worked."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from agents.domain.actions import ActionOutcome, ActionProposal, Recovery
from agents.domain.base import Window
from agents.domain.claims import Claim, Verdict, VerdictStatus
from agents.domain.hypotheses import Hypothesis, HypothesisStatus
from agents.domain.measures import (
    Comparator,
    Measure,
    MetricSelector,
    ObjectSelector,
    ProbeSelector,
    Reduction,
    RowSelector,
    Selector,
)
from agents.domain.state import IncidentState
from agents.verification.verifier import VERIFIER

_SETTLING = timedelta(seconds=3)
"""Requests that were already waiting finish badly; they are not counted."""
_OPPOSITE = {
    Comparator.EQUAL: Comparator.NOT_EQUAL,
    Comparator.NOT_EQUAL: Comparator.EQUAL,
    Comparator.LESS: Comparator.AT_LEAST,
    Comparator.AT_LEAST: Comparator.LESS,
    Comparator.GREATER: Comparator.AT_MOST,
    Comparator.AT_MOST: Comparator.GREATER,
}
_HISTORY_KINDS = frozenset({"events", "replicasets"})
"""Objects that tell of the past: they stay as they are when all is well again."""


def recovery_claims(hypothesis: Hypothesis, state: IncidentState) -> tuple[Claim, ...]:
    """Return what must hold after a fix: the cause is gone, and so are the symptoms it explains.

    What a specialist says must hold is taken as it is; where it says nothing, every claim about
    the present that supported the diagnosis must no longer hold.
    """
    own = hypothesis.recovery or tuple(_ceased(hypothesis))
    symptoms = (claim for symptom in _symptoms(hypothesis, state) for claim in _ceased(symptom))
    return tuple({claim.id: claim for claim in (*own, *symptoms)}.values())


def _symptoms(hypothesis: Hypothesis, state: IncidentState) -> Iterator[Hypothesis]:
    """Yield the supported hypotheses that the account puts down to this cause."""
    ranked = state.synthesis.ranked if state.synthesis else ()
    place = next((r.rank for r in ranked if r.cause == hypothesis.cause), None)
    for one in ranked:
        symptom = state.hypothesis(one.hypothesis_id)
        is_supported = one.status is HypothesisStatus.SUPPORTED
        if place is not None and one.caused_by == place and is_supported and symptom:
            yield symptom


def _ceased(hypothesis: Hypothesis) -> Iterator[Claim]:
    for claim in hypothesis.claims:
        selector = claim.measure.selector
        opposite = _OPPOSITE.get(claim.comparator)
        if opposite is None or not _tells_of_now(selector):
            continue
        yield Claim(
            text=f"no longer: {claim.text}",
            subject=claim.subject,
            measure=claim.measure,
            comparator=opposite,
            expected=claim.expected,
            window=claim.window,
            control=claim.control or _control(selector),
        )


def _tells_of_now(selector: Selector) -> bool:
    """Tell whether a selector reads the present; logs, events and changes tell of the past."""
    if isinstance(selector, ObjectSelector):
        return selector.kind not in _HISTORY_KINDS
    return isinstance(selector, MetricSelector | RowSelector | ProbeSelector)


def _control(selector: Selector) -> Measure:
    """Return a query that shows that the source still answers, so that absence proves something."""
    if isinstance(selector, RowSelector):
        selector = RowSelector(instance=selector.instance, view="settings")
    elif isinstance(selector, ObjectSelector):
        selector = ObjectSelector(kind=selector.kind, namespace=selector.namespace)
    return Measure(selector=selector, reduce=Reduction.COUNT)


def claims_now(
    proposal: ActionProposal, outcome: ActionOutcome, now: datetime
) -> tuple[Claim, ...]:
    """Return the recovery claims over the time since the action took effect."""
    start = min(outcome.finished_at + _SETTLING, now)
    window = Window(start=start, end=now)
    return tuple(
        claim.model_copy(update={"window": window, "id": ""}).by(VERIFIER, (proposal.id,))
        for claim in proposal.recovery
    )


def judge(
    proposal: ActionProposal, attempt: int, verdicts: tuple[Verdict, ...], now: datetime
) -> Recovery:
    """Return whether the incident is mitigated: every recovery claim was measured and holds."""
    held = [v for v in verdicts if v.status is VerdictStatus.HOLDS]
    unclear = [v for v in verdicts if v.status is VerdictStatus.UNMEASURABLE]
    recovered = bool(verdicts) and len(held) == len(verdicts)
    text = f"{len(held)} of {len(verdicts)} recovery claims hold"
    if unclear:
        text += f"; {len(unclear)} could not be measured: {unclear[0].reason}"
    return Recovery(
        proposal_id=proposal.id,
        attempt=attempt,
        recovered=recovered,
        verdict_ids=tuple(verdict.id for verdict in verdicts),
        text=text,
        measured_at=now,
        produced_by=VERIFIER,
        inputs=(proposal.id,),
    )
