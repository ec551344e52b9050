"""What a set of investigated cases comes to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from statistics import mean, median

from agents.domain.base import Value
from agents.integrations.benchmarks.case import Answer

_CONFIDENT = 0.8
_BINS = 10
_DEPTHS = (1, 3, 5)
_SHOWN = 5


class CaseResult(Value):
    """How one case came out."""

    id: str
    source: str
    category: str
    accepted: tuple[str, ...]
    answers: tuple[Answer, ...]
    top1: float
    top3: float
    top5: float
    top1_exact: float
    """As `top1`, without answers that go by another name than the label."""
    abstained: bool
    confident_error: bool
    blamed_decoy: bool
    fault_free: bool
    seconds: float
    tool_calls: int


class Summary(Value):
    """The figures of a set, or of one category of it."""

    cases: int
    top1: float
    top3: float
    top5: float
    top1_exact: float
    abstained: int
    confident_errors: int
    ece: float
    specificity: float | None = None
    decoys_blamed: int | None = None
    seconds_median: float
    tool_calls_median: float


class Scoreboard(Value):
    """What `warroom bench --json` prints."""

    set: str
    summary: Summary
    by_category: Mapping[str, Summary]
    results: tuple[CaseResult, ...]


class Truth(Value):
    """What is right in a case."""

    accepted: frozenset[str]
    aliases: frozenset[str] = frozenset()
    decoys: frozenset[str] = frozenset()


class Effort(Value):
    """What a case took."""

    seconds: float
    tool_calls: int


def score_case(
    named: tuple[str, str, str], truth: Truth, answers: Sequence[Answer], effort: Effort
) -> CaseResult:
    """Score one case; `named` is its id, its source and its category."""
    case_id, source, category = named
    right = {depth: hit_rate(answers, truth.accepted, depth) for depth in _DEPTHS}
    first = answers[0] if answers else None
    is_wrong = first is not None and first.text not in truth.accepted
    return CaseResult(
        id=case_id,
        source=source,
        category=category,
        accepted=tuple(sorted(truth.accepted)),
        answers=tuple(answers[:_SHOWN]),
        top1=right[1],
        top3=right[3],
        top5=right[5],
        top1_exact=hit_rate(answers, truth.accepted - truth.aliases, 1),
        abstained=not answers and bool(truth.accepted),
        confident_error=is_wrong and first is not None and first.confidence > _CONFIDENT,
        blamed_decoy=first is not None and first.text in truth.decoys,
        fault_free=not truth.accepted,
        seconds=effort.seconds,
        tool_calls=effort.tool_calls,
    )


def hit_rate(answers: Sequence[Answer], accepted: frozenset[str], depth: int) -> float:
    """Return how likely a right answer is among the first `depth`, ties broken by a fair coin.

    Where nothing is wrong, no answer is the right answer.
    """
    if not accepted:
        return 0.0 if answers else 1.0
    room = depth
    for _, tied in groupby(answers, key=lambda one: one.confidence):
        group = list(tied)
        right = sum(one.text in accepted for one in group)
        if right:
            return _chance(len(group), right, min(room, len(group)))
        room -= len(group)
        if room <= 0:
            return 0.0
    return 0.0


def _chance(total: int, right: int, drawn: int) -> float:
    """Return the chance that at least one of the right ones is drawn."""
    missed = 1.0
    for taken in range(drawn):
        missed *= max(total - right - taken, 0) / (total - taken)
    return 1.0 - missed


def calibration_error(results: Iterable[CaseResult]) -> float:
    """Return the expected calibration error of the first answers, over ten equal bins."""
    bins: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for one in results:
        if one.answers:
            confidence = one.answers[0].confidence
            bins[min(int(confidence * _BINS), _BINS - 1)].append((confidence, one.top1))
    total = sum(len(several) for several in bins.values())
    gaps = (
        abs(mean(c for c, _ in several) - mean(hit for _, hit in several)) * len(several)
        for several in bins.values()
    )
    return sum(gaps) / total if total else 0.0


def summarise(results: Sequence[CaseResult], *, has_decoys: bool) -> Summary:
    """Return the figures of several cases; top-k is of those in which something is wrong."""
    faulty = [one for one in results if not one.fault_free] or list(results)
    quiet = [one for one in results if one.fault_free]
    return Summary(
        cases=len(results),
        top1=round(mean(one.top1 for one in faulty), 4),
        top3=round(mean(one.top3 for one in faulty), 4),
        top5=round(mean(one.top5 for one in faulty), 4),
        top1_exact=round(mean(one.top1_exact for one in faulty), 4),
        abstained=sum(one.abstained for one in results),
        confident_errors=sum(one.confident_error for one in results),
        ece=round(calibration_error(results), 4),
        specificity=round(mean(not one.answers for one in quiet), 4) if quiet else None,
        decoys_blamed=sum(one.blamed_decoy for one in results) if has_decoys else None,
        seconds_median=round(median(one.seconds for one in results), 3),
        tool_calls_median=median(one.tool_calls for one in results),
    )


def scoreboard(name: str, results: Sequence[CaseResult], *, has_decoys: bool) -> Scoreboard:
    """Return the figures of a set, in all and by category."""
    by_category: dict[str, list[CaseResult]] = defaultdict(list)
    for one in results:
        by_category[one.category].append(one)
    return Scoreboard(
        set=name,
        summary=summarise(results, has_decoys=has_decoys),
        by_category={
            category: summarise(several, has_decoys=has_decoys)
            for category, several in sorted(by_category.items())
        },
        results=tuple(results),
    )
