"""What every rule-based specialist is made of: checks over a view of its domain.

A check is a pure generator over a view. It declares the sources it needs and the failure modes it
can name, looks at the *current* state first, and yields what it found. The framework turns a
missing source into a gap, and keeps one broken check from silencing the others.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

import structlog

from agents.domain.base import Producer
from agents.domain.failure_modes import FAILURE_MODES
from agents.domain.hypotheses import Answer, Finding, Gap, Hypothesis
from agents.domain.incidents import Alert
from agents.domain.plans import Member, Question
from agents.domain.readings import Topology
from agents.errors import NoSuchSource, WarroomError
from agents.ports import Telemetry
from agents.telemetry import covers

Found = Hypothesis | Finding | Gap
ViewT = TypeVar("ViewT")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Assignment:
    """All that a specialist is given: the question, the alert, and read access to its sources."""

    telemetry: Telemetry
    question: Question
    alert: Alert
    topology: Topology
    now: datetime


@dataclass(frozen=True, slots=True)
class Check(Generic[ViewT]):
    """One thing a specialist knows to look for."""

    name: str
    summary: str
    needs: tuple[str, ...]
    """Source names that must all be there."""
    modes: tuple[str, ...]
    """The failure modes that it can name."""
    run: Callable[[ViewT], Iterator[Found]]


def check(
    *, needs: tuple[str, ...], modes: tuple[str, ...]
) -> Callable[[Callable[[ViewT], Iterator[Found]]], Check[ViewT]]:
    """Make a check of a generator over a view.

    Raises:
        ValueError: a mode is not on the closed list, or the generator has no docstring.
    """
    unknown = [mode for mode in modes if mode not in FAILURE_MODES]
    if unknown:
        message = f"unknown failure modes: {unknown}"
        raise ValueError(message)

    def wrap(run: Callable[[ViewT], Iterator[Found]]) -> Check[ViewT]:
        summary = (run.__doc__ or "").strip().split("\n\n")[0].replace("\n    ", " ")
        if not summary:
            message = f"check {run.__name__} needs a docstring: people read it"
            raise ValueError(message)
        return Check(name=run.__name__, summary=summary, needs=needs, modes=modes, run=run)

    return wrap


class ListedCheck(Protocol):
    """A check as listings show it, whatever its view."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def summary(self) -> str:
        """What it looks for, in a sentence."""
        ...

    @property
    def needs(self) -> tuple[str, ...]:
        """Source names that must all be there."""
        ...

    @property
    def modes(self) -> tuple[str, ...]:
        """The failure modes that it can name."""
        ...


class Specialist(Protocol):
    """Answers questions about one domain."""

    @property
    def member(self) -> Member:
        """Its entry on the roster."""
        ...

    @property
    def checks(self) -> "tuple[ListedCheck, ...]":
        """What it knows to look for, for listings."""
        ...

    def investigate(self, assignment: Assignment, only: str | None = None) -> Answer:
        """Run every check (or one, by name) and return all that was found."""
        ...


class RuleSpecialist(Generic[ViewT]):
    """A specialist made of deterministic checks."""

    def __init__(
        self,
        member: Member,
        checks: tuple[Check[ViewT], ...],
        view: Callable[[Assignment], ViewT],
        version: str = "1",
    ) -> None:
        """Keep the checks in the order in which they are to run."""
        self._member = member
        self._checks = checks
        self._view = view
        self._producer = Producer(name=member.name, version=version)

    @property
    def member(self) -> Member:
        """Its entry on the roster."""
        return self._member

    @property
    def checks(self) -> tuple[Check[ViewT], ...]:
        """What it knows to look for."""
        return self._checks

    def investigate(self, assignment: Assignment, only: str | None = None) -> Answer:
        """Run every check (or one, by name) and return all that was found."""
        chosen = tuple(c for c in self._checks if only in (None, c.name))
        view = self._view(assignment)
        available = assignment.telemetry.sources()
        runnable = tuple(c for c in chosen if not _missing(c.needs, available))
        found: list[Found] = list(_source_gaps(chosen, available))
        for one in runnable:
            found.extend(_run(one, view))
        signed = [item.by(self._producer, (assignment.question.id,)) for item in found]
        return Answer(
            question_id=assignment.question.id,
            findings=tuple(item for item in signed if isinstance(item, Finding)),
            hypotheses=tuple(item for item in signed if isinstance(item, Hypothesis)),
            gaps=tuple({item.id: item for item in signed if isinstance(item, Gap)}.values()),
            checks_run=tuple(one.name for one in runnable),
            produced_by=self._producer,
            inputs=(assignment.question.id,),
        )


def _missing(needs: Iterable[str], available: frozenset[str]) -> tuple[str, ...]:
    return tuple(need for need in needs if not covers(available, need))


def _source_gaps(checks: Iterable[Check[ViewT]], available: frozenset[str]) -> Iterator[Gap]:
    missing: dict[str, list[str]] = {}
    for one in checks:
        for source in _missing(one.needs, available):
            missing.setdefault(source, []).append(one.name.replace("_", " "))
    for source, names in missing.items():
        yield Gap(
            source=source,
            text=f"no such source here: {source}; not looked at: {', '.join(names)}",
            remedy=f"connect a source for {source}",
        )


def _run(one: Check[ViewT], view: ViewT) -> list[Found]:
    """Run one check to its end; what it found before a source failed is kept."""
    found: list[Found] = []
    try:
        for item in one.run(view):
            found.append(item)  # noqa: PERF402 - what came before a failure must be kept
    except NoSuchSource as absent:
        found.append(Gap(source=one.name, text=str(absent), remedy=absent.remedy))
    except WarroomError as refused:
        text = f"{one.name.replace('_', ' ')} could not be finished: {refused}"
        found.append(Gap(source=one.name, text=text, remedy=refused.remedy or "try again later"))
    except Exception:  # noqa: BLE001 - the edge of a check: a bug in one must not silence the others
        _log.exception("check_failed", check=one.name)
        text = f"{one.name.replace('_', ' ')} failed inside; see the log of this worker"
        found.append(Gap(source=one.name, text=text, remedy="report it with the log's traceback"))
    return found
