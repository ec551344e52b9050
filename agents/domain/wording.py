"""Plain words for measures, scalars and confidence."""

from agents.domain.base import Scalar
from agents.domain.measures import (
    ChangeSelector,
    Condition,
    LogSelector,
    Measure,
    MetricSelector,
    ObjectSelector,
    ProbeSelector,
    Selector,
    TraceSelector,
)

_NEARLY_ALL, _NEARLY_NONE = 0.99, 0.01
_CONFIDENCE_WORDS = (
    (0.95, "almost certain"),
    (0.8, "very likely"),
    (0.6, "likely"),
    (0.4, "possible"),
    (0.0, "unlikely"),
)


def in_words(confidence: float) -> str:
    """Return a probability as words and number: `very likely (86%)`; never as a certainty."""
    words = next(words for least, words in _CONFIDENCE_WORDS if confidence >= least)
    number = f"{confidence:.0%}" if _NEARLY_NONE <= confidence <= _NEARLY_ALL else None
    bound = f"over {_NEARLY_ALL:.0%}" if confidence > _NEARLY_ALL else f"under {_NEARLY_NONE:.0%}"
    return f"{words} ({number or bound})"


def scalar_text(value: Scalar) -> str:
    """Return a measured value as people write it."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)


def measure_text(measure: Measure) -> str:
    """Return a measure as one line: the reduction, what it reads, and what divides it."""
    above = f"{measure.reduce.value} of {selector_text(measure.selector)}"
    if measure.shifted_back_seconds:
        above += f" {measure.shifted_back_seconds:g} s earlier"
    return f"{above} / {measure_text(measure.divided_by)}" if measure.divided_by else above


def selector_text(selector: Selector) -> str:
    """Return what a selector reads, as one line."""
    match selector:
        case MetricSelector():
            labels = ", ".join(f"{key}={value}" for key, value in selector.labels.items())
            parts = [selector.name, selector.statistic, f"{{{labels}}}" if labels else ""]
            return _joined(parts, selector.entity)
        case LogSelector():
            return _joined(["log lines", selector.level, f"/{selector.pattern}/"], selector.entity)
        case TraceSelector():
            return _joined(["spans", selector.operation, selector.status], selector.service)
        case ObjectSelector():
            name = "/".join(part for part in (selector.namespace, selector.name) if part)
            where = f"[?{selector.where}]" if selector.where else ""
            path = "" if selector.path == "@" else selector.path
            return _joined([selector.kind, name + where, path], None)
        case ChangeSelector():
            return _joined(["changes", selector.kind, selector.ref], selector.entity)
        case ProbeSelector():
            return _joined([selector.probe, "probe", selector.field], selector.target)
        case _:
            where = " and ".join(_condition(condition) for condition in selector.where)
            column = "" if selector.column == "*" else selector.column
            return _joined(
                [selector.view, column, f"where {where}" if where else ""], selector.instance
            )


def _joined(parts: list[str | None], owner: object) -> str:
    said = " ".join(part for part in parts if part)
    return f"{said} of {owner}" if owner else said


def _condition(condition: Condition) -> str:
    return f"{condition.field} {condition.comparator.value} {scalar_text(condition.value)}"
