"""A code host in memory."""

from dataclasses import dataclass, field

from typing_extensions import override

from agents.domain.learning import PullRequest
from agents.errors import WarroomError
from agents.ports import CodeHost, DocumentChange


@dataclass
class InMemoryCodeHost(CodeHost):
    """Keeps offered documents by branch; `failures` are raised, one per call."""

    offered: dict[str, DocumentChange] = field(default_factory=dict[str, DocumentChange])
    failures: list[WarroomError] = field(default_factory=list[WarroomError])

    @override
    def offer(self, change: DocumentChange) -> PullRequest:
        """Keep a document; the first offer of a branch stands."""
        if self.failures:
            raise self.failures.pop(0)
        kept = self.offered.setdefault(change.branch, change)
        number = list(self.offered).index(change.branch) + 1
        link = f"https://code.example/pulls/{number}"
        return PullRequest(kind=kept.kind, branch=kept.branch, title=kept.title, link=link)
