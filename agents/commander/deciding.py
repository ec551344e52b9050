"""The commander's loop, as a pure function of the journal."""

from datetime import datetime

from agents.commander.steps import Step
from agents.domain.plans import Policy, Roster
from agents.domain.state import IncidentState


def next_steps(state: IncidentState, roster: Roster, policy: Policy, now: datetime) -> list[Step]:
    """Decide what is due, from the journal alone, so that any worker can carry on after a crash."""
    raise NotImplementedError
