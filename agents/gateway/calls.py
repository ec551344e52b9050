"""One call on its way through the gate."""

from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import structlog

from agents.domain.base import Value, Window, canonical_json, sha256_hex
from agents.domain.hypotheses import Gap
from agents.domain.learning import ToolCall
from agents.domain.measures import Measure, Selector
from agents.errors import WarroomError
from agents.gateway.ledger import Ledger
from agents.gateway.redaction import redact
from agents.ports import Clock

_log = structlog.get_logger(__name__)


class Query(Value):
    """What is asked of a source; with neither selector nor measure it asks for the topology."""

    selector: Selector | None = None
    measure: Measure | None = None
    window: Window | None = None

    @property
    def source(self) -> str:
        """The source this asks."""
        asked = self.measure.selector if self.measure else self.selector
        return asked.source if asked else "topology"

    @property
    def text(self) -> str:
        """The query as the ledger keeps it."""
        return canonical_json(self.model_dump(mode="json", exclude_none=True))

    @property
    def key(self) -> str:
        """The same for the same question, whoever asks it."""
        return sha256_hex(self.text)


class Passed(Value):
    """How a call was answered."""

    items: int = 0
    digest: str = ""
    notices: tuple[str, ...] = ()
    cached: bool = False


@dataclass
class Call:
    """Notes one call in the ledger, however it ends.

    An error leaves the gate without secrets in its message.
    """

    agent: str
    query: Query
    clock: Clock
    ledger: Ledger
    passed: Passed = field(default_factory=Passed)

    def __enter__(self) -> Self:
        """Start the call's clock."""
        self._started_at = self.clock()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Note how the call ended."""
        if isinstance(error, WarroomError):
            error.args = tuple(redact(str(each)) for each in error.args)
            error.remedy = redact(error.remedy)
        source = self.query.source
        refused = "" if error is None else redact(f"{type(error).__name__}: {error}")
        call = ToolCall(
            agent=self.agent,
            source=source,
            query=redact(self.query.text),
            started_at=self._started_at,
            seconds=(self.clock() - self._started_at).total_seconds(),
            items=self.passed.items,
            cached=self.passed.cached,
            refused=refused,
            result_digest=self.passed.digest,
            notices=self.passed.notices,
        )
        for notice in self.passed.notices:
            _log.warning("reading_cut", agent=self.agent, source=source, notice=notice)
        self.ledger.note(call, tuple(_gap(source, notice) for notice in self.passed.notices))


def _gap(source: str, notice: str) -> Gap:
    return Gap(
        source=source, text=f"{source}: {notice}", remedy="narrow the question or its window"
    )
