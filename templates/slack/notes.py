"""What happens to hypotheses, told in the board's thread and nowhere louder."""

from collections.abc import Iterator, Sequence

from agents.commander.weighing import refutation
from agents.domain.claims import Verdict, VerdictStatus
from agents.domain.hypotheses import Hypothesis
from agents.domain.state import IncidentState
from agents.ports import RoomMessage
from templates.slack.blocks import message, section
from templates.slack.board import KEY, refuted_by
from templates.slack.phrases import entity, specialist
from templates.text import VERDICT_WORDS, counted, inert


def notes(state: IncidentState) -> tuple[RoomMessage, ...]:
    """Return a note for each cause, one when its claims have been measured, and disagreements."""
    first_of: dict[str, Hypothesis] = {}
    for hypothesis in state.hypotheses:
        first_of.setdefault(hypothesis.cause.key, hypothesis)
    told = (note for one in first_of.values() for note in _about(one, state))
    return (*told, *_conflicts(state))


def _conflicts(state: IncidentState) -> Iterator[RoomMessage]:
    """Yield each disagreement, and the measurement that is to settle it with its outcome."""
    for conflict in state.conflicts.values():
        yield _note(
            f"conflict:{conflict.id}", "Two explanations disagree", inert(conflict.text, 400)
        )
    for chosen in state.discriminators.values():
        verdict = state.verdict(chosen.claim)
        outcome = f" Measured: it {VERDICT_WORDS[verdict.status]}." if verdict else ""
        text = f"{inert(chosen.claim.text)}: {inert(chosen.reason)}{outcome}"
        yield _note(f"discriminator:{chosen.id}", "Measuring to tell them apart", text)


def _about(hypothesis: Hypothesis, state: IncidentState) -> Iterator[RoomMessage]:
    title = f"*{inert(hypothesis.cause.mode.title, 80)}* on {entity(hypothesis.cause.entity)}"
    by = specialist(hypothesis.produced_by.name)
    yield _note(f"new:{hypothesis.id}", f"New from {by}: {title}", inert(hypothesis.summary, 400))
    measured = _measured(hypothesis, state)
    if measured:
        yield _note(f"measured:{hypothesis.id}", f"{measured[0]}: {title}", measured[1])


def _measured(hypothesis: Hypothesis, state: IncidentState) -> tuple[str, str] | None:
    """Return what measuring did to a hypothesis, once there is no more to wait for."""
    fatal = refutation(hypothesis, state)
    if fatal:
        reason = refuted_by(*fatal)
        return "Refuted", f"{reason[:1].upper()}{reason[1:]}"
    verdicts = [state.verdict(claim) for claim in hypothesis.claims]
    if not verdicts or None in verdicts:
        return None
    held, failed = _count(verdicts, VerdictStatus.HOLDS), _count(verdicts, VerdictStatus.FAILS)
    unclear = len(verdicts) - held - failed
    tally = f"{held} of {counted(len(verdicts), 'claim')} held when measured again"
    if unclear:
        tally += f", {unclear} could not be measured"
    if held == failed == 0:
        return "Unclear", tally
    return ("Strengthened" if held > failed else "Weakened"), tally


def _count(verdicts: Sequence[Verdict | None], status: VerdictStatus) -> int:
    return sum(verdict is not None and verdict.status is status for verdict in verdicts)


def _note(key: str, title: str, text: str) -> RoomMessage:
    blocks = [section(title, text)]
    return message(f"note:{key}", f"{title}: {text}", blocks, thread_key=KEY)
