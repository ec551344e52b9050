"""Who is asked what, and the rules the commander keeps to."""

from typing import ClassVar

from agents.domain.base import Artifact, EntityRef, Instant, Value, Window
from agents.domain.readings import Topology


class Question(Artifact):
    """One question to one specialist."""

    id_prefix: ClassVar[str] = "question"

    specialist: str
    text: str
    focus: tuple[EntityRef, ...] = ()
    """Entities to look at first; the specialist may look further."""
    window: Window
    baseline: Window
    """A stretch before the incident that shows what is normal."""
    asked_at: Instant
    deadline: Instant


class Plan(Artifact):
    """The questions of an incident; a new version replaces the one before."""

    id_prefix: ClassVar[str] = "plan"

    version: int
    reason: str
    questions: tuple[Question, ...]
    topology: Topology = Topology()
    """Who depended on whom when the plan was made."""


class Member(Value):
    """One specialist on the roster."""

    name: str
    """Also the name of its queue."""
    title: str
    sources: tuple[str, ...]
    """`fnmatch` globs over source names that it may read: `objects:pods`, `rows:*`."""


class Roster(Value):
    """The specialists that can be asked, and the services they look after."""

    members: tuple[Member, ...]
    topology: Topology = Topology()

    def member(self, name: str) -> Member | None:
        """Return the specialist of that name."""
        return next((member for member in self.members if member.name == name), None)


class Policy(Value):
    """The commander's rules."""

    look_back_seconds: float = 1800.0
    """How far before the alert the window begins."""
    baseline_seconds: float = 3600.0
    question_deadline_seconds: float = 60.0
    verification_deadline_seconds: float = 45.0
    second_look_seconds: float = 10.0
    """After this long without a cause everybody is asked again: faults take time to show."""
    looks_at_most: int = 6
    supported_at: float = 0.7
    """Confidence from which a verified leader is called the cause."""
    lead_needed: float = 1.0
    """Log-odds between the first and the second that end the digging."""
    discriminators_at_most: int = 4
    approval_seconds: float = 900.0
    """How long an approval stays valid."""
    recovery_checks_at_most: int = 12
    recovery_interval_seconds: float = 5.0
    approver_ids: tuple[str, ...] = ()
    """Who may approve; empty means every full member of the room."""
