"""Examining everything, and showing what was found."""

from collections.abc import Iterable
from itertools import chain

from rich.console import Console
from rich.table import Table
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
    """Write the findings as a table, each problem with what to do about it."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for finding in findings:
        table.add_row(
            Text(finding.status, style=_STYLES[finding.status]),
            Text(finding.part),
            Text(finding.detail),
            Text(finding.remedy, style="dim"),
        )
    console.print(table)
