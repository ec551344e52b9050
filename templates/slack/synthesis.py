"""The commander's account: one message that reads in twenty seconds and is edited when revised."""

from collections.abc import Iterator, Mapping, Sequence

from slack_sdk.models.blocks import Block

from agents.commander.synthesis import leader
from agents.domain.hypotheses import Gap
from agents.domain.state import IncidentState
from agents.domain.synthesis import Outcome, RankedHypothesis, Synthesis
from agents.ports import RoomMessage
from templates.exhibits import numbers
from templates.slack.blocks import header, message, section, small
from templates.slack.phrases import EVIDENCE_HINT, cause, claim_line, entity, specialist, standing
from templates.text import clock_time, code, counted, inert, listed

KEY = "synthesis"
_TITLES = {
    Outcome.CAUSE_FOUND: "Likely cause found",
    Outcome.HEALTHY: "Nothing is wrong now",
    Outcome.UNDETERMINED: "We do not know the cause yet",
}
_SHOWN = 3
_CLAIMS_SHOWN = 5
_GAPS_SHOWN = 3
_RULED_OUT_SHOWN = 4


def synthesis_message(state: IncidentState) -> RoomMessage | None:
    """Return the latest synthesis as one message, or None before there is one."""
    account = state.synthesis
    if account is None:
        return None
    title = f"{_TITLES[account.outcome]}{_marks(state, account)}"
    told = [inert(sentence.text, 400) for sentence in account.sentences if sentence.cites][:4]
    blocks: list[Block] = [header(title)]
    if told:
        blocks.append(section(" ".join(told)))
    numbered = numbers(state)
    blocks += [_hypothesis(one, numbered, told) for one in account.ranked[:_SHOWN]]
    blocks += _context(state, account)
    return message(KEY, inert(f"{title}. {' '.join(told)}", 600), blocks)


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
    lines += [claim_line(claim, numbered.get(claim.claim_id)) for claim in shown]
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
