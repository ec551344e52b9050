"""Which alerts are of one incident: close in time, and connected by topology or by what they name.

Close means close to the first alert of the group, so that a noisy day does not chain into one.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from agents.domain.incidents import Alert
from agents.domain.readings import Topology

_TELLING = frozenset({"host", "node", "cluster", "zone", "availability_zone", "instance", "pod"})
"""Labels whose shared value means a shared fate; a shared severity means nothing."""
_WITHIN = timedelta(minutes=5)
_OPEN_AT_MOST = 50
"""Groups that are looked at for a new alert: a bound, because storms are when this must be fast."""


def group_alerts(
    alerts: Iterable[Alert], topology: Topology, within: timedelta = _WITHIN
) -> tuple[tuple[Alert, ...], ...]:
    """Return the alerts in groups of one incident each, in the order in which they began."""
    near = _Neighbours(topology)
    groups: list[list[Alert]] = []
    for alert in sorted(alerts, key=lambda one: (one.started_at, one.id)):
        recent = [g for g in groups[-_OPEN_AT_MOST:] if alert.started_at - g[0].started_at < within]
        home = next((g for g in recent if any(near.are_related(alert, one) for one in g)), None)
        if home is None:
            groups.append([alert])
        else:
            home.append(alert)
    return tuple(tuple(group) for group in groups)


class _Neighbours:
    """Who is one call, or one shared callee, away from whom."""

    def __init__(self, topology: Topology) -> None:
        self._near: dict[str, set[str]] = {service.name: set() for service in topology.services}
        callers: dict[str, list[str]] = {}
        for service in topology.services:
            for callee in service.depends_on:
                callers.setdefault(callee, []).append(service.name)
        for callee, above in callers.items():
            for caller in above:
                self._near.setdefault(caller, set()).update(above, (callee,))
                self._near.setdefault(callee, set()).add(caller)

    def are_related(self, left: Alert, right: Alert) -> bool:
        """Tell whether two alerts may be of one incident, time aside."""
        if left.service and right.service:
            is_near = right.service in self._near.get(left.service, ())
            if left.service == right.service or is_near:
                return True
        if set(left.entities) & set(right.entities):
            return True
        return any(left.labels.get(key) == right.labels[key] for key in _shared(left, right))


def _shared(left: Alert, right: Alert) -> Sequence[str]:
    return tuple(key for key in _TELLING if key in left.labels and key in right.labels)
