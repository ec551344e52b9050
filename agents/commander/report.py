"""An investigation's result in the form that other programs read."""

from agents.commander.weighing import rank
from agents.domain.base import Cost, EntityRef, Instant, Value
from agents.domain.claims import VerdictStatus
from agents.domain.hypotheses import HypothesisStatus
from agents.domain.plans import Policy
from agents.domain.state import IncidentState
from agents.domain.synthesis import MeasuredClaim, Outcome, RankedHypothesis
from agents.domain.wording import scalar_text


class ReportedEntity(Value):
    """An entity by kind, name and namespace."""

    kind: str
    name: str
    namespace: str | None = None


class ReportedClaim(Value):
    """A claim with what was expected and what was observed."""

    text: str
    measure: str
    window: str
    comparator: str
    expected: bool | int | float | str | None
    observed: bool | int | float | str | None
    verdict: VerdictStatus


class ReportedHypothesis(Value):
    """One ranked explanation."""

    rank: int
    entity: ReportedEntity
    failure_mode: str
    category: str
    domain: str
    change_ref: str | None = None
    confidence: float
    status: HypothesisStatus
    summary: str
    claims: tuple[ReportedClaim, ...]
    caused_by: int | None = None
    explains: tuple[ReportedEntity, ...] = ()
    """What suffers from it."""


class ReportedExclusion(Value):
    """An explanation that was ruled out, and why."""

    entity: ReportedEntity
    failure_mode: str
    why: str


class ReportedMoment(Value):
    """One line of the timeline."""

    at: Instant
    text: str
    evidence: str


class ReportedGap(Value):
    """Something that could not be known."""

    source: str
    text: str
    remedy: str


class Report(Value):
    """What `warroom investigate --json` prints."""

    outcome: Outcome
    hypotheses: tuple[ReportedHypothesis, ...]
    ruled_out: tuple[ReportedExclusion, ...]
    conflicts: tuple[str, ...]
    gaps: tuple[ReportedGap, ...]
    symptoms: tuple[str, ...]
    timeline: tuple[ReportedMoment, ...]
    blast_radius: tuple[ReportedEntity, ...]
    actions: tuple[str, ...]
    cost: Cost


def report(state: IncidentState, policy: Policy, cost: Cost) -> Report:
    """Return the report on an investigation."""
    account = state.synthesis
    ranked = account.ranked if account else rank(state, policy)
    gaps = {(gap.text, gap.remedy): gap for gap in state.gaps}.values()
    return Report(
        outcome=account.outcome if account else Outcome.UNDETERMINED,
        hypotheses=tuple(_hypothesis(one, state) for one in ranked),
        ruled_out=tuple(
            ReportedExclusion(
                entity=_entity(out.cause.entity), failure_mode=out.cause.failure_mode, why=out.why
            )
            for out in (account.ruled_out if account else ())
        ),
        conflicts=tuple(conflict.text for conflict in state.conflicts.values()),
        gaps=tuple(ReportedGap(source=g.source, text=g.text, remedy=g.remedy) for g in gaps),
        symptoms=account.symptoms if account else (),
        timeline=tuple(
            ReportedMoment(at=moment.at, text=moment.text, evidence=moment.evidence_id)
            for moment in (account.timeline if account else ())
        ),
        blast_radius=tuple(_entity(entity) for entity in (account.blast_radius if account else ())),
        actions=tuple(_action(one, state) for one in ranked[:1]),
        cost=cost,
    )


def _hypothesis(one: RankedHypothesis, state: IncidentState) -> ReportedHypothesis:
    mode = one.cause.mode
    hypothesis = state.hypothesis(one.hypothesis_id)
    return ReportedHypothesis(
        rank=one.rank,
        entity=_entity(one.cause.entity),
        failure_mode=one.cause.failure_mode,
        category=mode.category.value,
        domain=mode.domain.value,
        change_ref=one.change_ref,
        confidence=round(one.confidence, 4),
        status=one.status,
        summary=one.summary,
        claims=tuple(_claim(claim) for claim in one.claims),
        caused_by=one.caused_by,
        explains=tuple(_entity(entity) for entity in (hypothesis.explains if hypothesis else ())),
    )


def _claim(claim: MeasuredClaim) -> ReportedClaim:
    return ReportedClaim(
        text=claim.text,
        measure=claim.measure,
        window=claim.window,
        comparator=claim.comparator,
        expected=claim.expected,
        observed=claim.observed,
        verdict=claim.verdict,
    )


def _entity(entity: EntityRef) -> ReportedEntity:
    return ReportedEntity(kind=entity.kind, name=entity.name, namespace=entity.namespace)


def _action(one: RankedHypothesis, state: IncidentState) -> str:
    """Say the first mitigation of a cause, with the exact values that are known."""
    hypothesis = state.hypothesis(one.hypothesis_id)
    details = hypothesis.details.items() if hypothesis else ()
    known = ", ".join(f"{name} {scalar_text(value)}" for name, value in details)
    return f"{one.cause.mode.mitigation} ({known})" if known else one.cause.mode.mitigation
