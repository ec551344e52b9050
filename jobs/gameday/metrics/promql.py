"""A documented subset of PromQL, evaluated over samples in memory.

The parser is a real one (GreptimeDB's, for the whole language); what is evaluated:

- instant and range selectors with all four label matchers, `offset`;
- `rate irate increase delta changes resets`, `avg min max sum count last stddev` `_over_time`;
- `sum avg min max count stddev group quantile topk bottomk`, `by` and `without`;
- `histogram_quantile`, `abs`, `clamp_min`, `clamp_max`, `absent`, `vector`, `scalar`, `time`;
- arithmetic, comparisons with and without `bool`, `and or unless`, one-to-one `on` / `ignoring`.

Anything else, such as subqueries, `@` and `group_left`, is refused by name, never ignored.
"""

import math
import operator
from collections.abc import Callable

import promql_parser as ast

from jobs.gameday.metrics import functions
from jobs.gameday.metrics.samples import Labels, SampleStore

Vector = dict[Labels, float]
Value = Vector | float


def _divided(a: float, b: float) -> float:
    """Divide as IEEE 754 does, where Python would raise."""
    if b:
        return a / b
    return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a)


ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divided,
    "%": lambda a, b: math.fmod(a, b) if b else math.nan,
    "^": math.pow,
}
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
SETS = ("and", "or", "unless")


class UnsupportedQueryError(Exception):
    """The query is PromQL, but not of the subset that is served here."""


class Evaluator:
    """Evaluates one expression at one time after another."""

    def __init__(self, samples: SampleStore) -> None:
        self._samples = samples

    def at(self, expression: ast.Expr, moment: float) -> Value:
        """The value of an expression at a time.

        Raises:
            UnsupportedQueryError: if it uses what is not served here.
        """
        match expression:
            case ast.NumberLiteral():
                return expression.val
            case ast.ParenExpr():
                return self.at(expression.expr, moment)
            case ast.UnaryExpr():
                return _map(self.at(expression.expr, moment), operator.neg)
            case ast.VectorSelector():
                return self._select(expression, moment)
            case ast.AggregateExpr():
                return self._aggregate(expression, moment)
            case ast.BinaryExpr():
                return self._binary(expression, moment)
            case ast.Call():
                return self._call(expression, moment)
            case _:
                raise UnsupportedQueryError(f"not supported here: {expression.prettify()}")

    def series(self, selector: ast.VectorSelector) -> list[Labels]:
        """The series that a selector names.

        Raises:
            UnsupportedQueryError: if it uses what is not served here.
        """
        if selector.at is not None or selector.matchers.or_matchers:
            raise UnsupportedQueryError(f"not supported here: {selector.prettify()}")
        matchers = list(selector.matchers.matchers)
        if selector.name:
            matchers.append(ast.Matcher(ast.MatchOp.Equal, "__name__", selector.name))
        return self._samples.select(matchers)

    def _select(self, selector: ast.VectorSelector, moment: float) -> Vector:
        when = moment - _offset(selector)
        found = {s: self._samples.value_at(s, when) for s in self.series(selector)}
        return {s: value for s, value in found.items() if value is not None}

    def _over_range(self, call: ast.Call, moment: float) -> Vector:
        window = call.args[0]
        if not isinstance(window, ast.MatrixSelector):
            raise UnsupportedQueryError(f"not supported here: {call.prettify()}")
        selector = window.vector_selector
        end = moment - _offset(selector)
        start = end - window.range.total_seconds()
        compute = functions.RANGE_FUNCTIONS[call.func.name]
        result: Vector = {}
        for series in self.series(selector):
            points = self._samples.within(series, start, end)
            value = compute(functions.Range(points, start, end))
            if value is not None:
                keep_name = call.func.name == "last_over_time"
                result[series if keep_name else _unnamed(series)] = value
        return result

    def _call(self, call: ast.Call, moment: float) -> Value:
        name = call.func.name
        if name in functions.RANGE_FUNCTIONS:
            return self._over_range(call, moment)
        arguments = [self.at(argument, moment) for argument in call.args]
        match name:
            case "time":
                return moment
            case "vector":
                return {(): _scalar(arguments[0])}
            case "scalar":
                values = list(_vector(arguments[0]).values())
                return values[0] if len(values) == 1 else math.nan
            case "absent":
                return {} if _vector(arguments[0]) else {(): 1.0}
            case "abs":
                return _map(arguments[0], abs)
            case "clamp_min" | "clamp_max":
                limit = _scalar(arguments[1])
                pick = max if name == "clamp_min" else min
                return _map(arguments[0], lambda v: pick(v, limit))
            case "histogram_quantile":
                return _histogram_quantile(_scalar(arguments[0]), _vector(arguments[1]))
            case _:
                raise UnsupportedQueryError(f"not supported here: {name}()")

    def _aggregate(self, node: ast.AggregateExpr, moment: float) -> Vector:
        name = str(node.op)
        groups: dict[Labels, Vector] = {}
        for series, value in _vector(self.at(node.expr, moment)).items():
            groups.setdefault(_group(series, node.modifier), {})[series] = value
        if name in ("topk", "bottomk"):
            count = int(_scalar(self.at(node.param, moment)) if node.param else 0)
            return _extremes(list(groups.values()), count, largest=name == "topk")
        if name == "quantile" and node.param:
            share = _scalar(self.at(node.param, moment))
            return {g: functions.quantile(share, list(v.values())) for g, v in groups.items()}
        if name not in functions.AGGREGATIONS:
            raise UnsupportedQueryError(f"not supported here: {name}")
        summary = functions.AGGREGATIONS[name]
        return {group: float(summary(list(v.values()))) for group, v in groups.items()}

    def _binary(self, node: ast.BinaryExpr, moment: float) -> Value:
        left, right = self.at(node.lhs, moment), self.at(node.rhs, moment)
        name = str(node.op)
        if isinstance(left, float) and isinstance(right, float):
            return float((ARITHMETIC | COMPARISONS)[name](left, right))
        if node.modifier and node.modifier.group_labels is not None:
            raise UnsupportedQueryError("not supported here: group_left and group_right")
        if name in SETS:
            return _set_operation(name, _vector(left), _vector(right), node.modifier)
        return _vector_operation(name, left, right, node.modifier)


def _vector_operation(
    name: str, left: Value, right: Value, modifier: ast.BinModifier | None
) -> Vector:
    """Combine two sides value by value; a comparison keeps what it holds for."""
    as_bool = modifier is not None and modifier.return_bool
    matched: list[tuple[Labels, float, float, float]] = []
    if isinstance(left, dict) and isinstance(right, dict):
        others = {_matching(s, modifier): v for s, v in right.items()}
        for series, value in left.items():
            key = _matching(series, modifier)
            if key in others:
                kept = key if modifier and modifier.matching else _unnamed(series)
                matched.append((kept, value, others[key], value))
    elif isinstance(left, dict):
        matched = [(s, v, _scalar(right), v) for s, v in left.items()]
    else:
        matched = [(s, left, v, v) for s, v in _vector(right).items()]
    if name in ARITHMETIC:
        return {_unnamed(s): float(ARITHMETIC[name](a, b)) for s, a, b, _ in matched}
    compare = COMPARISONS[name]
    if as_bool:
        return {_unnamed(s): float(compare(a, b)) for s, a, b, _ in matched}
    return {s: value for s, a, b, value in matched if compare(a, b)}


def _set_operation(
    name: str, left: Vector, right: Vector, modifier: ast.BinModifier | None
) -> Vector:
    on_left = {_matching(s, modifier) for s in left}
    on_right = {_matching(s, modifier) for s in right}
    if name == "or":
        return left | {s: v for s, v in right.items() if _matching(s, modifier) not in on_left}
    wanted = name == "and"
    return {s: v for s, v in left.items() if (_matching(s, modifier) in on_right) is wanted}


def _matching(series: Labels, modifier: ast.BinModifier | None) -> Labels:
    if modifier is None or modifier.matching is None:
        return _unnamed(series)
    listed = modifier.matching.labels
    if modifier.matching.type == ast.LabelModifierType.Include:
        return tuple(pair for pair in series if pair[0] in listed)
    return tuple(pair for pair in _unnamed(series) if pair[0] not in listed)


def _group(series: Labels, modifier: ast.AggModifier | None) -> Labels:
    if modifier is None:
        return ()
    if modifier.type == ast.AggModifierType.By:
        return tuple(pair for pair in series if pair[0] in modifier.labels)
    return tuple(pair for pair in _unnamed(series) if pair[0] not in modifier.labels)


def _extremes(groups: list[Vector], count: int, *, largest: bool) -> Vector:
    result: Vector = {}
    for group in groups:
        ordered = sorted(group.items(), key=operator.itemgetter(1), reverse=largest)
        result.update(ordered[:count])
    return result


def _histogram_quantile(share: float, vector: Vector) -> Vector:
    histograms: dict[Labels, dict[float, float]] = {}
    for series, value in vector.items():
        bound = dict(series).get("le")
        if bound is not None:
            rest = tuple(pair for pair in _unnamed(series) if pair[0] != "le")
            histograms.setdefault(rest, {})[float(bound)] = value
    return {s: functions.histogram_quantile(share, b) for s, b in histograms.items()}


def _map(value: Value, change: Callable[[float], float]) -> Value:
    if isinstance(value, dict):
        return {_unnamed(series): change(v) for series, v in value.items()}
    return change(value)


def _vector(value: Value) -> Vector:
    if not isinstance(value, dict):
        raise UnsupportedQueryError("an instant vector is expected where a number stands")
    return value


def _scalar(value: Value) -> float:
    if isinstance(value, dict):
        raise UnsupportedQueryError("a number is expected where an instant vector stands")
    return value


def _unnamed(series: Labels) -> Labels:
    return tuple(pair for pair in series if pair[0] != "__name__")


def _offset(selector: ast.VectorSelector) -> float:
    return selector.offset.total_seconds() if selector.offset else 0.0
