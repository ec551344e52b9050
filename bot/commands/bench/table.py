"""The figures of a run beside the published ones."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from agents.integrations.benchmarks.case import Published
from bot.commands.bench.scoring import Scoreboard, Summary

_FIGURES = ("n", "top-1", "top-3", "top-5", "silent", "sure, wrong", "ECE", "s", "calls")


def show_scoreboard(board: Scoreboard, published: Iterable[Published], console: Console) -> None:
    """Write what we reached, by category, and what others reached."""
    ours = Table(title=f"{board.set}: this run")
    ours.add_column("category", no_wrap=True)
    for figure in _FIGURES:
        ours.add_column(figure, justify="right")
    for category, summary in board.by_category.items():
        ours.add_row(category, *_cells(summary))
    ours.add_section()
    ours.add_row("all", *_cells(board.summary))
    console.print(ours)
    for line in _besides(board.summary):
        console.print(line)
    theirs = Table(title="published")
    for column in ("who", "top-1", "top-3", "on", "source"):
        theirs.add_column(column)
    for one in published:
        theirs.add_row(one.who, _share(one.top1), _share(one.top3), one.on, one.source)
    console.print(theirs)


def _cells(summary: Summary) -> tuple[str, ...]:
    return (
        str(summary.cases),
        *(_share(one) for one in (summary.top1, summary.top3, summary.top5)),
        *(str(one) for one in (summary.abstained, summary.confident_errors)),
        *(_share(summary.ece), f"{summary.seconds_median:.2f}", f"{summary.tool_calls_median:g}"),
    )


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _besides(summary: Summary) -> Iterable[str]:
    if summary.top1_exact != summary.top1:
        yield f"top-1 without label aliases: {summary.top1_exact:.3f}"
    if summary.specificity is not None:
        yield f"specificity on fault-free cases: {summary.specificity:.3f}"
    if summary.decoys_blamed is not None:
        yield f"decoys blamed: {summary.decoys_blamed}"
