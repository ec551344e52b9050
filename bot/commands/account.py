"""An investigation's report, written out for a person at a terminal."""

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.text import Text

from agents.commander.report import Report, ReportedClaim, ReportedEntity, ReportedHypothesis
from agents.domain.claims import VerdictStatus
from agents.domain.hypotheses import HypothesisStatus
from agents.domain.synthesis import Outcome
from agents.domain.wording import in_words

_OUTCOMES = {
    Outcome.CAUSE_FOUND: ("Cause found", "bold green"),
    Outcome.HEALTHY: ("Nothing is wrong", "bold green"),
    Outcome.UNDETERMINED: ("We do not know", "bold yellow"),
}
_STATUS_STYLES = {
    HypothesisStatus.SUPPORTED: "green",
    HypothesisStatus.REFUTED: "red",
    HypothesisStatus.UNDETERMINED: "yellow",
    HypothesisStatus.PROPOSED: "dim",
}
_VERDICT_STYLES = {
    VerdictStatus.HOLDS: "green",
    VerdictStatus.FAILS: "red",
    VerdictStatus.UNMEASURABLE: "yellow",
}
_VERDICT_WIDTH = max(len(verdict) for verdict in VerdictStatus)


def show(report: Report, console: Console) -> None:
    """Write the report: the outcome, each explanation with its claims, and what is not known."""
    words, style = _OUTCOMES[report.outcome]
    console.print(Text(words, style=style))
    for hypothesis in report.hypotheses:
        for line in _hypothesis(hypothesis):
            console.print(line)
    _listed(console, "Ruled out", (f"{_name(r.entity)}: {r.why}" for r in report.ruled_out))
    _listed(console, "Conflicts", report.conflicts)
    _listed(console, "Blast radius", (_name(entity) for entity in report.blast_radius))
    _listed(console, "Next", report.actions)
    _listed(console, "Not known", (f"{gap.text} ({gap.remedy})" for gap in report.gaps))
    cost = report.cost
    console.print(Text(f"\n{cost.seconds:.1f} s, {cost.tool_calls} tool calls", style="dim"))


def _hypothesis(one: ReportedHypothesis) -> Iterator[Text]:
    yield Text.assemble(
        f"\n{one.rank}. {_name(one.entity)}: {one.failure_mode}  ",
        (f"{one.status}, {in_words(one.confidence)}", _STATUS_STYLES[one.status]),
        f"  because of {one.caused_by}" if one.caused_by is not None else "",
    )
    yield Text(f"   {one.summary}")
    for claim in one.claims:
        verdict = (f"{claim.verdict:<{_VERDICT_WIDTH}}", _VERDICT_STYLES[claim.verdict])
        compared = (f"  ({_compared(claim)})", "dim")
        yield Text.assemble("   ", verdict, f"  {claim.text}", compared)


def _compared(claim: ReportedClaim) -> str:
    return f"observed {claim.observed}, expected {claim.comparator} {claim.expected}"


def _name(entity: ReportedEntity) -> str:
    return "/".join(part for part in (entity.kind, entity.namespace, entity.name) if part)


def _listed(console: Console, title: str, lines: Iterable[str]) -> None:
    """Write a heading with its lines, and nothing at all when there are none."""
    written = tuple(lines)
    if written:
        console.print(Text(f"\n{title}", style="bold"))
    for line in written:
        console.print(Text(f"- {line}"))
