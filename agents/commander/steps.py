"""What may be due for an incident. A step is either a decision to record or one job to do."""

from typing import Literal

from agents.domain.base import Value
from agents.domain.events import EventBody


class Record(Value):
    """A decision that needs nothing but the journal: write it down, fold again, ask again."""

    kind: Literal["record"] = "record"
    body: EventBody


class OpenRoom(Value):
    """Find or create the incident's channel and join it (queue `outbox`)."""

    kind: Literal["open_room"] = "open_room"


class Ask(Value):
    """Have a specialist answer a question (queue: the specialist's)."""

    kind: Literal["ask"] = "ask"
    question_id: str
    specialist: str


class Verify(Value):
    """Re-measure the claims of one artifact whose sources a queue can read.

    The subject is a hypothesis or a discriminator; claims that have a verdict are skipped.
    """

    kind: Literal["verify"] = "verify"
    subject_id: str
    queue: str


class Propose(Value):
    """Inspect the target and offer the action for a hypothesis (queue: a specialist's)."""

    kind: Literal["propose"] = "propose"
    hypothesis_id: str
    queue: str


class Execute(Value):
    """Make the approved call (queue `actions`)."""

    kind: Literal["execute"] = "execute"
    proposal_id: str


class MeasureRecovery(Value):
    """Measure whether an executed action helped (queue: a specialist's)."""

    kind: Literal["measure_recovery"] = "measure_recovery"
    proposal_id: str
    attempt: int
    queue: str
    delay_seconds: float


class DraftPostmortem(Value):
    """Write the postmortem from the journal and open its pull request (queue `documents`)."""

    kind: Literal["draft_postmortem"] = "draft_postmortem"


class Close(Value):
    """Nothing is left to do: the clock may skip the incident."""

    kind: Literal["close"] = "close"


Step = (
    Record | OpenRoom | Ask | Verify | Propose | Execute | MeasureRecovery | DraftPostmortem | Close
)
