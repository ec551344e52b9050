"""The commander's job: look at an incident, write decisions down, have the rest done."""

import structlog

from agents.commander.steps import Close, Record, Step
from agents.domain.state import IncidentState
from agents.ports import Job
from jobs.dispatching import deliver_job, job_for
from jobs.engine import Engine
from jobs.outbox import PEERS, look

_ROUNDS_AT_MOST = 50
"""Decisions that follow from one another; many more would be a loop."""

_log = structlog.get_logger(__name__)


def advance(engine: Engine, job: Job) -> None:
    """Do what is due for an incident. One worker at a time; safe to run at any moment."""
    with engine.lock.holding(job.incident_id) as held:
        if not held:
            _log.info("incident_busy", incident_id=job.incident_id)
            return
        state, steps = settle(engine, engine.state(job.incident_id))
        for step in steps:
            if not isinstance(step, Close):
                engine.queue.enqueue(job_for(state.incident_id, step))
        is_quiet = not _deliver(engine, state)
        if is_quiet and steps and all(isinstance(step, Close) for step in steps):
            engine.journal.close(state.incident_id, sequence=state.sequence)


def settle(engine: Engine, state: IncidentState) -> tuple[IncidentState, list[Step]]:
    """Record decisions until none is left, and return the steps that are other jobs' work."""
    for _ in range(_ROUNDS_AT_MOST):
        steps = engine.decide(state, engine.roster, engine.policy, engine.clock())
        decisions = [step.body for step in steps if isinstance(step, Record)]
        if decisions:
            engine.record(state.incident_id, *decisions)
        newer = engine.refreshed(state)
        if newer.sequence == state.sequence:
            return state, [step for step in steps if not isinstance(step, Record)]
        state = newer
    _log.error("decisions_unsettled", incident_id=state.incident_id, sequence=state.sequence)
    return state, []


def is_due(engine: Engine, state: IncidentState) -> bool:
    """Tell whether there is anything to do for an incident now."""
    now = engine.clock()
    if engine.decide(state, engine.roster, engine.policy, now):
        return True
    return any(look(engine, peer, state, now).ready for peer in PEERS)


def _deliver(engine: Engine, state: IncidentState) -> bool:
    """Have every peer told what it has not been told; say whether there was anything."""
    now = engine.clock()
    looks = {peer: look(engine, peer, state, now) for peer in PEERS}
    for peer, seen in looks.items():
        if seen.ready or seen.wait_seconds:
            engine.queue.enqueue(
                deliver_job(
                    state.incident_id, peer, delay_seconds=0 if seen.ready else seen.wait_seconds
                )
            )
    return any(seen.ready or seen.wait_seconds for seen in looks.values())
