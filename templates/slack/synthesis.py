"""The commander's account: one message that reads in twenty seconds and is edited when revised."""

from collections.abc import Iterator, Mapping, Sequence

from slack_sdk.models.blocks import Block

from agents.commander.synthesis import leader
from agents.domain.hypotheses import Gap, HypothesisStatus
from agents.domain.state import IncidentState
from agents.domain.synthesis import Outcome, RankedHypothesis, Synthesis
from agents.ports import RoomMessage
from templates.exhibits import numbers
from templates.slack.blocks import header, message, section, small
from templates.slack.phrases import (
    EVIDENCE_HINT,
    cause,
    claim_line,
    entity,
    is_worth_telling,
    specialist,
    standing,
)
from templates.text import clock_time, code, counted, inert, listed

KEY = "synthesis"
_TITLES = {
    Outcome.CAUSE_FOUND: "Likely cause found",
    Outcome.HEALTHY: "Nothing is wrong now",
    Outcome.UNDETERMINED: "We do not know the cause yet",
}
_SHOWN = 2
_OTHERS = 4
_SENTENCES_SHOWN = 3
_CLAIMS_SHOWN = 5
_GAPS_SHOWN = 3
_RULED_OUT_SHOWN = 4


def synthesis_message(state: IncidentState) -> RoomMessage | None:
    """Return the latest synthesis as one message, or None before there is one."""
    account = state.synthesis
    if account is None:
        return None
    title = f"{_TITLES[account.outcome]}{_marks(state, account)}"
    told = [inert(sentence.text, 400) for sentence in account.sentences if sentence.cites]
    blocks: list[Block] = [header(title)]
    if told:
        blocks.append(section(*told[: _sentences_shown(account)]))
    blocks += _hypotheses(state, account, told)
    blocks += _context(state, account)
    return message(KEY, inert(f"{title}. {' '.join(told[:1])}", 600), blocks)


def _sentences_shown(account: Synthesis) -> int:
    """Return how many sentences say it all; what follows from a cause is listed below it."""
    origins = [
        one
        for one in account.ranked
        if one.caused_by is None and one.status is HypothesisStatus.SUPPORTED
    ]
    return max(1, len(origins)) if account.outcome is Outcome.CAUSE_FOUND else _SENTENCES_SHOWN


def _hypotheses(state: IncidentState, account: Synthesis, told: Sequence[str]) -> Iterator[Block]:
    """Yield the leading hypotheses with their claims, and the others as a line each."""
    numbered = numbers(state)
    shown = [one for one in account.ranked if is_worth_telling(one)]
    full = [one for one in shown if one.caused_by is None][:_SHOWN]
    yield from (_hypothesis(one, numbered, told) for one in full)
    others = [one for one in shown if one not in full]
    if others:
        yield section(*(f"{one.rank}. {cause(one)}: {standing(one)}" for one in others[:_OTHERS]))
    if len(account.ranked) > len(full) + len(others[:_OTHERS]):
        yield small("More explanations, less likely: `/warroom hypotheses`")


def _marks(state: IncidentState, account: Synthesis) -> str:
    """Return what a reader must know of the account itself: partial, revised."""
    marks = ""
    if account.waiting_for:
        marks += f" · partial, waiting for {listed([specialist(n) for n in account.waiting_for])}"
    if len(state.syntheses) > 1:
        at = f" {clock_time(account.made_at)}" if account.made_at else ""
        marks += f" · revised{at}"
    return marks


def _hypothesis(
    ranked: RankedHypothesis, numbered: Mapping[str, int], told: Sequence[str]
) -> Block:
    lines = [
        f"*{ranked.rank}. {cause(ranked)}*",
        f"{standing(ranked)} · found by {listed([specialist(n) for n in ranked.specialists])}",
    ]
    summary = inert(ranked.summary, 300)
    if not any(summary in sentence for sentence in told):
        lines.append(summary)
    if ranked.change_ref:
        lines.append(f"Change: {code(ranked.change_ref, 80)}")
    shown = ranked.claims[:_CLAIMS_SHOWN]
    measured = [claim.measured_at for claim in shown if claim.measured_at]
    if measured:
        lines.append(f"_Measured again, the last at {clock_time(max(measured))}:_")
    lines += [claim_line(c, numbered.get(c.claim_id), is_dated=False) for c in shown]
    if len(ranked.claims) > len(shown):
        lines.append(f"{counted(len(ranked.claims) - len(shown), 'more claim')}: {EVIDENCE_HINT}")
    return section(*lines)


def _context(state: IncidentState, account: Synthesis) -> Iterator[Block]:
    following = _next_step(state, account)
    if following:
        yield section(f"*Next*: {following}")
    if account.ruled_out:
        yield small(*_ruled_out_lines(account))
    if account.blast_radius:
        affected = ", ".join(entity(ref) for ref in account.blast_radius[:10])
        more = len(account.blast_radius) - 10
        yield small(f"*Affected*: {affected}{f' and {more} more' if more > 0 else ''}")
    gaps = [gap for gap in state.gaps if gap.id in account.gap_ids] or list(state.gaps)
    if gaps:
        yield small(*_gap_lines(gaps), rest="`/warroom status`")
    yield small(f"A claim's figures, query and source: {EVIDENCE_HINT}")


def _next_step(state: IncidentState, account: Synthesis) -> str:
    """Return what stops the harm, where no exact action is offered for the leading cause."""
    best = leader(account)
    if best is None or any(p.hypothesis_id == best.hypothesis_id for p in state.proposals.values()):
        return ""
    reason = state.withheld.get(best.hypothesis_id)
    why = f" No action is offered: {inert(reason)}" if reason else ""
    return f"{inert(best.cause.mode.mitigation)}{why}"


def _ruled_out_lines(account: Synthesis) -> Iterator[str]:
    yield "*Ruled out*"
    for one in account.ruled_out[:_RULED_OUT_SHOWN]:
        mode = inert(one.cause.mode.title, 80)
        yield f"• {mode} on {entity(one.cause.entity)}: {inert(one.why, 200)}"
    if len(account.ruled_out) > _RULED_OUT_SHOWN:
        yield f"{len(account.ruled_out) - _RULED_OUT_SHOWN} more: `/warroom hypotheses`"


def _gap_lines(gaps: list[Gap]) -> Iterator[str]:
    yield "*Not known*"
    for gap in gaps[:_GAPS_SHOWN]:
        yield f"• {inert(gap.text, 160)} To close it: {inert(gap.remedy, 160)}"
    if len(gaps) > _GAPS_SHOWN:
        yield f"{len(gaps) - _GAPS_SHOWN} more: `/warroom status`"
