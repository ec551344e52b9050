"""Examining everything, and showing what was found."""

from collections.abc import Iterable
from itertools import chain

from rich.console import Console
from rich.text import Text

from agents.settings import Settings
from agents.specialists.roster import all_specialists
from bot.commands.doctor.finding import Finding, Status
from bot.commands.doctor.peers import (
    github_findings,
    model_findings,
    pagerduty_findings,
    slack_findings,
    telemetry_findings,
)
from bot.commands.doctor.stores import file_findings, journal_findings, queue_findings
from bot.commands.doctor.systems import aws_findings, kubernetes_findings, postgresql_findings

_STYLES = {Status.OK: "green", Status.PROBLEM: "bold red", Status.NOT_CONFIGURED: "dim"}
_STATUS_WIDTH = max(len(status) for status in Status)


def examine(settings: Settings) -> tuple[Finding, ...]:
    """Return one finding for each part of the installation."""
    return tuple(
        chain(
            journal_findings(settings),
            queue_findings(settings, all_specialists()),
            slack_findings(settings),
            pagerduty_findings(settings),
            github_findings(settings),
            model_findings(settings),
            kubernetes_findings(settings),
            postgresql_findings(settings),
            aws_findings(settings),
            telemetry_findings(settings),
            file_findings(settings),
        )
    )


def is_sound(findings: Iterable[Finding]) -> bool:
    """Tell whether everything that is configured works."""
    return all(finding.status is not Status.PROBLEM for finding in findings)


def show(findings: Iterable[Finding], console: Console) -> None:
    """Write one line for each finding, and below a problem what to do about it."""
    for finding in findings:
        status = (f"{finding.status:<{_STATUS_WIDTH}}", _STYLES[finding.status])
        detail = f": {finding.detail}" if finding.detail else ""
        console.print(Text.assemble(status, f"  {finding.part}{detail}"))
        if finding.remedy:
            console.print(Text(f"{'':{_STATUS_WIDTH}}  {finding.remedy}", style="dim"))
