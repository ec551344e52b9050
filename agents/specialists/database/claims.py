"""Builders of the claims that hypotheses about databases rest on."""

from collections.abc import Iterable
from dataclasses import dataclass

from agents.domain.base import EntityRef, Scalar, Window
from agents.domain.claims import Claim
from agents.domain.measures import (
    ChangeSelector,
    Comparator,
    Condition,
    LogSelector,
    Measure,
    ObjectSelector,
    Reduction,
    RowSelector,
)
from agents.domain.readings import Change
from agents.specialists.database.view import DatabaseView, Signal


def equals(**columns: Scalar) -> tuple[Condition, ...]:
    """Return conditions that each column has this value; columns that are None are left out."""
    return tuple(
        Condition(field=name, value=value) for name, value in columns.items() if value is not None
    )


def at_least(column: str, value: float) -> Condition:
    """Return the condition that a column is not below a value."""
    return Condition(field=column, comparator=Comparator.AT_LEAST, value=value)


@dataclass(frozen=True, slots=True)
class Claims:
    """Makes claims about one database over one window."""

    instance: str
    window: Window

    @classmethod
    def about(cls, view: DatabaseView, instance: str) -> "Claims":
        """Make claims about an instance over the question's window."""
        return cls(instance, view.window)

    def rows(
        self,
        text: str,
        view: str,
        where: Iterable[Condition],
        *,
        least: int = 1,
        sufficiency: float = 1.0,
    ) -> Claim:
        """Claim that at least so many such rows are there now."""
        measure = Measure(selector=self._rows(view, where), reduce=Reduction.COUNT)
        return self._claim(text, measure, Comparator.AT_LEAST, least, sufficiency)

    def no_rows(
        self, text: str, view: str, where: Iterable[Condition], *, sufficiency: float = 0.5
    ) -> Claim:
        """Claim that no such rows are there now, though the view as such answers."""
        return Claim(
            text=text,
            subject=EntityRef(kind="database", name=self.instance),
            measure=Measure(selector=self._rows(view, where), reduce=Reduction.COUNT),
            comparator=Comparator.EQUAL,
            expected=0,
            window=self.window,
            control=Measure(selector=self._rows(view, ()), reduce=Reduction.COUNT),
            sufficiency=sufficiency,
        )

    def column(
        self,
        text: str,
        view: str,
        column: str,
        at_least: float,
        where: Iterable[Condition] = (),
        *,
        sufficiency: float = 1.5,
    ) -> Claim:
        """Claim that the greatest value of a column is at least this now."""
        selector = self._rows(view, where).model_copy(update={"column": column})
        measure = Measure(selector=selector, reduce=Reduction.MAX)
        return self._claim(text, measure, Comparator.AT_LEAST, at_least, sufficiency)

    def metric(
        self,
        text: str,
        signal: Signal,
        reduce: Reduction,
        comparator: Comparator,
        expected: float,
        *,
        sufficiency: float = 1.5,
    ) -> Claim:
        """Claim that a time series reduces to a value that compares so."""
        measure = Measure(selector=signal.selector, reduce=reduce)
        return self._claim(text, measure, comparator, expected, sufficiency)

    def fell(self, text: str, signal: Signal, to: float) -> Claim:
        """Claim that a time series ended at no more than this part of where it began."""
        first = Measure(selector=signal.selector, reduce=Reduction.FIRST)
        measure = Measure(selector=signal.selector, reduce=Reduction.LAST, divided_by=first)
        return self._claim(text, measure, Comparator.AT_MOST, to, 1.0)

    def logged(
        self, text: str, selector: LogSelector, at_least: int = 1, *, sufficiency: float = 1.0
    ) -> Claim:
        """Claim that such lines were logged in the window."""
        measure = Measure(selector=selector, reduce=Reduction.COUNT)
        return self._claim(text, measure, Comparator.AT_LEAST, at_least, sufficiency)

    def objects(self, text: str, selector: ObjectSelector, *, sufficiency: float = 1.5) -> Claim:
        """Claim that such API objects are there."""
        measure = Measure(selector=selector, reduce=Reduction.COUNT)
        return self._claim(text, measure, Comparator.AT_LEAST, 1, sufficiency)

    def value(
        self, text: str, selector: ObjectSelector, expected: float, *, sufficiency: float = 1.5
    ) -> Claim:
        """Claim that the greatest value taken from API objects is at least this."""
        measure = Measure(selector=selector, reduce=Reduction.MAX)
        return self._claim(text, measure, Comparator.AT_LEAST, expected, sufficiency)

    def changed(self, change: Change) -> Claim:
        """Claim that a change was made shortly before."""
        around = Window(start=change.timestamp, end=change.timestamp)
        measure = Measure(
            selector=ChangeSelector(kind=change.kind, ref=change.ref), reduce=Reduction.COUNT
        )
        text = f"{change.kind} {change.ref} was made at {change.timestamp:%H:%M:%S} UTC"
        return self._claim(text, measure, Comparator.AT_LEAST, 1, 1.0, around)

    def _rows(self, view: str, where: Iterable[Condition]) -> RowSelector:
        return RowSelector(instance=self.instance, view=view, where=tuple(where))

    def _claim(
        self,
        text: str,
        measure: Measure,
        comparator: Comparator,
        expected: Scalar,
        sufficiency: float,
        window: Window | None = None,
    ) -> Claim:
        return Claim(
            text=text,
            subject=EntityRef(kind="database", name=self.instance),
            measure=measure,
            comparator=comparator,
            expected=expected,
            window=window or self.window,
            sufficiency=sufficiency,
        )
