"""What the AWS specialist looks at: the account's objects, its metrics, its events."""

from agents.domain.measures import ObjectSelector
from agents.domain.readings import Resource
from agents.specialists.framework import Assignment
from agents.telemetry import covers


class AwsView:
    """Typed access to one account's objects, read at most once each."""

    def __init__(self, assignment: Assignment) -> None:
        """Keep the assignment; nothing is read before it is asked for."""
        self.assignment = assignment
        self._available = assignment.telemetry.sources()
        self._read: dict[str, tuple[Resource, ...]] = {}

    def objects(self, kind: str) -> tuple[Resource, ...]:
        """Return every object of a kind; none where the source is not there."""
        if kind not in self._read:
            there = covers(self._available, f"objects:{kind}")
            found = self.assignment.telemetry.objects(ObjectSelector(kind=kind)) if there else ()
            self._read[kind] = found
        return self._read[kind]
