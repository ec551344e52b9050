"""Builders of the claims that hypotheses about AWS rest on."""

from agents.domain.base import EntityRef
from agents.domain.claims import Claim
from agents.domain.hypotheses import Evidence
from agents.domain.measures import (
    Comparator,
    LogSelector,
    Measure,
    ObjectSelector,
    Reduction,
)
from agents.domain.readings import LogLine
from agents.specialists.aws.view import AwsView, Signal


def literal(text: str) -> str:
    """Return a text as a JMESPath string."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def there_are(
    view: AwsView,
    subject: EntityRef,
    selector: ObjectSelector,
    text: str,
    *,
    least: int = 1,
    sufficiency: float = 2.0,
) -> Claim:
    """Claim that at least so many such objects are there now."""
    return Claim(
        text=text,
        subject=subject,
        measure=Measure(selector=selector, reduce=Reduction.COUNT),
        comparator=Comparator.AT_LEAST,
        expected=least,
        window=view.window,
        sufficiency=sufficiency,
    )


def there_is_none(
    view: AwsView,
    subject: EntityRef,
    selector: ObjectSelector,
    text: str,
    *,
    sufficiency: float = 1.0,
) -> Claim:
    """Claim that no such object is there now, though the thing itself is."""
    any_at_all = selector.model_copy(update={"where": None})
    return Claim(
        text=text,
        subject=subject,
        measure=Measure(selector=selector, reduce=Reduction.COUNT),
        comparator=Comparator.EQUAL,
        expected=0,
        window=view.window,
        control=Measure(selector=any_at_all, reduce=Reduction.COUNT),
        sufficiency=sufficiency,
    )


def metric(
    view: AwsView,
    signal: Signal,
    reduce: Reduction,
    comparator: Comparator,
    expected: float,
    text: str,
    *,
    sufficiency: float = 2.0,
) -> Claim:
    """Claim that a metric's last minutes reduce to a value that compares so."""
    return Claim(
        text=text,
        subject=signal.entity,
        measure=Measure(selector=signal.selector, reduce=reduce),
        comparator=comparator,
        expected=expected,
        window=view.recent,
        sufficiency=sufficiency,
    )


def share(
    view: AwsView, part: Signal, whole: Signal, least: float, text: str, *, sufficiency: float = 2.0
) -> Claim:
    """Claim that one count is lately at least this share of another."""
    below = Measure(selector=whole.selector, reduce=Reduction.SUM)
    return Claim(
        text=text,
        subject=part.entity,
        measure=Measure(selector=part.selector, reduce=Reduction.SUM, divided_by=below),
        comparator=Comparator.AT_LEAST,
        expected=least,
        window=view.recent,
        sufficiency=sufficiency,
    )


def logged(
    view: AwsView, subject: EntityRef, selector: LogSelector, text: str, *, sufficiency: float = 1.5
) -> Claim:
    """Claim that such lines were logged in the window."""
    return Claim(
        text=text,
        subject=subject,
        measure=Measure(selector=selector, reduce=Reduction.COUNT),
        comparator=Comparator.AT_LEAST,
        expected=1,
        window=view.window,
        sufficiency=sufficiency,
    )


def said_in_logs(
    view: AwsView, line: LogLine, pattern: str, what: str, *, sufficiency: float = 1.0
) -> Claim:
    """Claim that a line like this was logged by whoever logged it."""
    subject = line.entity or EntityRef(kind="service", name=view.alert.service or "unknown")
    selector = LogSelector(entity=line.entity, pattern=pattern)
    text = f"{subject.name} logged {what}: {line.message[:160]}"
    return logged(view, subject, selector, text, sufficiency=sufficiency)


def quoted_line(line: LogLine) -> Evidence:
    """Quote a log line."""
    return Evidence(source="logs", entity=line.entity, at=line.timestamp, text=line.message[:400])
