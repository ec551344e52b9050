"""Working on a capture in this process: no queue, no room, no network."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from agents.commander.offline import Investigator
from agents.commander.report import Report, report
from agents.domain.base import Cost
from agents.domain.plans import Member, Policy
from agents.gateway.completing import CompletingSpecialist
from agents.gateway.gate import Gate, GatedTelemetry
from agents.gateway.ledger import Ledger
from agents.integrations.capture.reader import Capture, load_capture
from agents.specialists.framework import Specialist
from agents.testing.journal import InMemoryJournal

_VERIFIER = Member(name="verifier", title="Verifier", sources=("*",))


@dataclass(frozen=True, slots=True)
class Investigated:
    """What became of a capture."""

    report: Report
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GatedCapture:
    """A capture behind the gateway, with a ledger of what was read."""

    capture: Capture
    ledger: Ledger = field(default_factory=Ledger)

    def telemetry(self, agent: Member) -> GatedTelemetry:
        """Return the capture as one agent may see it."""
        gate = Gate(clock=lambda: datetime.now(UTC))
        return GatedTelemetry(self.capture.telemetry, agent=agent, gate=gate, ledger=self.ledger)


def investigate_capture(folder: Path, specialists: Sequence[Specialist]) -> Investigated:
    """Investigate a capture and report on it.

    Raises:
        InvalidCapture: the capture cannot be read.
    """
    began = perf_counter()
    gated = GatedCapture(load_capture(folder))
    capture = gated.capture
    policy = policy_for(capture)
    by_name: dict[str, Specialist] = {
        one.member.name: CompletingSpecialist(one, gated.ledger) for one in specialists
    }

    def telemetry_for(name: str) -> GatedTelemetry:
        return gated.telemetry(by_name[name].member if name in by_name else _VERIFIER)

    investigator = Investigator(
        specialists=by_name, telemetry_for=telemetry_for, journal=InMemoryJournal(), policy=policy
    )
    state = investigator.investigate(capture.alert, capture.topology, capture.now)
    calls = len(gated.ledger.calls())
    cost = Cost(seconds=round(perf_counter() - began, 3), tool_calls=calls)
    return Investigated(report=report(state, policy, cost), notices=capture.notices)


def policy_for(capture: Capture) -> Policy:
    """Look back as far as the capture goes, where that is further than usual."""
    onset = min(capture.alert.started_at, capture.now)
    reach = (onset - capture.window.start).total_seconds()
    return Policy(look_back_seconds=max(Policy().look_back_seconds, reach))
