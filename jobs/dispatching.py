"""Which job does which step."""

import re

from agents.commander.steps import (
    Ask,
    Close,
    DraftPostmortem,
    Execute,
    MeasureRecovery,
    OpenRoom,
    Propose,
    Record,
    Step,
    Verify,
)
from agents.ports import Job

OUTBOX = "outbox"
ACTIONS = "actions"
DOCUMENTS = "documents"
COMMANDER = "commander"
SUPPORT_QUEUES = (COMMANDER, OUTBOX, ACTIONS, DOCUMENTS)
"""The queues beside those of the specialists."""

_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9_-]+")


def job_for(incident_id: str, step: Step) -> Job:
    """Return the job of a step, under the same id whenever the step is due again."""
    match step:
        case OpenRoom():
            return _job(incident_id, OUTBOX, "open_room", seconds=60)
        case Ask():
            return _job(incident_id, step.specialist, "investigate", step.question_id, seconds=300)
        case Verify():
            return _job(incident_id, step.queue, "verify", step.subject_id, seconds=120)
        case Propose():
            return _job(incident_id, step.queue, "propose", step.hypothesis_id, seconds=60)
        case Execute():
            return _job(incident_id, ACTIONS, "execute", step.proposal_id, seconds=120)
        case MeasureRecovery():
            subject = recovery_subject(step.proposal_id, step.attempt)
            job = _job(incident_id, step.queue, "measure_recovery", subject, seconds=60)
            return job.model_copy(update={"delay_seconds": step.delay_seconds})
        case DraftPostmortem():
            return _job(incident_id, DOCUMENTS, "draft_postmortem", seconds=120)
        case Record() | Close():
            raise ValueError(f"{step.kind} is done by the commander itself")


def deliver_job(incident_id: str, peer: str, *, delay_seconds: float = 0.0) -> Job:
    """Return the job that tells a peer what it has not been told.

    One that waits goes by another name, so that it does not hold up what is due now.
    """
    subject = f"{peer}-later" if delay_seconds else peer
    job = _job(incident_id, OUTBOX, "deliver", subject, seconds=120)
    return job.model_copy(
        update={"subject_id": peer, "delay_seconds": delay_seconds, "runs_again": True}
    )


def recovery_subject(proposal_id: str, attempt: int) -> str:
    """Name one recovery check."""
    return f"{proposal_id}.{attempt}"


def parse_recovery_subject(subject: str) -> tuple[str, int]:
    """Return the proposal and the attempt of a recovery check's name."""
    proposal_id, _, attempt = subject.rpartition(".")
    return proposal_id, int(attempt)


def _job(incident_id: str, queue: str, task: str, subject: str = "", *, seconds: int) -> Job:
    """Make a job; its id is unique across queues, because two may verify parts of one subject."""
    parts = (incident_id, task, subject, queue)
    return Job(
        id="-".join(_NOT_IN_AN_ID.sub("_", part) for part in parts if part),
        queue=queue,
        task=task,
        incident_id=incident_id,
        subject_id=subject,
        timeout_seconds=seconds,
    )
