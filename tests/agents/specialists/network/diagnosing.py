"""Runs the specialist on a capture, the verifier on its claims, and ranks as the commander does."""

from datetime import timedelta
from pathlib import Path

from agents.commander.weighing import rank
from agents.domain.claims import Verdict
from agents.domain.hypotheses import Answer, HypothesisStatus
from agents.domain.incidents import Incident, Severity
from agents.domain.plans import Plan, Policy, Question
from agents.domain.state import IncidentState
from agents.domain.synthesis import RankedHypothesis
from agents.integrations.capture.reader import Capture, load_capture
from agents.ports import Telemetry
from agents.specialists.framework import Assignment
from agents.specialists.network import network_specialist
from agents.verification.verifier import Verifier

CAPTURES = Path(__file__).parents[3] / "captures" / "network"


def open_capture(mode: str, side: str) -> Capture:
    """Open the capture that must trigger a mode, or the one that looks alike."""
    return load_capture(CAPTURES / mode / side)


def question_about(capture: Capture) -> Question:
    """Ask as the commander asks."""
    return Question(
        specialist="network",
        text="What is wrong in the network?",
        focus=capture.alert.entities,
        window=capture.window,
        baseline=capture.window.widened(before_seconds=3600).model_copy(
            update={"end": capture.window.start}
        ),
        asked_at=capture.now,
        deadline=capture.now + timedelta(minutes=1),
    )


def answer_to(capture: Capture) -> Answer:
    """Let the specialist investigate a capture."""
    assignment = Assignment(
        telemetry=capture.telemetry,
        question=question_about(capture),
        alert=capture.alert,
        topology=capture.topology,
        now=capture.now,
    )
    return network_specialist().investigate(assignment)


def verdicts_on(answer: Answer, telemetry: Telemetry) -> dict[str, Verdict]:
    """Measure every claim of an answer again, by claim id."""
    verifier = Verifier(telemetry)
    claims = [c for h in answer.hypotheses for c in (*h.claims, *h.forbids)]
    return {claim.id: verifier.verify(claim) for claim in claims}


def supported(capture: Capture) -> tuple[RankedHypothesis, ...]:
    """Return what stands once every claim has been measured again, origins first."""
    answer = answer_to(capture)
    verdicts = verdicts_on(answer, capture.telemetry)
    question = question_about(capture)
    state = IncidentState(
        incident_id="incident",
        incident=Incident(
            title=capture.alert.title,
            severity=Severity.SEV2,
            declared_at=capture.now,
            alert=capture.alert,
        ),
        plan=Plan(version=1, reason="test", questions=(question,), topology=capture.topology),
        answers={answer.question_id: answer},
        verdicts={f"{v.claim_id}:{v.round}": v for v in verdicts.values()},
    )
    ranked = rank(state, Policy())
    return tuple(one for one in ranked if one.status is HypothesisStatus.SUPPORTED)
