"""Structured questions to telemetry, and the scalar they reduce to."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from agents.domain.base import EntityRef, Instant, Labels, Scalar, Value


class Comparator(StrEnum):
    """How an observed value is held against an expected one."""

    EQUAL = "=="
    NOT_EQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    GREATER = ">"
    AT_LEAST = ">="
    CONTAINS = "contains"
    MATCHES = "matches"
    """The expected text is a regular expression that is found in the observed text."""


class Reduction(StrEnum):
    """How many readings become one value."""

    FIRST = "first"
    LAST = "last"
    MAX = "max"
    MIN = "min"
    MEAN = "mean"
    SUM = "sum"
    COUNT = "count"
    P50 = "p50"
    P95 = "p95"
    P99 = "p99"
    INCREASE = "increase"
    """Growth of a counter over the window, resets allowed for."""
    RATE = "rate"
    """INCREASE per second."""


class Condition(Value):
    """One field of a row, label set or object that must compare so."""

    field: str
    comparator: Comparator = Comparator.EQUAL
    value: Scalar


class MetricSelector(Value):
    """Which time series; in `name` and in the values of `labels`, `*` stands for any characters."""

    reader: Literal["metrics"] = "metrics"
    name: str
    entity: EntityRef | None = None
    statistic: str | None = None
    """As the source names it: `Average`, `p99`, ...; None where series carry no statistic."""
    labels: Labels = Field(default_factory=dict[str, str])

    @property
    def source(self) -> str:
        """The source this asks."""
        return "metrics"


class LogSelector(Value):
    """Which log lines."""

    reader: Literal["logs"] = "logs"
    entity: EntityRef | None = None
    pattern: str = ""
    """A regular expression (Python `re`, case-insensitive) searched in the message."""
    level: str | None = None

    @property
    def source(self) -> str:
        """The source this asks."""
        return "logs"


class TraceSelector(Value):
    """Which spans."""

    reader: Literal["traces"] = "traces"
    service: str | None = None
    operation: str | None = None
    status: str | None = None
    field: Literal["duration_ms", "span_id"] = "duration_ms"

    @property
    def source(self) -> str:
        """The source this asks."""
        return "traces"


class ObjectSelector(Value):
    """Which API objects, and which value of each.

    `kind` is the lower-case plural of a Kubernetes kind (`pods`, `deployments`, `events`) or
    `<aws service>.<collection>` in snake case (`rds.db_instances`, `elbv2.target_health`).
    """

    reader: Literal["objects"] = "objects"
    kind: str
    namespace: str | None = None
    name: str | None = None
    labels: Labels = Field(default_factory=dict[str, str])
    where: str | None = None
    """A JMESPath expression; only objects for which it is true count."""
    path: str = "@"
    """A JMESPath expression for the value taken from each object."""

    @property
    def source(self) -> str:
        """The source this asks."""
        return f"objects:{self.kind}"


class ChangeSelector(Value):
    """Which changes."""

    reader: Literal["changes"] = "changes"
    entity: EntityRef | None = None
    kind: str | None = None
    ref: str | None = None

    @property
    def source(self) -> str:
        """The source this asks."""
        return "changes"


class ProbeSelector(Value):
    """Which active, read-only probe of the network, and which field of its result."""

    reader: Literal["probe"] = "probe"
    probe: Literal["dns", "tcp", "tls", "http", "trace"]
    target: str
    """A host name, `host:port` or URL."""
    field: str = "ok"

    @property
    def source(self) -> str:
        """The source this asks."""
        return f"probe:{self.probe}"


class RowSelector(Value):
    """Which rows of a database's statistics view, and which column."""

    reader: Literal["rows"] = "rows"
    instance: str
    view: str
    where: tuple[Condition, ...] = ()
    column: str = "*"

    @property
    def source(self) -> str:
        """The source this asks."""
        return f"rows:{self.view}"


Selector = Annotated[
    MetricSelector
    | LogSelector
    | TraceSelector
    | ObjectSelector
    | ChangeSelector
    | ProbeSelector
    | RowSelector,
    Field(discriminator="reader"),
]


class Measure(Value):
    """A query that yields one scalar, so that anybody can run it again."""

    selector: Selector
    reduce: Reduction
    shifted_back_seconds: float = 0.0
    """Measure this long before the claim's window: a baseline."""
    divided_by: "Measure | None" = None
    """Makes a ratio: errors by requests, now by baseline."""


class Measurement(Value):
    """What a measure read."""

    value: Scalar
    """None when nothing matched."""
    samples: int
    """How many readings the value was reduced from."""
    read_path: str
    """The adapter and the call that were used, e.g. `prometheus:/api/v1/query`."""
    measured_at: Instant | None = None
    excerpt: str = ""
    """A short quotation of the raw readings, for people."""
