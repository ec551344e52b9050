"""One whole investigation in this process: the same steps, done one after the other.

Live, the steps of `next_steps` become jobs on queues; here those that find out are done at once,
and those that act on the world are left alone. Nothing else differs: the same specialists, the same
verifier, the same account.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from agents.commander.deciding import next_steps
from agents.commander.planning import COMMANDER
from agents.commander.steps import Ask, Record, Verify
from agents.domain.base import Producer
from agents.domain.events import Body, ClaimVerified, IncidentDeclared, QuestionAnswered
from agents.domain.incidents import Alert, Incident
from agents.domain.plans import Policy, Roster
from agents.domain.readings import Topology
from agents.domain.state import IncidentState, fold
from agents.ports import Journal, Telemetry
from agents.specialists.framework import Assignment, Specialist
from agents.verification.verifier import VERIFIER, Verifier

TelemetryFor = Callable[[str], Telemetry]
"""Returns the gated telemetry of one specialist, by name."""


@dataclass(frozen=True, slots=True)
class _Case:
    alert: Alert
    topology: Topology
    now: datetime


@dataclass(frozen=True, slots=True)
class Investigator:
    """Runs investigations in this process."""

    specialists: Mapping[str, Specialist]
    telemetry_for: TelemetryFor
    journal: Journal
    policy: Policy

    def investigate(self, alert: Alert, topology: Topology, now: datetime) -> IncidentState:
        """Return the state of an investigation that has gone as far as its evidence goes."""
        members = tuple(specialist.member for specialist in self.specialists.values())
        roster = Roster(members=members, topology=topology)
        incident = Incident(
            title=alert.title, severity=alert.severity, declared_at=now, alert=alert
        )
        self._append(incident.id, IncidentDeclared(incident=incident), now)
        state = self._latest(IncidentState(incident_id=incident.id))
        while True:
            steps = next_steps(state, roster, self.policy, now)
            due = [step for step in steps if isinstance(step, Record | Ask | Verify)]
            if not due:
                return state
            for step in due:
                self._do(step, state, _Case(alert, topology, now))
                state = self._latest(state)

    def _latest(self, state: IncidentState) -> IncidentState:
        news = self.journal.read(state.incident_id, after=state.sequence)
        return fold(state.incident_id, news, onto=state)

    def _do(self, step: Record | Ask | Verify, state: IncidentState, case: _Case) -> None:
        match step:
            case Record():
                self._append(state.incident_id, step.body, case.now)
            case Ask():
                self._ask(step, state, case)
            case _:
                self._verify(step, state, case.now)

    def _ask(self, step: Ask, state: IncidentState, case: _Case) -> None:
        question = next(one for one in state.questions if one.id == step.question_id)
        assignment = Assignment(
            telemetry=self.telemetry_for(step.specialist),
            question=question,
            alert=case.alert,
            topology=case.topology,
            now=case.now,
        )
        answer = self.specialists[step.specialist].investigate(assignment)
        self._append(state.incident_id, QuestionAnswered(answer=answer), case.now)

    def _verify(self, step: Verify, state: IncidentState, now: datetime) -> None:
        hypothesis = state.hypothesis(step.subject_id)
        verifier = Verifier(self.telemetry_for(step.queue))
        for claim in (*hypothesis.claims, *hypothesis.forbids) if hypothesis else ():
            if state.verdict(claim) is None:
                verdict = verifier.verify(claim)
                self._append(state.incident_id, ClaimVerified(verdict=verdict), now, VERIFIER)

    def _append(
        self, incident_id: str, body: Body, at: datetime, actor: Producer | None = None
    ) -> None:
        self.journal.append(incident_id, [body], actor=actor or COMMANDER, at=at)
