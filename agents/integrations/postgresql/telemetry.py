"""PostgreSQL as a source of rows: fixed views, read-only by construction."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import cast

from psycopg import sql
from pydantic import JsonValue, SecretStr

from agents.domain.base import EntityRef, Scalar, Window
from agents.domain.document import Document
from agents.domain.measures import Measure, Measurement, ObjectSelector, RowSelector
from agents.domain.readings import Resource, Row
from agents.domain.reduction import ratio, row_matches
from agents.errors import CannotMeasure, NoSuchSource
from agents.integrations.postgresql.connection import Limits, Session, connectability, reading
from agents.integrations.postgresql.selecting import (
    Columns,
    Fragment,
    aggregate,
    describe,
    is_shared_with_postgres,
    predicate,
    unknown_columns,
)
from agents.integrations.postgresql.views import CONNECTABILITY, VIEWS, require
from agents.selection import select_resources
from agents.telemetry import AbsentTelemetry, measure_by_reading

DATABASES = "databases"
"""The kind under which the connected instances are listed, as captures list theirs."""

_VIEW_NAMES = (*VIEWS, CONNECTABILITY)
_EXCERPT_ROWS = 3
_EXCERPT_CHARACTERS = 400


def _utc_now() -> datetime:
    return datetime.now(UTC)


class PostgresTelemetry(AbsentTelemetry):
    """Reads statistics views of named PostgreSQL instances; its own sessions are left out."""

    def __init__(
        self,
        instances: Mapping[str, SecretStr],
        limits: Limits | None = None,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        """Keep the connection URLs by instance name; nothing is connected yet."""
        self._instances = dict(instances)
        self._limits = limits or Limits()
        self._clock = clock

    def sources(self) -> frozenset[str]:
        """Name the views, and the list of instances."""
        if not self._instances:
            return frozenset()
        return frozenset({f"objects:{DATABASES}", *(f"rows:{view}" for view in _VIEW_NAMES)})

    def objects(self, selector: ObjectSelector) -> tuple[Resource, ...]:
        """Return the connected instances, each with the views that it may be asked for."""
        if selector.kind != DATABASES or not self._instances:
            return super().objects(selector)
        return tuple(select_resources([_instance(name) for name in self._instances], selector))

    def rows(self, selector: RowSelector) -> tuple[Row, ...]:
        """Return the matching rows of one instance."""
        url = self._url(selector)
        if selector.view == CONNECTABILITY:
            row = Row(columns=connectability(selector.instance, url, self._limits))
            return (row,) if row_matches(row, selector.where) else ()
        with reading(selector.instance, url, self._limits) as session:
            columns = _columns(selector, session)
            return _rows(session, _matching(columns, selector))

    def measure(self, measure: Measure, window: Window) -> Measurement:
        """Let the database itself filter and aggregate, in a transaction of its own."""
        selector = measure.selector
        if not isinstance(selector, RowSelector):
            return super().measure(measure, window)
        if selector.view == CONNECTABILITY or not is_shared_with_postgres(selector.where):
            read_path = f"postgresql:{selector.instance}"
            by_reading = measure_by_reading(self, measure, window, read_path)
            return by_reading.model_copy(update={"measured_at": self._clock()})
        measured = self._measured(selector, measure)
        if measure.divided_by is None:
            return measured
        return ratio(measured, self.measure(measure.divided_by, window))

    def _url(self, selector: RowSelector) -> str:
        if selector.view not in _VIEW_NAMES:
            raise NoSuchSource(f"PostgreSQL is not read through a view {selector.view!r}")
        url = self._instances.get(selector.instance)
        if url is None:
            raise NoSuchSource(
                f"no connection to a database {selector.instance!r} is configured",
                remedy=f"add {selector.instance}=URL to WARROOM_POSTGRESQL_URLS",
            )
        return url.get_secret_value()

    def _measured(self, selector: RowSelector, measure: Measure) -> Measurement:
        with reading(selector.instance, self._url(selector), self._limits) as session:
            columns = _columns(selector, session)
            matching = _matching(columns, selector)
            reduced = aggregate(columns, measure.reduce, selector.column)
            query = sql.SQL("select {0}, count(*) from ({1}) matching").format(reduced, matching)
            value, samples = session.execute(query).fetchone() or (None, 0)
            examples = _rows(session, sql.SQL("{0} limit {1}").format(matching, _EXCERPT_ROWS))
        excerpt = "\n".join(str(dict(row.columns)) for row in examples)
        return Measurement(
            value=_scalar(value),
            samples=int(samples),
            read_path=f"postgresql:{selector.instance}:sql:{selector.view}",
            measured_at=self._clock(),
            excerpt=excerpt[:_EXCERPT_CHARACTERS],
        )


def _instance(name: str) -> Resource:
    body: dict[str, JsonValue] = {"instance": name, "views": [*_VIEW_NAMES]}
    entity = EntityRef(kind="database", name=name)
    return Resource(kind=DATABASES, entity=entity, document=Document(body=body))


def _columns(selector: RowSelector, session: Session) -> Columns:
    view = VIEWS[selector.view]
    require(view, selector.instance, session)
    columns = describe(view, session)
    wanted = [selector.column, *(condition.field for condition in selector.where)]
    if unknown := unknown_columns(columns, wanted):
        raise CannotMeasure(f"the view {view.name} has no column {', '.join(unknown)}")
    return columns


def _matching(columns: Columns, selector: RowSelector) -> Fragment:
    every = columns.projected(VIEWS[selector.view])
    shape = sql.SQL("select * from ({0}) every where {1}")
    return shape.format(every, predicate(columns, selector.where))


def _rows(session: Session, query: Fragment | sql.Composed) -> tuple[Row, ...]:
    cursor = session.execute(query)
    names = [column.name for column in cursor.description or ()]
    return tuple(
        Row(columns={n: _json(v) for n, v in zip(names, values, strict=True)})
        for values in cursor.fetchall()
    )


def _scalar(value: object) -> Scalar:
    return value if isinstance(value, bool | int | float | str) else None


def _json(value: object) -> JsonValue:
    if isinstance(value, list):
        return [_scalar(item) for item in cast("list[object]", value)]
    return _scalar(value)
