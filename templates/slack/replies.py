"""What `/warroom` answers to the one person who asked."""

from collections.abc import Iterator
from datetime import datetime

from slack_sdk.models.blocks import Block

from agents.commander.weighing import measured, rank
from agents.domain.plans import Policy
from agents.domain.state import IncidentState
from agents.ports import RoomMessage
from templates.exhibits import Exhibit, exhibits, numbers
from templates.slack.blocks import documents, header, message, section, small
from templates.slack.board import board
from templates.slack.ending import RESOLVE_HINT, link
from templates.slack.phrases import (
    EVIDENCE_HINT,
    cause,
    claim_line,
    entity,
    incident_title,
    specialist,
    standing,
)
from templates.text import clock_time, code, inert

COMMANDS = (
    ("status", "where things stand, and what is not known"),
    ("investigate <text>", "declare an incident here, or tell the agents what you know"),
    ("hypotheses", "every explanation with its claims"),
    ("evidence <number>", "one claim or quotation in full; without a number, the list"),
    ("stop", "the agents do nothing more in this incident"),
    ("resolve <cause>", "close the incident and say what it was"),
    ("postmortem", "where the postmortem is"),
    ("help", "this list"),
)
_LISTED = 40


def help_reply() -> RoomMessage:
    """Return what can be asked."""
    lines = [f"`/warroom {inert(usage)}` {does}" for usage, does in COMMANDS]
    return message("help", "This is what `/warroom` can do", [section(*lines)])


def unknown_reply(word: str) -> RoomMessage:
    """Return that there is no such word, and those that there are."""
    known = help_reply()
    text = f"There is no `/warroom {inert(word, 40)}`."
    return known.model_copy(
        update={"text": text, "blocks": (*documents([section(text)]), *known.blocks)}
    )


def usage_reply(usage: str, example: str) -> RoomMessage:
    """Return what a word needs after it."""
    return words_reply(f"Say more: `/warroom {inert(usage)}`, as in: {inert(example)}")


def words_reply(text: str) -> RoomMessage:
    """Return a few words that are our own."""
    return message("words", text, [section(text)])


def postmortem_reply(state: IncidentState) -> RoomMessage:
    """Return where the postmortem is, or what is needed for one."""
    written = [p for p in state.pull_requests if p.kind == "postmortem"]
    if written:
        return words_reply(f"{inert(written[-1].title)}: {link(written[-1].link)}")
    if state.resolution:
        return words_reply("The postmortem is being written; its link will be posted here.")
    return words_reply(f"It is written when the incident is closed: {RESOLVE_HINT}")


def status_reply(state: IncidentState, now: datetime, policy: Policy) -> RoomMessage:
    """Return the board with every gap and its remedy."""
    shown = board(state, now, policy)
    gaps = [f"• {inert(gap.text)} To close it: {inert(gap.remedy)}" for gap in state.gaps]
    listed = documents([section("*Not known*", *gaps, rest="the console")]) if gaps else ()
    return shown.model_copy(
        update={"key": "status", "blocks": (*shown.blocks, *listed), "is_pinned": False}
    )


def hypotheses_reply(state: IncidentState, policy: Policy) -> RoomMessage:
    """Return every standing hypothesis with all its claims."""
    ranked = rank(state, policy)
    if not ranked:
        return words_reply("Nobody has explained it yet. `/warroom status` shows who is asked.")
    numbered = numbers(state)
    blocks: list[Block] = [header(f"{incident_title(state)}: hypotheses")]
    for one in ranked:
        claims = [claim_line(c, numbered.get(c.claim_id)) for c in one.claims]
        title = f"*{one.rank}. {cause(one)}*: {standing(one)}"
        blocks.append(section(title, inert(one.summary, 400), *claims, rest=EVIDENCE_HINT))
    return message("hypotheses", f"{len(ranked)} hypotheses", blocks)


def evidence_list_reply(state: IncidentState, asked: str = "") -> RoomMessage:
    """Return the numbers of all there is to look at, and that there is nothing under this one."""
    shown = exhibits(state)
    if not shown:
        return words_reply("There is no evidence yet. `/warroom status` shows who is asked.")
    missing = [f"There is no evidence {inert(asked, 40)}."] if asked else []
    lines = [f"`{one.number}` {specialist(one.specialist)}: {_title(one)}" for one in shown]
    blocks = [
        section(*missing, *lines[-_LISTED:], rest=EVIDENCE_HINT),
        small(f"In full: {EVIDENCE_HINT}"),
    ]
    return message("evidence", f"{len(shown)} pieces of evidence", blocks)


def _title(exhibit: Exhibit) -> str:
    if exhibit.claim:
        return inert(exhibit.claim.text, 120)
    return inert(exhibit.evidence.text, 120) if exhibit.evidence else ""


def evidence_reply(state: IncidentState, number: int) -> RoomMessage | None:
    """Return one exhibit in full, or None when there is none of that number."""
    found = next((one for one in exhibits(state) if one.number == number), None)
    if found is None:
        return None
    blocks = [section(*_exhibit_lines(state, found)), small(f"For: {inert(found.about, 400)}")]
    return message("evidence", f"Evidence {number}", blocks)


def _exhibit_lines(state: IncidentState, exhibit: Exhibit) -> Iterator[str]:
    yield f"*Evidence {exhibit.number}* from {specialist(exhibit.specialist)}"
    if exhibit.claim:
        claim = measured(exhibit.claim, state)
        yield claim_line(claim, None)
        yield f"*Query* {code(claim.measure, 800)}"
        yield f"*Window* {inert(claim.window, 80)}"
        if exhibit.verdict:
            verdict = exhibit.verdict
            yield f"*Read through* {code(verdict.read_path, 200)}, {verdict.samples} samples"
            if verdict.excerpt:
                yield f"*As read* {code(verdict.excerpt, 600)}"
            if verdict.reason:
                yield f"*Why not* {inert(verdict.reason, 400)}"
    if exhibit.evidence:
        evidence = exhibit.evidence
        where = f" about {entity(evidence.entity)}" if evidence.entity else ""
        at = f" at {clock_time(evidence.at)}" if evidence.at else ""
        yield f"Quoted from {code(evidence.source, 80)}{where}{at}"
        yield code(evidence.text, 2000)
