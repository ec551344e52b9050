"""Short phrases that several messages share."""

import re

from agents.domain.actions import ActionCall
from agents.domain.base import EntityRef
from agents.domain.claims import VerdictStatus
from agents.domain.hypotheses import HypothesisStatus
from agents.domain.incidents import Person
from agents.domain.state import IncidentState, Phase
from agents.domain.synthesis import MeasuredClaim, RankedHypothesis
from agents.domain.wording import in_words
from templates.text import (
    VERDICT_WORDS,
    clock_time,
    code,
    expectation,
    inert,
    one_line,
    scalar,
)

PHASES = {
    Phase.DECLARED: "Declared",
    Phase.INVESTIGATING: "Investigating",
    Phase.DIAGNOSED: "Diagnosed",
    Phase.AWAITING_APPROVAL: "Waiting for approval",
    Phase.MITIGATING: "Mitigating",
    Phase.MITIGATED: "Mitigated",
    Phase.STOPPED: "Stopped",
    Phase.RESOLVED: "Resolved",
}
STATUSES = {
    HypothesisStatus.PROPOSED: "being checked",
    HypothesisStatus.SUPPORTED: "supported",
    HypothesisStatus.REFUTED: "ruled out",
    HypothesisStatus.UNDETERMINED: "undetermined",
}
_VERDICT_SIGNS = {
    VerdictStatus.HOLDS: ":white_check_mark:",
    VerdictStatus.FAILS: ":x:",
    VerdictStatus.UNMEASURABLE: ":question:",
}
_LEAST_WORTH_TELLING = 0.05
EVIDENCE_HINT = "`/warroom evidence &lt;number&gt;`"
_SLACK_USER = re.compile(r"[UW][A-Z0-9]{2,20}")


def person(who: Person) -> str:
    """Return a person as Slack shows people, or by name where they are not of Slack."""
    return f"<@{who.id}>" if _SLACK_USER.fullmatch(who.id) else f"*{inert(who.name, 60)}*"


def specialist(name: str) -> str:
    """Return a specialist's name as a title."""
    known = {"aws": "AWS"}
    return inert(known.get(name, name.replace("_", " ").capitalize()), 40)


def entity(ref: EntityRef, limit: int = 80) -> str:
    """Return an entity by its key, in a code span."""
    return code(ref.key, limit)


def cause(ranked: RankedHypothesis) -> str:
    """Return a cause in a few words: how it fails, and what."""
    return f"{inert(ranked.cause.mode.title, 80)} on {entity(ranked.cause.entity)}"


def is_worth_telling(ranked: RankedHypothesis) -> bool:
    """Tell whether a hypothesis belongs on the board; the least likely are a command away."""
    is_open = ranked.status in {HypothesisStatus.SUPPORTED, HypothesisStatus.PROPOSED}
    return is_open or ranked.confidence >= _LEAST_WORTH_TELLING


def standing(ranked: RankedHypothesis) -> str:
    """Return where a hypothesis stands, in words and a figure."""
    follows = f" · follows from {ranked.caused_by}" if ranked.caused_by else ""
    return f"{STATUSES[ranked.status]}, {in_words(ranked.confidence)}{follows}"


def claim_line(claim: MeasuredClaim, number: int | None, *, is_dated: bool = True) -> str:
    """Return one claim beside what re-measuring it gave, and when unless that is said elsewhere."""
    where = f" `{number}`" if number else ""
    if claim.verdict is VerdictStatus.UNMEASURABLE and claim.measured_at is None:
        return f":hourglass_flowing_sand: *not measured yet*: {inert(claim.text, 160)}{where}"
    when = claim.measured_at if is_dated else None
    again = f", measured again at {clock_time(when)}" if when else ""
    expected = inert(expectation(claim.comparator, claim.expected), 140)
    figures = f"expected {expected}, observed {inert(scalar(claim.observed), 80)}"
    if claim.verdict is VerdictStatus.UNMEASURABLE:
        figures = f"expected {expected}, no measurement"
    return (
        f"{_VERDICT_SIGNS[claim.verdict]} *{VERDICT_WORDS[claim.verdict]}*: "
        f"{inert(claim.text, 160)} ({figures}{again}){where}"
    )


def call_lines(call: ActionCall) -> tuple[str, ...]:
    """Return the exact call: the action, its target and every argument."""
    arguments = tuple(
        f"• {inert(name, 60)} = {code(scalar(value, 200), 200)}"
        for name, value in call.arguments.items()
    )
    return (f"*{inert(call.action, 80)}* on {entity(call.target, 200)}", *arguments)


def incident_title(state: IncidentState) -> str:
    """Return the incident's severity and title as one plain line."""
    if state.incident is None:
        return "Incident"
    return one_line(f"{state.incident.severity.upper()} · {state.incident.title}", 140)
