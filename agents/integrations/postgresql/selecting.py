"""Predicates and aggregates as SQL, so that a measure is evaluated by the database itself.

What a condition means is defined by `agents.domain.reduction.row_matches`; this says the same in
SQL. Identifiers are taken from the view's own columns, values are always bound.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import LiteralString, cast

from psycopg import sql

from agents.domain.base import Scalar, Value
from agents.domain.measures import Comparator, Condition, Reduction
from agents.errors import CannotMeasure
from agents.integrations.postgresql.connection import Session
from agents.integrations.postgresql.views import View

Fragment = sql.Composed | sql.SQL


class Kind(StrEnum):
    """What a column's values are to us."""

    NUMBER = "number"
    FLAG = "flag"
    TEXT = "text"
    LIST = "list"


_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("int2", "int4", "int8", "oid", "float4", "float8", "numeric"), Kind.NUMBER),
    "bool": Kind.FLAG,
    **dict.fromkeys(("_int4", "_text"), Kind.LIST),
}
_UTC_TEXT = 'YYYY-MM-DD"T"HH24:MI:SS.US+00:00'
_NUMBER_TEXT = r"^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$"
_NOT_SHARED_WITH_POSTGRES = re.compile(r"\\[bBAZ]|\(\?")
"""Parts of Python's regular expressions that PostgreSQL reads otherwise."""

_ORDER: Mapping[Comparator, LiteralString] = {
    Comparator.LESS: "<",
    Comparator.AT_MOST: "<=",
    Comparator.GREATER: ">",
    Comparator.AT_LEAST: ">=",
}
_AGGREGATES: Mapping[Reduction, LiteralString] = {
    Reduction.MAX: "max({0})",
    Reduction.MIN: "min({0})",
    Reduction.SUM: "sum({0})",
    Reduction.MEAN: "avg({0})",
    Reduction.P50: "percentile_cont(0.50) within group (order by {0})",
    Reduction.P95: "percentile_cont(0.95) within group (order by {0})",
    Reduction.P99: "percentile_cont(0.99) within group (order by {0})",
}
_PICKS: Mapping[Reduction, LiteralString] = {
    Reduction.FIRST: "(array_agg({0}))[1]",
    Reduction.LAST: "(array_agg({0}))[count(*)]",
}


class Columns(Value):
    """The columns of a view on one server, with what they hold."""

    types: Mapping[str, str]

    def kind(self, column: str) -> Kind:
        """Return what a column holds."""
        return _KINDS.get(self.types[column], Kind.TEXT)

    def projected(self, view: View) -> Fragment:
        """Return the view with plain columns: UTC ISO texts for times, texts for the exotic."""
        items = sql.SQL(", ").join(self._projection(name) for name in self.types)
        body = sql.SQL(cast("LiteralString", view.sql))
        return sql.SQL("select {0} from ({1}) view").format(items, body)

    def _projection(self, name: str) -> Fragment:
        column = sql.Identifier(name)
        of_type = self.types[name]
        if of_type == "timestamptz":
            shape = sql.SQL("to_char({0} at time zone 'UTC', {1}) as {0}")
            return shape.format(column, sql.Literal(_UTC_TEXT))
        if of_type == "numeric":
            return sql.SQL("{0}::float8 as {0}").format(column)
        if of_type == "oid":
            return sql.SQL("{0}::int8 as {0}").format(column)
        if self.kind(name) is Kind.TEXT:
            return sql.SQL("{0}::text as {0}").format(column)
        return sql.SQL("{0}").format(column)


def describe(view: View, session: Session) -> Columns:
    """Ask the server for the view's columns; nothing is read."""
    body = sql.SQL(cast("LiteralString", view.sql))
    cursor = session.execute(sql.SQL("select * from ({0}) view limit 0").format(body))
    registry = session.adapters.types
    types: dict[str, str] = {}
    for column in cursor.description or ():
        known = registry.get(column.type_code)
        is_list = known is not None and column.type_code == known.array_oid
        types[column.name] = ("_" if is_list else "") + (known.name if known else "unknown")
    return Columns(types=types)


def predicate(columns: Columns, conditions: Iterable[Condition]) -> Fragment:
    """Return the conditions as SQL that is true or false, never null."""
    parts = [_condition(columns, one) for one in conditions]
    return sql.SQL(" and ").join(parts) if parts else sql.SQL("true")


def is_shared_with_postgres(conditions: Iterable[Condition]) -> bool:
    """Tell whether PostgreSQL would understand every regular expression as Python does."""
    return not any(
        condition.comparator is Comparator.MATCHES
        and _NOT_SHARED_WITH_POSTGRES.search(str(condition.value))
        for condition in conditions
    )


def aggregate(columns: Columns, reduction: Reduction, column: str) -> Fragment:
    """Return the reduction of a column as SQL.

    Raises:
        CannotMeasure: rows have no times, so they have no rate.
    """
    if reduction is Reduction.COUNT:
        return sql.SQL("count(*)")
    if reduction in {Reduction.INCREASE, Reduction.RATE}:
        raise CannotMeasure(f"{reduction} needs a time series; rows are a snapshot")
    kind = Kind.FLAG if column == "*" else columns.kind(column)
    name = sql.SQL("true") if column == "*" else sql.Identifier(column)
    if reduction in _PICKS:
        return sql.SQL(_PICKS[reduction]).format(name) if kind is not Kind.LIST else sql.NULL
    if kind is not Kind.NUMBER:
        return sql.SQL("null")
    return sql.SQL(_AGGREGATES[reduction]).format(sql.SQL("{0}::float8").format(name))


def unknown_columns(columns: Columns, names: Sequence[str]) -> tuple[str, ...]:
    """Return the names that the view does not have."""
    return tuple(name for name in names if name not in columns.types and name != "*")


def _condition(columns: Columns, condition: Condition) -> Fragment:
    kind = columns.kind(condition.field)
    name = sql.Identifier(condition.field)
    value, comparator = condition.value, condition.comparator
    if kind is Kind.LIST:  # a list has no scalar value, so it compares as null does
        name, kind = sql.NULL, Kind.TEXT
    if comparator in _ORDER:
        return _ordered(name, kind, comparator, value)
    if comparator in {Comparator.EQUAL, Comparator.NOT_EQUAL}:
        same = _same(name, kind, value)
        return same if comparator is Comparator.EQUAL else sql.SQL("not ({0})").format(same)
    if value is None:
        return sql.SQL("false")
    if comparator is Comparator.CONTAINS:
        shape = sql.SQL("coalesce(position(lower({0}) in lower({1}::text)) > 0, false)")
        return shape.format(sql.Literal(str(value)), name)
    shape = sql.SQL("coalesce({0}::text ~* {1}, false)")
    return shape.format(name, sql.Literal(str(value)))


def _ordered(name: sql.Composable, kind: Kind, comparator: Comparator, value: Scalar) -> Fragment:
    if not _is_number(value) or kind is Kind.FLAG:
        return sql.SQL("false")
    shape = sql.SQL("coalesce({0} {1} {2}, false)")
    return shape.format(_as_number(name, kind), sql.SQL(_ORDER[comparator]), sql.Literal(value))


def _same(name: sql.Composable, kind: Kind, value: Scalar) -> Fragment:
    if value is None:
        return sql.SQL("{0} is null").format(name)
    if isinstance(value, bool):
        fits = kind is Kind.FLAG
    elif _is_number(value):
        fits = kind is not Kind.FLAG
        name = _as_number(name, kind)
    else:
        fits = kind is Kind.TEXT
    if not fits:
        return sql.SQL("false")
    return sql.SQL("coalesce({0} = {1}, false)").format(name, sql.Literal(value))


def _as_number(name: sql.Composable, kind: Kind) -> sql.Composable:
    """Read numeric text as a number, as settings and decimals need it."""
    if kind is Kind.NUMBER:
        return name
    shape = sql.SQL("case when {0}::text ~* {1} then {0}::text::float8 end")
    return sql.SQL("({0})").format(shape.format(name, sql.Literal(_NUMBER_TEXT)))


def _is_number(value: Scalar) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
