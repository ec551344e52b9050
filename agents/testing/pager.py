"""A pager in memory."""

from dataclasses import dataclass, field

from typing_extensions import override

from agents.errors import PeerRefused, WarroomError
from agents.ports import Pager


@dataclass
class Paged:
    """One incident as the pager knows it."""

    status: str = "triggered"
    notes: list[str] = field(default_factory=list[str])


@dataclass
class InMemoryPager(Pager):
    """Keeps status and notes; `failures` are raised, one per call, before anything is done."""

    incidents: dict[str, Paged] = field(default_factory=dict[str, Paged])
    failures: list[WarroomError] = field(default_factory=list[WarroomError])

    @override
    def acknowledge(self, external_id: str) -> None:
        """Acknowledge an incident that is not resolved."""
        incident = self._incident(external_id)
        if incident.status == "triggered":
            incident.status = "acknowledged"

    @override
    def find_note(self, external_id: str, marker: str) -> str | None:
        """Return the reference of a note that contains the marker."""
        notes = self._incident(external_id).notes
        return next((f"note-{n}" for n, text in enumerate(notes) if marker in text), None)

    @override
    def note(self, external_id: str, text: str) -> str:
        """Add a note."""
        notes = self._incident(external_id).notes
        notes.append(text)
        return f"note-{len(notes) - 1}"

    @override
    def resolve(self, external_id: str) -> None:
        """Resolve an incident."""
        self._incident(external_id).status = "resolved"

    def _incident(self, external_id: str) -> Paged:
        if self.failures:
            raise self.failures.pop(0)
        if external_id not in self.incidents:
            raise PeerRefused(f"The pager knows no incident {external_id}.")
        return self.incidents[external_id]
