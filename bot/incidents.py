"""The incidents as the faces see them: looked up, told something, woken."""

from collections import OrderedDict
from datetime import datetime
from threading import Lock

from agents.domain.base import Producer, content_id
from agents.domain.events import Body, Event, IncidentDeclared
from agents.domain.incidents import Alert, Incident
from agents.domain.state import IncidentState, apply
from agents.errors import UnknownIncident
from agents.ports import Clock, JobQueue, Journal, advance_job

_STATES_KEPT = 256


class Incidents:
    """Reads and writes the journal on behalf of people; every decision is left to the engine."""

    def __init__(self, journal: Journal, queue: JobQueue, clock: Clock) -> None:
        """Keep the ports; states are cached and only ever moved on by newer events."""
        self._journal = journal
        self._queue = queue
        self._clock = clock
        self._states: OrderedDict[str, IncidentState] = OrderedDict()
        self._channels: dict[str, str] = {}
        self._caching = Lock()

    def now(self) -> datetime:
        """Return the present moment."""
        return self._clock()

    def state(self, incident_id: str) -> IncidentState:
        """Return an incident as it is now.

        Raises:
            UnknownIncident: the journal has no event of it.
        """
        state = self._states.get(incident_id) or IncidentState(incident_id=incident_id)
        for event in self._journal.read(incident_id, after=state.sequence):
            state = apply(state, event)
        if not state.sequence:
            raise UnknownIncident(f"There is no incident {incident_id}.")
        self._keep(state)
        return state

    def in_channel(self, channel: str) -> IncidentState:
        """Return the incident that a channel belongs to; open ones are looked at first.

        Raises:
            UnknownIncident: it belongs to none.
        """
        for open_only in (True, False):
            for incident_id in self._journal.incident_ids(open_only=open_only):
                if self._channel_of(incident_id) == channel:
                    return self.state(incident_id)
        raise UnknownIncident(
            "This channel belongs to no incident. Go to the incident's channel, "
            "or declare one here with `/warroom investigate &lt;what is wrong&gt;`."
        )

    def open(self) -> tuple[IncidentState, ...]:
        """Return the incidents that are not over, newest first."""
        states = (self.state(one) for one in self._journal.incident_ids(open_only=True))
        return tuple(s for s in states if not (s.resolution or s.stopped_by))

    def events(self, incident_id: str) -> tuple[Event, ...]:
        """Return all that has happened in an incident; nothing for an unknown one."""
        return self._journal.read(incident_id)

    def record(self, incident_id: str, *bodies: Body, actor: Producer) -> bool:
        """Write down what happened and wake the commander; False when it was all known."""
        written = self._journal.append(incident_id, bodies, actor=actor, at=self._clock())
        self._queue.enqueue(advance_job(incident_id))
        return bool(written)

    def declare(self, alert: Alert, *also: Body, actor: Producer) -> str:
        """Declare the incident of an alert, unless it has been, and return its id."""
        incident_id = incident_id_of(alert)
        incident = Incident(
            id=incident_id,
            title=alert.title,
            severity=alert.severity,
            declared_at=self._clock(),
            alert=alert,
        )
        self.record(incident_id, IncidentDeclared(incident=incident), *also, actor=actor)
        return incident_id

    def is_known(self, incident_id: str) -> bool:
        """Tell whether an incident was ever declared."""
        return incident_id in self._states or bool(self._journal.read(incident_id))

    def _channel_of(self, incident_id: str) -> str:
        """Return an incident's channel, which never changes once there is one."""
        known = self._channels.get(incident_id)
        if known:
            return known
        channel = self.state(incident_id).channel
        if channel:
            self._channels[incident_id] = channel
        return channel

    def _keep(self, state: IncidentState) -> None:
        with self._caching:
            earlier = self._states.get(state.incident_id)
            if earlier is None or earlier.sequence <= state.sequence:
                self._states[state.incident_id] = state
            self._states.move_to_end(state.incident_id)
            while len(self._states) > _STATES_KEPT:
                self._states.popitem(last=False)


def incident_id_of(alert: Alert) -> str:
    """Return the id of an alert's incident: the same in every delivery about the same trouble."""
    identity = alert.external_id or alert.fingerprint or alert.id
    return content_id("incident", f"{alert.source}:{identity}")
