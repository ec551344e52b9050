"""The pinned board: where things stand, edited in place for as long as the incident lasts."""

from collections.abc import Iterator
from datetime import datetime

from slack_sdk.models.blocks import Block

from agents.commander.weighing import Weighed, rank, refutation, weigh
from agents.domain.claims import Claim, Verdict, VerdictStatus
from agents.domain.hypotheses import HypothesisStatus
from agents.domain.plans import Policy, Question
from agents.domain.state import IncidentState
from agents.domain.synthesis import RankedHypothesis
from agents.ports import RoomMessage
from templates.slack.blocks import divider, header, message, section, small
from templates.slack.phrases import (
    PHASES,
    cause,
    entity,
    incident_title,
    is_worth_telling,
    person,
    specialist,
    standing,
)
from templates.text import clock_time, counted, elapsed, expectation, inert, listed, scalar

KEY = "board"
_STATUS_HINT = "`/warroom status`"
_HYPOTHESES_SHOWN = 5


def board(state: IncidentState, now: datetime, policy: Policy) -> RoomMessage:
    """Make the one message that answers "where do we stand?" at a glance."""
    phase = PHASES[state.phase]
    blocks: list[Block] = [
        header(incident_title(state)),
        section(*_standing_lines(state, now), rest=_STATUS_HINT),
    ]
    if state.questions:
        blocks.append(section("*Asked*", *_question_lines(state), rest=_STATUS_HINT))
    ranked = rank(state, policy)
    lines = [*_ranked_lines(state, ranked), *_refuted_lines(state, policy)]
    if lines:
        blocks.append(section("*Hypotheses*", *lines))
    blocks += [divider(), small(*_footer_lines(state), rest=_STATUS_HINT)]
    text = f"{incident_title(state)}: {phase}"
    return message(KEY, inert(text), blocks, is_pinned=True)


def _standing_lines(state: IncidentState, now: datetime) -> Iterator[str]:
    yield f"*{PHASES[state.phase]}*{_since(state, now)}"
    if state.incident and state.incident.alert.service:
        yield f"Alert on {inert(state.incident.alert.service, 80)}"
    if state.alert_resolved_at:
        yield f"The alert itself cleared at {clock_time(state.alert_resolved_at)}"
    if state.resolution:
        yield f"Cause, as stated: {inert(state.resolution.cause)}"
    if state.stopped_by:
        yield f"{person(state.stopped_by)} told the agents to stop"


def _since(state: IncidentState, now: datetime) -> str:
    if state.incident is None:
        return ""
    since = state.incident.declared_at
    if state.stopped_by and not state.resolution:
        return f" · since {clock_time(since)}"
    until = state.resolution.at if state.resolution else now
    return f" · since {clock_time(since)} · {elapsed((until - since).total_seconds())}"


def _question_lines(state: IncidentState) -> Iterator[str]:
    for question in state.questions:
        sign, progress = _progress(state, question)
        yield f"{sign} *{specialist(question.specialist)}*: {progress}"


def _progress(state: IncidentState, question: Question) -> tuple[str, str]:
    """Return a sign and words for how far a question has come."""
    answer = state.answers.get(question.id)
    if answer:
        several = answer.hypotheses
        found = [counted(len(several), "hypothesis", "hypotheses")] if several else []
        found += [counted(len(answer.gaps), "gap")] if answer.gaps else []
        return ":white_check_mark:", f"answered, {listed(found) or 'found nothing unusual'}"
    if state.stopped_by or state.resolution:
        return ":no_entry_sign:", "no longer waited for"
    if question.id in state.expired:
        return ":warning:", "late; its answer will still be taken"
    if question.id in state.started:
        return ":mag:", "looking"
    return ":hourglass_flowing_sand:", "asked"


def _ranked_lines(state: IncidentState, ranked: tuple[RankedHypothesis, ...]) -> Iterator[str]:
    shown = [one for one in ranked if is_worth_telling(one)][:_HYPOTHESES_SHOWN]
    for one in shown:
        yield f"{one.rank}. {cause(one)}: {standing(one)} · {_tally(state, one)}"
    if len(ranked) > len(shown):
        yield f"{len(ranked) - len(shown)} more, less likely: `/warroom hypotheses`"


def _tally(state: IncidentState, ranked: RankedHypothesis) -> str:
    """Return how the claims stand so far: "2 of 3 claims hold"."""
    hypothesis = state.hypothesis(ranked.hypothesis_id)
    claims = hypothesis.claims if hypothesis else ()
    verdicts = [state.verdict(claim) for claim in claims]
    held = sum(v is not None and v.status is VerdictStatus.HOLDS for v in verdicts)
    waiting = sum(v is None for v in verdicts)
    tally = f"{held} of {counted(len(claims), 'claim')} {'holds' if held == 1 else 'hold'}"
    return f"{tally}, {waiting} not measured yet" if waiting else tally


def _refuted_lines(state: IncidentState, policy: Policy) -> Iterator[str]:
    for one in weigh(state, policy):
        if one.status is HypothesisStatus.REFUTED:
            mode = inert(one.hypothesis.cause.mode.title, 80)
            where = entity(one.hypothesis.cause.entity)
            yield f"~{mode}~ on {where}: ruled out, {_why_not(state, one)}"


def _why_not(state: IncidentState, weighed: Weighed) -> str:
    fatal = refutation(weighed.hypothesis, state)
    return refuted_by(*fatal) if fatal else "too little speaks for it"


def refuted_by(claim: Claim, verdict: Verdict) -> str:
    """Return why one measurement rules a hypothesis out."""
    observed = inert(scalar(verdict.observed), 80)
    if verdict.status is VerdictStatus.HOLDS:
        return f"what it excludes was measured: {inert(claim.text, 160)} (observed {observed})"
    expected = inert(expectation(claim.comparator, claim.expected), 140)
    return f"this did not hold: {inert(claim.text, 160)} (expected {expected}, observed {observed})"


def _footer_lines(state: IncidentState) -> Iterator[str]:
    cost = state.cost
    model = f"{cost.tokens:,} tokens, ${cost.usd:.2f}" if cost.tokens else "no model"
    parts = [counted(cost.tool_calls, "tool call"), model, counted(len(state.gaps), "gap")]
    if state.statements:
        parts.append(f"{counted(len(state.statements), 'statement')} from people")
    if not (state.stopped_by or state.resolution) and state.unanswered:
        waiting = listed([specialist(q.specialist) for q in state.unanswered])
        parts.append(f"waiting for {waiting}")
    yield " · ".join(parts)
    for delivery in state.deliveries.values():
        if delivery.abandoned:
            peer, reason = inert(delivery.peer, 40), inert(delivery.abandoned, 200)
            yield f":warning: {peer} did not take {inert(delivery.message_key, 60)}: {reason}"
