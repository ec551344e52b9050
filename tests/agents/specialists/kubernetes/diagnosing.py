"""Runs the specialist on a capture, and the verifier on what it says."""

from datetime import timedelta
from pathlib import Path

from agents.commander.weighing import Weighed, weigh
from agents.domain.claims import Verdict
from agents.domain.hypotheses import Answer, HypothesisStatus
from agents.domain.plans import Policy, Question
from agents.domain.state import IncidentState
from agents.integrations.capture.reader import Capture, load_capture
from agents.ports import Telemetry
from agents.specialists.framework import Assignment
from agents.specialists.kubernetes import kubernetes_specialist
from agents.verification.verifier import Verifier

CAPTURES = Path(__file__).parents[3] / "captures" / "kubernetes"


def open_capture(mode: str, side: str) -> Capture:
    """Open the capture that must trigger a mode, or the one that looks alike."""
    return load_capture(CAPTURES / mode / side)


def answer_to(capture: Capture) -> Answer:
    """Let the specialist investigate a capture."""
    question = Question(
        specialist="kubernetes",
        text="What is wrong in the cluster?",
        focus=capture.alert.entities,
        window=capture.window,
        baseline=capture.window.shifted(-3600),
        asked_at=capture.now,
        deadline=capture.now + timedelta(minutes=1),
    )
    assignment = Assignment(
        telemetry=capture.telemetry,
        question=question,
        alert=capture.alert,
        topology=capture.topology,
        now=capture.now,
    )
    return kubernetes_specialist().investigate(assignment)


def verdicts_on(answer: Answer, telemetry: Telemetry) -> dict[str, Verdict]:
    """Measure every claim of an answer again, by claim id."""
    verifier = Verifier(telemetry)
    claims = [c for h in answer.hypotheses for c in (*h.claims, *h.forbids)]
    return {claim.id: verifier.verify(claim) for claim in claims}


def weighed(answer: Answer, telemetry: Telemetry) -> tuple[Weighed, ...]:
    """Weigh the hypotheses as the commander does once their claims are measured."""
    verdicts = verdicts_on(answer, telemetry)
    state = IncidentState(
        incident_id="incident",
        answers={answer.question_id: answer},
        verdicts={f"{v.claim_id}:{v.round}": v for v in verdicts.values()},
    )
    return weigh(state, Policy())


def supported_modes(capture: Capture) -> list[str]:
    """Name the failure modes that stand once every claim has been measured again."""
    several = weighed(answer_to(capture), capture.telemetry)
    return sorted(
        one.hypothesis.cause.failure_mode
        for one in several
        if one.status is HypothesisStatus.SUPPORTED
    )
