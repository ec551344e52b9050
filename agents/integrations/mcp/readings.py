"""What the tools of a specialist's server return: MCP wants an object, not a bare list."""

from agents.domain.base import Value
from agents.domain.readings import Change, LogLine, Resource, Row, Series, Span


class Sources(Value):
    """The names of what can be read."""

    sources: tuple[str, ...]


class SeriesRead(Value):
    """Time series."""

    series: tuple[Series, ...]


class LinesRead(Value):
    """Log lines, oldest first."""

    lines: tuple[LogLine, ...]


class SpansRead(Value):
    """Spans, oldest first."""

    spans: tuple[Span, ...]


class ResourcesRead(Value):
    """API objects as they are now."""

    objects: tuple[Resource, ...]


class ChangesRead(Value):
    """Changes, oldest first."""

    changes: tuple[Change, ...]


class RowsRead(Value):
    """Rows as they are now."""

    rows: tuple[Row, ...]
