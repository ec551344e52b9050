"""Whether a demonstration went right: cause, fix, recovery and pull request, each looked at."""

import subprocess
from pathlib import Path

from agents.commander.synthesis import leader
from agents.domain.actions import OutcomeStatus
from agents.domain.base import Value
from agents.domain.state import IncidentState
from jobs.gameday.faults import Fault


class Point(Value):
    """One thing that must be right."""

    what: str
    is_right: bool
    seen: str


def examine(state: IncidentState, fault: Fault, repository: Path) -> tuple[Point, ...]:
    """Return what is right and what is not, from the journal, the shop and the repository."""
    return (
        _cause(state, fault),
        _fix(state),
        _recovery(state, fault),
        _pull_request(state, repository),
    )


def _cause(state: IncidentState, fault: Fault) -> Point:
    best = leader(state.synthesis) if state.synthesis else None
    scenario = fault.scenario
    seen = f"{best.cause.failure_mode} on {best.cause.entity}" if best else "no cause was named"
    right = (
        best is not None
        and best.cause.failure_mode in scenario.failure_modes
        and str(best.cause.entity) == scenario.cause_entity
    )
    return Point(what="the cause", is_right=right, seen=seen)


def _fix(state: IncidentState) -> Point:
    done = [o for o in state.outcomes.values() if o.status is OutcomeStatus.EXECUTED]
    approved = [a.approver.name for a in state.approvals.values()]
    seen = f"{done[0].detail} (approved by {', '.join(approved)})" if done else "nothing was done"
    return Point(what="the fix", is_right=len(done) == 1 and bool(approved), seen=seen)


def _recovery(state: IncidentState, fault: Fault) -> Point:
    """The war room's measurement and the shop's own must agree."""
    said = next((r.text for r in state.recoveries if r.recovered), "")
    is_so = fault.is_recovered()
    seen = f"{said or 'no recovery was measured'}; customers served: {'yes' if is_so else 'no'}"
    return Point(what="the recovery", is_right=bool(said) and is_so, seen=seen)


def _pull_request(state: IncidentState, repository: Path) -> Point:
    opened = next((p for p in state.pull_requests if p.kind == "postmortem"), None)
    if opened is None:
        return Point(what="the pull request", is_right=False, seen="none was opened")
    shown = _git(repository, "diff", "--stat", f"main...{opened.branch}").strip()
    seen = shown.splitlines()[-1] if shown else f"branch {opened.branch} changes nothing"
    return Point(what="the pull request", is_right="changed" in seen, seen=seen)


def _git(repository: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(repository), *arguments],  # noqa: S607 - git is where PATH says
        check=False,
        capture_output=True,
        text=True,
        timeout=20,
    )
    return done.stdout
