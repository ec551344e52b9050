"""Specialists that say which of their readings were cut short."""

from dataclasses import dataclass

from agents.domain.hypotheses import Answer
from agents.domain.plans import Member
from agents.gateway.ledger import Ledger
from agents.specialists.framework import Assignment, ListedCheck, Specialist


@dataclass(frozen=True, slots=True)
class CompletingSpecialist:
    """Adds to a specialist's answers the gaps that the gateway's caps left in what it read."""

    specialist: Specialist
    ledger: Ledger

    @property
    def member(self) -> Member:
        """Its entry on the roster."""
        return self.specialist.member

    @property
    def checks(self) -> tuple[ListedCheck, ...]:
        """What it knows to look for."""
        return self.specialist.checks

    def investigate(self, assignment: Assignment, only: str | None = None) -> Answer:
        """Run every check (or one, by name) and return all that was found and what was cut."""
        return self.ledger.completed(self.specialist.investigate(assignment, only))
