"""The tools of a specialist's server: its readers, its checks, and its whole investigation."""

import re
from collections.abc import Callable, Generator
from contextlib import contextmanager

from mcp.server.mcpserver.exceptions import ToolError

from agents.domain.base import Window
from agents.domain.hypotheses import Answer
from agents.domain.measures import (
    ChangeSelector,
    LogSelector,
    Measure,
    Measurement,
    MetricSelector,
    ObjectSelector,
    ProbeSelector,
    RowSelector,
    TraceSelector,
)
from agents.domain.plans import Question
from agents.domain.readings import ProbeResult, Topology
from agents.errors import WarroomError
from agents.integrations.mcp.readings import (
    ChangesRead,
    LinesRead,
    ResourcesRead,
    RowsRead,
    SeriesRead,
    Sources,
    SpansRead,
)
from agents.specialists.framework import Assignment, Specialist

MakeAssignment = Callable[[Question | None], Assignment]
"""Returns what a specialist is to work with; None stands for the question of the incident."""


@contextmanager
def anticipated() -> Generator[None]:
    """Let a client read why a call failed, and what to do about it.

    Raises:
        ToolError: what we, or an argument, said no to.
    """
    try:
        yield
    except WarroomError as refused:
        remedy = f" ({refused.remedy})" if refused.remedy else ""
        raise ToolError(f"{type(refused).__name__}: {refused}{remedy}") from refused
    except (ValueError, re.error) as wrong:  # JMESPath and regular expressions among the arguments
        raise ToolError(f"an argument is not valid: {wrong}") from wrong


class ReaderTools:
    """The readers, one tool each; a tool's docstring is what a model reads about it."""

    def __init__(self, make_assignment: MakeAssignment) -> None:
        """Keep where telemetry and the default window come from."""
        self._make_assignment = make_assignment

    def list_sources(self) -> Sources:
        """List what can be read here: metrics, objects:pods, rows:pg_locks, probe:dns, ..."""
        with anticipated():
            return Sources(sources=tuple(sorted(self._assignment().telemetry.sources())))

    def read_metrics(self, selector: MetricSelector, window: Window | None = None) -> SeriesRead:
        """Read time series by name, entity, statistic and labels."""
        with anticipated():
            read = self._assignment().telemetry.metrics(selector, self._window(window))
            return SeriesRead(series=read)

    def read_logs(self, selector: LogSelector, window: Window | None = None) -> LinesRead:
        """Read log lines by entity, level and a regular expression."""
        with anticipated():
            read = self._assignment().telemetry.logs(selector, self._window(window))
            return LinesRead(lines=read)

    def read_traces(self, selector: TraceSelector, window: Window | None = None) -> SpansRead:
        """Read spans by service, operation and status."""
        with anticipated():
            read = self._assignment().telemetry.traces(selector, self._window(window))
            return SpansRead(spans=read)

    def read_objects(self, selector: ObjectSelector) -> ResourcesRead:
        """Read API objects as they are now, by kind, namespace, name, labels and JMESPath."""
        with anticipated():
            return ResourcesRead(objects=self._assignment().telemetry.objects(selector))

    def read_changes(self, selector: ChangeSelector, window: Window | None = None) -> ChangesRead:
        """Read what people and automation changed."""
        with anticipated():
            read = self._assignment().telemetry.changes(selector, self._window(window))
            return ChangesRead(changes=read)

    def read_topology(self) -> Topology:
        """Read which service depends on which."""
        with anticipated():
            return self._assignment().telemetry.topology()

    def read_rows(self, selector: RowSelector) -> RowsRead:
        """Read rows of a database's statistics view as they are now."""
        with anticipated():
            return RowsRead(rows=self._assignment().telemetry.rows(selector))

    def probe(self, selector: ProbeSelector) -> ProbeResult:
        """Probe a network target harmlessly: DNS, TCP, TLS, HTTP or the path to it."""
        with anticipated():
            return self._assignment().telemetry.probe(selector)

    def measure(self, measure: Measure, window: Window | None = None) -> Measurement:
        """Reduce a query to one value, freshly, the way claims are verified."""
        with anticipated():
            return self._assignment().telemetry.measure(measure, self._window(window))

    def _assignment(self) -> Assignment:
        return self._make_assignment(None)

    def _window(self, window: Window | None) -> Window:
        return window or self._assignment().question.window


def investigation(
    specialist: Specialist, make_assignment: MakeAssignment
) -> Callable[[Question | None], Answer]:
    """Return the tool that runs every check."""

    def investigate(question: Question | None = None) -> Answer:
        with anticipated():
            return specialist.investigate(make_assignment(question))

    return investigate


def single_check(
    specialist: Specialist, name: str, make_assignment: MakeAssignment
) -> Callable[[Question | None], Answer]:
    """Return the tool that runs one check."""

    def run(question: Question | None = None) -> Answer:
        with anticipated():
            return specialist.investigate(make_assignment(question), only=name)

    return run
