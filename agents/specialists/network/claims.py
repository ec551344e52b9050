"""The claims that checks of the network make, each as one query that anybody can run again."""

from agents.domain.base import EntityRef, Scalar, Window
from agents.domain.claims import Claim
from agents.domain.measures import (
    Comparator,
    LogSelector,
    Measure,
    ObjectSelector,
    ProbeSelector,
    Reduction,
    TraceSelector,
)
from agents.domain.readings import ProbeResult
from agents.specialists.network.view import NetworkView

_MANY_LINES = 5


def probe_fails(view: NetworkView, subject: EntityRef, result: ProbeResult) -> Claim:
    """Claim that probing the target now fails in just this way."""
    selector = ProbeSelector.model_validate(
        {"probe": result.probe, "target": result.target, "field": "error_kind"}
    )
    kind = result.error_kind.replace("_", " ")
    return Claim(
        text=f"A {result.probe} probe of {result.target} answers: {kind}.",
        subject=subject,
        measure=Measure(selector=selector, reduce=Reduction.LAST),
        comparator=Comparator.EQUAL,
        expected=result.error_kind,
        window=view.window,
        sufficiency=2.0,
        necessity=2.5,
    )


def probe_field(
    view: NetworkView,
    subject: EntityRef,
    result: ProbeResult,
    *,
    field: str,
    comparator: Comparator,
    expected: Scalar,
    text: str,
) -> Claim:
    """Claim something about one field of a probe's result."""
    selector = ProbeSelector.model_validate(
        {"probe": result.probe, "target": result.target, "field": field}
    )
    return Claim(
        text=text,
        subject=subject,
        measure=Measure(selector=selector, reduce=Reduction.LAST),
        comparator=comparator,
        expected=expected,
        window=view.window,
        sufficiency=1.5,
    )


def lines_say(subject: EntityRef, pattern: str, at_least: int, window: Window, text: str) -> Claim:
    """Claim that so many log lines of a window match a pattern, whoever wrote them."""
    return Claim(
        text=text,
        subject=subject,
        measure=Measure(selector=LogSelector(pattern=pattern), reduce=Reduction.COUNT),
        comparator=Comparator.AT_LEAST,
        expected=at_least,
        window=window,
        sufficiency=2.0 if at_least >= _MANY_LINES else 1.5,
        necessity=2.0,
    )


def objects_number(  # noqa: PLR0913 - one argument per part of a claim
    view: NetworkView,
    subject: EntityRef,
    selector: ObjectSelector,
    *,
    comparator: Comparator,
    expected: int,
    text: str,
    control: ObjectSelector | None = None,
    sufficiency: float = 1.5,
) -> Claim:
    """Claim how many objects there are, with a control where none are expected."""
    return Claim(
        text=text,
        subject=subject,
        measure=Measure(selector=selector, reduce=Reduction.COUNT),
        comparator=comparator,
        expected=expected,
        window=view.window,
        control=Measure(selector=control, reduce=Reduction.COUNT) if control else None,
        sufficiency=sufficiency,
        necessity=2.5,
    )


def measured_at_least(
    subject: EntityRef,
    measure: Measure,
    threshold: float,
    window: Window,
    text: str,
    *,
    sufficiency: float = 1.2,
    necessity: float = 2.0,
) -> Claim:
    """Claim that a measure reaches a threshold."""
    return Claim(
        text=text,
        subject=subject,
        measure=measure,
        comparator=Comparator.AT_LEAST,
        expected=threshold,
        window=window,
        sufficiency=sufficiency,
        necessity=necessity,
    )


def spans_fail(service: str, status: str, at_least: int, window: Window, text: str) -> Claim:
    """Claim that so many spans of a service ended with a status."""
    selector = TraceSelector(service=service, status=status, field="span_id")
    return Claim(
        text=text,
        subject=EntityRef(kind="service", name=service),
        measure=Measure(selector=selector, reduce=Reduction.COUNT),
        comparator=Comparator.AT_LEAST,
        expected=at_least,
        window=window,
        sufficiency=1.2,
    )
