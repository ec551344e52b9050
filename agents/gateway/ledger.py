"""What went through the gateway, until it is written to the journal."""

from dataclasses import dataclass, field
from threading import Lock

from agents.domain.hypotheses import Answer, Gap
from agents.domain.learning import ToolCall


@dataclass
class Ledger:
    """Collects the calls of one piece of work, and the gaps that size limits left in what it read.

    Whoever runs the work drains it and appends `ToolsCalled` to the journal.
    """

    _calls: list[ToolCall] = field(default_factory=list[ToolCall])
    _gaps: dict[str, Gap] = field(default_factory=dict[str, Gap])
    _writing: Lock = field(default_factory=Lock, repr=False)

    def note(self, call: ToolCall, gaps: tuple[Gap, ...] = ()) -> None:
        """Add a call, and what was left out of its result."""
        with self._writing:
            self._calls.append(call)
            self._gaps.update({gap.id: gap for gap in gaps})

    def calls(self) -> tuple[ToolCall, ...]:
        """Return the calls noted since the last draining."""
        return tuple(self._calls)

    def drain(self) -> tuple[ToolCall, ...]:
        """Return the calls and forget them."""
        with self._writing:
            drained = tuple(self._calls)
            self._calls.clear()
            return drained

    def completed(self, answer: Answer) -> Answer:
        """Return an answer that says which of its readings were cut short."""
        known = {gap.id for gap in answer.gaps}
        added = tuple(gap for gap in self._gaps.values() if gap.id not in known)
        if not added:
            return answer
        return answer.model_copy(update={"gaps": (*answer.gaps, *added)})
