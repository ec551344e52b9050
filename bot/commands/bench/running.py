"""Running the ordinary investigation on every case of a set, on several processes."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from agents.errors import InvalidCapture
from agents.integrations.benchmarks.case import Benchmark, BenchmarkCase, opaque_id
from agents.integrations.benchmarks.renaming import Renamer
from agents.integrations.benchmarks.sets import all_benchmarks
from agents.specialists.roster import all_specialists
from bot.commands.bench.scoring import (
    CaseResult,
    Effort,
    Scoreboard,
    Truth,
    score_case,
    scoreboard,
)
from bot.commands.offline import investigate_capture
from bot.commands.screen import quiet_logs

Progress = Callable[[int, int], None]
"""Is told how many cases are done, of how many."""


def benchmark_called(name: str) -> Benchmark | None:
    """Return the data set of that name."""
    return next((one for one in all_benchmarks() if one.name == name), None)


def run_benchmark(
    benchmark: Benchmark,
    cases: Iterable[BenchmarkCase],
    processes: int,
    progress: Progress,
) -> Scoreboard:
    """Investigate the cases and score what was said."""
    chosen = list(cases)
    results: list[CaseResult] = []
    for result in _attempts(chosen, processes):
        results.append(result)
        progress(len(results), len(chosen))
    return scoreboard(benchmark.name, results, has_decoys=any(case.decoys for case in chosen))


def chosen_cases(
    benchmark: Benchmark, data: Path, seed: str | None, limit: int | None
) -> list[BenchmarkCase]:
    """Return the cases of a folder in an order that mixes the categories.

    Raises:
        InvalidCapture: the folder holds no case.
    """
    found = benchmark.cases(data, Renamer(seed) if seed is not None else None)
    cases = sorted(found, key=lambda case: opaque_id(case.source))
    if not cases:
        raise InvalidCapture(f"{data} holds no case of {benchmark.name}", remedy="see --help")
    return list(islice(cases, limit))


def _attempts(cases: list[BenchmarkCase], processes: int) -> Iterator[CaseResult]:
    if processes <= 1:
        yield from map(attempt, cases)
        return
    context = get_context("forkserver")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=quiet_logs) as pool:
        yield from pool.map(attempt, cases)


def attempt(case: BenchmarkCase) -> CaseResult:
    """Investigate one case as any capture is investigated, and score the account."""
    case_id = opaque_id(case.source)
    with TemporaryDirectory(prefix="warroom-") as place:
        folder = Path(place) / case_id
        folder.mkdir()
        case.write(folder)
        report = investigate_capture(folder, all_specialists()).report
    return score_case(
        (case_id, case.source, case.category),
        Truth(accepted=case.accepted, aliases=case.aliases, decoys=case.decoys),
        case.answers(report),
        Effort(seconds=report.cost.seconds, tool_calls=report.cost.tool_calls),
    )
