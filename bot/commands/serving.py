"""Serving a specialist over MCP, apart from the other commands: MCP takes a second to load."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mcp.server import MCPServer

from agents.domain.base import Window
from agents.domain.incidents import Alert
from agents.domain.plans import Policy, Question
from agents.domain.readings import Topology
from agents.gateway.cache import MemoryReadCache
from agents.gateway.completing import CompletingSpecialist
from agents.gateway.gate import Gate, GatedTelemetry
from agents.gateway.ledger import Ledger
from agents.integrations import wiring
from agents.integrations.capture.reader import load_capture
from agents.integrations.mcp.server import serve_stdio, specialist_server
from agents.ports import Clock, Telemetry
from agents.settings import Settings
from agents.specialists.framework import Assignment, Specialist


@dataclass(frozen=True, slots=True)
class _Situation:
    """What a specialist is asked about when nobody has declared an incident."""

    telemetry: Telemetry
    alert: Alert
    topology: Topology
    window: Callable[[], Window]
    clock: Clock

    def assignment(self, asked: Question | None, specialist: str) -> Assignment:
        """Return the work for a question, or for the one that suggests itself."""
        return Assignment(
            telemetry=self.telemetry,
            question=asked or self._question(specialist),
            alert=self.alert,
            topology=self.topology,
            now=self.clock(),
        )

    def _question(self, specialist: str) -> Question:
        policy, window, now = Policy(), self.window(), self.clock()
        before = timedelta(seconds=policy.baseline_seconds)
        return Question(
            specialist=specialist,
            text=f"what in your domain explains {self.alert.title}?",
            focus=self.alert.entities,
            window=window,
            baseline=Window(start=window.start - before, end=window.start),
            asked_at=now,
            deadline=now + timedelta(seconds=policy.question_deadline_seconds),
        )


def serve_capture(folder: Path, specialist: Specialist) -> None:
    """Serve a specialist that answers from a capture, until the client hangs up.

    Raises:
        InvalidCapture: the capture cannot be read.
    """
    capture = load_capture(folder)
    situation = _Situation(
        telemetry=capture.telemetry,
        alert=capture.alert,
        topology=capture.topology,
        window=lambda: capture.window,
        clock=lambda: capture.now,
    )
    serve_stdio(_server(specialist, situation))


def serve_live(settings: Settings, specialist: Specialist) -> None:
    """Serve a specialist that answers from this installation's sources."""
    look_back = timedelta(seconds=Policy().look_back_seconds)
    situation = _Situation(
        telemetry=wiring.telemetry(settings, specialist.member),
        alert=Alert(source="mcp", title="what is asked over MCP", started_at=_now()),
        topology=wiring.roster(settings).topology,
        window=lambda: Window(start=_now() - look_back, end=_now()),
        clock=_now,
    )
    serve_stdio(_server(specialist, situation))


def _server(specialist: Specialist, situation: _Situation) -> MCPServer:
    """Return the server of a specialist whose telemetry is behind the gateway."""
    ledger = Ledger()
    gate = Gate(clock=_now, cache=MemoryReadCache(_now))
    gated = GatedTelemetry(situation.telemetry, agent=specialist.member, gate=gate, ledger=ledger)
    behind = _Situation(
        gated, situation.alert, situation.topology, situation.window, situation.clock
    )
    return specialist_server(
        CompletingSpecialist(specialist, ledger),
        lambda asked: behind.assignment(asked, specialist.member.name),
    )


def _now() -> datetime:
    return datetime.now(UTC)
