"""The commander's account: what it is, how sure, what it is not, and what is not known."""

from collections.abc import Iterator
from datetime import datetime

from agents.commander.planning import COMMANDER
from agents.commander.weighing import rank, refutation, weigh
from agents.domain.base import EntityRef, canonical_json, sha256_hex
from agents.domain.hypotheses import Finding, HypothesisStatus
from agents.domain.plans import Policy
from agents.domain.readings import Topology
from agents.domain.state import IncidentState
from agents.domain.synthesis import (
    Outcome,
    RankedHypothesis,
    RuledOut,
    Sentence,
    Synthesis,
    TimelineEntry,
)
from agents.domain.wording import in_words, measure_text, scalar_text

_HEALTHY_MODES = frozenset({"recovered", "false_alert"})


def basis(state: IncidentState) -> str:
    """Return the digest of all that an account is made from; the same basis, the same account."""
    first = (verdict for verdict in state.verdicts.values() if verdict.round == "first")
    made_from = {
        "answers": sorted(answer.id for answer in state.answers.values()),
        "verdicts": sorted(verdict.id for verdict in first),
        "expired": sorted(state.expired & {q.id for q in state.unanswered}),
        "alert_resolved": state.alert_resolved_at is not None,
    }
    return sha256_hex(canonical_json(made_from))


def synthesize(state: IncidentState, policy: Policy, now: datetime) -> Synthesis:
    """Write the account of an incident from what has been measured so far."""
    ranked = rank(state, policy)
    outcome = _outcome(state, ranked)
    return Synthesis(
        revision=len(state.syntheses) + 1,
        outcome=outcome,
        sentences=tuple(s for s in _sentences(state, ranked, outcome) if s.cites),
        ranked=ranked,
        ruled_out=tuple(_ruled_out(state, policy)),
        conflict_ids=tuple(state.conflicts),
        gap_ids=tuple(dict.fromkeys(gap.id for gap in state.gaps)),
        timeline=timeline(state, ranked),
        blast_radius=_blast_radius(state, ranked),
        symptoms=tuple(finding.text for finding in _anomalies(state)),
        waiting_for=tuple(question.specialist for question in state.unanswered),
        basis=basis(state),
        produced_by=COMMANDER,
        inputs=tuple(answer.id for answer in state.answers.values()),
        made_at=now,
    )


def _outcome(state: IncidentState, ranked: tuple[RankedHypothesis, ...]) -> Outcome:
    supported = [one for one in ranked if one.status is HypothesisStatus.SUPPORTED]
    failing = [one for one in supported if one.cause.failure_mode not in _HEALTHY_MODES]
    if failing:
        return Outcome.CAUSE_FOUND
    if supported or state.alert_resolved_at is not None:
        return Outcome.HEALTHY
    return Outcome.UNDETERMINED


def leader(synthesis: Synthesis) -> RankedHypothesis | None:
    """Return the cause that an account names, if it names one."""
    if synthesis.outcome is not Outcome.CAUSE_FOUND:
        return None
    supported = (
        one
        for one in synthesis.ranked
        if one.status is HypothesisStatus.SUPPORTED and one.cause.failure_mode not in _HEALTHY_MODES
    )
    return next(supported, None)


def _anomalies(state: IncidentState) -> tuple[Finding, ...]:
    found = (finding for answer in state.answers.values() for finding in answer.findings)
    return tuple(finding for finding in found if finding.is_anomalous)


def _sentences(
    state: IncidentState, ranked: tuple[RankedHypothesis, ...], outcome: Outcome
) -> Iterator[Sentence]:
    supported = [one for one in ranked if one.status is HypothesisStatus.SUPPORTED]
    if outcome is Outcome.UNDETERMINED:
        yield from _undetermined(state, ranked)
        return
    if outcome is Outcome.HEALTHY and not supported:
        text = "The alert has cleared, and nothing that is wrong now could be measured."
        yield Sentence(text=text, cites=tuple(alert.id for alert in state.alerts))
    for one in supported:
        if one.caused_by is None:
            text = f"{one.summary} This is {in_words(one.confidence)}."
        else:
            text = f"{one.summary} It follows from number {one.caused_by}."
        yield Sentence(text=text, cites=(one.hypothesis_id, *(c.claim_id for c in one.claims)))
    for conflict in state.conflicts.values():
        yield Sentence(text=conflict.text, cites=(conflict.id, conflict.left_id, conflict.right_id))


def _undetermined(state: IncidentState, ranked: tuple[RankedHypothesis, ...]) -> Iterator[Sentence]:
    asked = tuple(answer.id for answer in state.answers.values()) or (state.incident_id,)
    text = "We do not know the cause: nothing that was proposed is carried by enough evidence."
    yield Sentence(text=text, cites=asked)
    for one in ranked[:2]:
        text = f"Still possible: {one.summary} ({in_words(one.confidence)})"
        yield Sentence(text=text, cites=(one.hypothesis_id,))


def _ruled_out(state: IncidentState, policy: Policy) -> Iterator[RuledOut]:
    for one in weigh(state, policy):
        if one.status is not HypothesisStatus.REFUTED:
            continue
        fatal = refutation(one.hypothesis, state)
        why = "the evidence against it outweighs the evidence for it"
        if fatal is not None:
            claim, verdict = fatal
            seen = scalar_text(verdict.observed)
            why = f"{measure_text(claim.measure)} was {seen}: “{claim.text}” did not come out"
            if claim in one.hypothesis.forbids:
                why = f"{measure_text(claim.measure)} was {seen}, which this cause excludes"
        yield RuledOut(hypothesis_id=one.hypothesis.id, cause=one.hypothesis.cause, why=why)


def timeline(
    state: IncidentState, ranked: tuple[RankedHypothesis, ...]
) -> tuple[TimelineEntry, ...]:
    """Return the dated facts of an incident, oldest first, each with the artifact that shows it.

    What was seen many times stands there once, when it was seen first.
    """
    entries = [
        TimelineEntry(at=alert.started_at, text=f"Alert: {alert.title}", evidence_id=alert.id)
        for alert in state.alerts
    ]
    for one in ranked:
        hypothesis = state.hypothesis(one.hypothesis_id)
        if hypothesis is None or one.status is not HypothesisStatus.SUPPORTED:
            continue
        if hypothesis.onset is not None:
            text = f"{hypothesis.cause.mode.title} begins on {hypothesis.cause.entity.name}"
            entries.append(TimelineEntry(at=hypothesis.onset, text=text, evidence_id=hypothesis.id))
        entries.extend(
            TimelineEntry(at=item.at, text=item.text, evidence_id=item.id)
            for item in hypothesis.evidence
            if item.at is not None
        )
    latest_first = sorted(entries, key=lambda entry: entry.at, reverse=True)
    earliest = {entry.text: entry for entry in latest_first}
    return tuple(sorted(earliest.values(), key=lambda entry: entry.at))


def _blast_radius(
    state: IncidentState, ranked: tuple[RankedHypothesis, ...]
) -> tuple[EntityRef, ...]:
    """Everything that depends on a supported cause's service, as far as the topology knows."""
    topology = state.plan.topology if state.plan else Topology()
    hit: list[EntityRef] = []
    for one in ranked:
        if one.status is not HypothesisStatus.SUPPORTED:
            continue
        owner = topology.service_of(one.cause.entity)
        users = [owner, *topology.dependents(owner)] if owner else []
        hit.extend(EntityRef(kind="service", name=name) for name in users)
        hypothesis = state.hypothesis(one.hypothesis_id)
        hit.extend(hypothesis.explains if hypothesis else ())
    return tuple(dict.fromkeys(hit))
