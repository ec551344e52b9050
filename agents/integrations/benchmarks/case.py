"""The contract between a public data set and whoever scores an investigation of it.

A loader turns a case into a capture under an opaque id and keeps the truth to itself; it also says
what an account of ours would have answered, in the data set's own terms.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from agents.commander.report import Report, ReportedHypothesis
from agents.domain.base import Value
from agents.domain.synthesis import Outcome
from agents.integrations.benchmarks.renaming import Renamer

_ID_DIGITS = 12


class Answer(Value):
    """One answer in the data set's terms, with the confidence it was given with."""

    text: str
    confidence: float


class Published(Value):
    """A published figure on the same data set."""

    who: str
    top1: float | None = None
    top3: float | None = None
    on: str
    """Which cases the figure is of."""
    source: str


class BenchmarkCase(Protocol):
    """One case: what the specialists may see, and apart from that the truth.

    Cases travel between processes, so they must be picklable.
    """

    @property
    def source(self) -> str:
        """Where the case lies in the data set, to look it up; specialists never see it."""
        ...

    @property
    def category(self) -> str:
        """Under which results are summed up."""
        ...

    @property
    def accepted(self) -> frozenset[str]:
        """Every answer that is right; none where nothing is wrong."""
        ...

    @property
    def aliases(self) -> frozenset[str]:
        """Those accepted answers that the data set calls by another name than its labels."""
        ...

    @property
    def decoys(self) -> frozenset[str]:
        """Answers that the data set lays out as traps."""
        ...

    def write(self, folder: Path) -> None:
        """Write the case as a capture into an empty folder."""
        ...

    def answers(self, report: Report) -> Sequence[Answer]:
        """Say what an account answers, best first; none when it names no cause."""
        ...


class Benchmark(Protocol):
    """A data set."""

    @property
    def name(self) -> str:
        """What it is called on the command line."""
        ...

    @property
    def published(self) -> tuple[Published, ...]:
        """What others have reached."""
        ...

    def cases(self, data: Path, renamer: Renamer | None) -> Iterator[BenchmarkCase]:
        """Yield the cases of a folder, with names made meaningless where a renamer is given.

        Raises:
            InvalidCapture: the folder does not have the data set's layout.
        """
        ...


class Translate(Protocol):
    """Says a hypothesis in a data set's terms; None for what its answers do not cover."""

    def __call__(self, hypothesis: ReportedHypothesis, /) -> str | None:
        """Return the answer."""
        ...


def opaque_id(source: str) -> str:
    """Return an id that tells nothing about a case."""
    return hashlib.sha256(source.encode()).hexdigest()[:_ID_DIGITS]


def named(report: Report, translate: Translate) -> tuple[Answer, ...]:
    """Return the distinct answers of an account that names a cause, in its own order."""
    if report.outcome is not Outcome.CAUSE_FOUND:
        return ()
    return tuple(_distinct(report.hypotheses, translate))


def _distinct(hypotheses: Iterable[ReportedHypothesis], translate: Translate) -> Iterator[Answer]:
    seen: set[str] = set()
    for hypothesis in hypotheses:
        text = translate(hypothesis)
        if text is not None and text not in seen:
            seen.add(text)
            yield Answer(text=text, confidence=hypothesis.confidence)
