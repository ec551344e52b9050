"""What keeps incidents moving when nobody else does: lost jobs, dead workers, deadlines."""

from collections.abc import Callable
from threading import Event

import structlog

from agents.domain.state import IncidentState
from jobs.advancing import is_due
from jobs.engine import Engine

TICK_SECONDS = 1.0

_log = structlog.get_logger(__name__)


class IncidentClock:
    """Looks at every open incident once a second, and wakes the commander where work is due.

    It remembers the states it has folded, and reads what is new only. Losing it costs a second.
    """

    def __init__(self, engine: Engine, tend: Callable[[], None]) -> None:
        """Keep the engine, and what tends the queues."""
        self._engine = engine
        self._tend = tend
        self._states: dict[str, IncidentState] = {}

    def tick(self) -> None:
        """Tend the queues, then look at every open incident."""
        self._tend()
        known = self._states
        self._states = {
            incident_id: self._engine.refreshed(
                known.get(incident_id) or IncidentState(incident_id=incident_id)
            )
            for incident_id in self._engine.journal.incident_ids(open_only=True)
        }
        for incident_id, state in self._states.items():
            if is_due(self._engine, state):
                self._engine.wake(incident_id)

    def run(self, stopping: Event) -> None:
        """Tick until told to stop; a tick that fails is logged, and the next one comes."""
        while not stopping.wait(TICK_SECONDS):
            try:
                self.tick()
            except Exception:  # noqa: BLE001 - the edge of the clock: Redis or the database is away
                _log.exception("tick_failed")
