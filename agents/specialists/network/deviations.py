"""Signals that are not what they were: now against the baseline, and since when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from agents.domain.base import EntityRef, Window
from agents.domain.claims import Claim
from agents.specialists.network.claims import measured_at_least
from agents.specialists.network.signals import Kind, Signal, latest, read, sample_times, signals_of
from agents.specialists.network.view import NetworkView

_STEP = timedelta(minutes=1)
_LEAST = {Kind.ERRORS: 0.01, Kind.LATENCY: 0.0, Kind.REQUESTS: 0.0}
_LEAST_SHARE = 0.02
_TIMES = {Kind.ERRORS: 3.0, Kind.LATENCY: 2.0, Kind.REQUESTS: 2.0}
_PARTS_OF_BASELINE = 12
_CLIENT_SIDE = ("upstream", "outbound", "client")


@dataclass(frozen=True, slots=True)
class Deviation:
    """A signal that is now beyond what it used to be."""

    signal: Signal
    service: EntityRef
    now: float
    usual: float
    limit: float
    """What counts as unusual."""
    recent: Window
    onset: datetime

    @property
    def claim(self) -> Claim:
        """The claim that it is beyond its limit."""
        shown = _shown(self.signal, self.now)
        usually = _shown(self.signal, self.usual)
        return measured_at_least(
            self.signal.entity,
            self.signal.measure,
            self.limit,
            self.recent,
            f"{self.signal.name} of {self.signal.entity.name} is {shown}, usually {usually}.",
        )


def deviations(view: NetworkView, kind: Kind) -> tuple[Deviation, ...]:
    """Return the signals of a kind that deviate now, the furthest first."""
    return view.once(f"deviations:{kind}", lambda: _found(view, kind))


def _found(view: NetworkView, kind: Kind) -> tuple[Deviation, ...]:
    found = [
        deviation
        for signal in signals_of(view)
        if signal.kind is kind and (deviation := deviation_of(view, signal))
    ]
    return tuple(sorted(found, key=lambda one: one.limit / one.now if one.now else 1.0))


def deviation_of(view: NetworkView, signal: Signal) -> Deviation | None:
    """Return how a signal deviates now, or None while it is as usual or cannot be read."""
    recent = recent_of(view, signal)
    now = read(view, signal.measure, recent)
    if now is None:
        return None
    usual, limit = limit_of(view, signal, recent)
    if now <= 0 or now < limit:
        return None
    onset = _onset(view, signal, limit, recent)
    return Deviation(signal, callee_of(view, signal), now, usual, limit, recent, onset)


def callee_of(view: NetworkView, signal: Signal) -> EntityRef:
    """Return the service that a signal is about: for a client's metric, the one that it calls."""
    service = view.service_of(signal.entity) or signal.entity
    known = view.topology.service(service.name)
    is_of_a_client = any(word in signal.name.lower() for word in _CLIENT_SIDE)
    if is_of_a_client and known is not None and len(known.depends_on) == 1:
        return EntityRef(kind="service", name=known.depends_on[0])
    return service


def recent_of(view: NetworkView, signal: Signal) -> Window:
    """Return the last minutes of one signal."""
    end = latest(view, [signal])
    return view.recent([datetime.fromtimestamp(end, UTC)] if end is not None else [])


def limit_of(view: NetworkView, signal: Signal, over: Window) -> tuple[float, float]:
    """Return what a signal usually is over a stretch of this length, and what is unusual.

    Unusual is several times the usual and more than the baseline ever showed.
    """
    before = view.baseline
    parts = _values(view, signal, before)
    if not parts:
        before = view.early
        parts = _values(view, signal, before)
    if not parts and signal.kind is not Kind.ERRORS:
        return 0.0, float("inf")
    scale = over.seconds * _PARTS_OF_BASELINE / before.seconds if signal.is_total and parts else 1.0
    usual = scale * sum(parts) / len(parts) if parts else 0.0
    most = scale * max(parts, default=0.0)
    least = _LEAST_SHARE if signal.is_share else _LEAST[signal.kind]
    return usual, max(least, _TIMES[signal.kind] * usual, 1.2 * most)


def _values(view: NetworkView, signal: Signal, before: Window) -> list[float]:
    """Return what a signal was in each part of the time before."""
    values = (read(view, signal.measure, part) for part in _parts(before))
    return [value for value in values if value is not None]


def _parts(window: Window) -> Iterator[Window]:
    step = timedelta(seconds=window.seconds / _PARTS_OF_BASELINE)
    for index in range(_PARTS_OF_BASELINE):
        start = window.start + index * step
        yield Window(start=start, end=start + step)


def _beyond(view: NetworkView, signal: Signal, limit: float, recent: Window) -> Iterator[datetime]:
    """Yield the minutes of the window in which a signal was beyond its limit."""
    share = _STEP.total_seconds() / recent.seconds if signal.is_total and recent.seconds else 1.0
    start = view.window.start
    while start < view.window.end:
        # Two steps wide: counters need two samples to have grown.
        value = read(view, signal.measure, Window(start=start, end=start + 2 * _STEP))
        if value is not None and value >= limit * share:
            yield start + _STEP
        start += _STEP


def _onset(view: NetworkView, signal: Signal, limit: float, recent: Window) -> datetime:
    """Return the first sample with which a signal was beyond its limit.

    To the sample, because an effect that seems to begin before its cause is not taken for one.
    """
    crossing = next(_beyond(view, signal, limit, recent), None)
    if crossing is None:
        return recent.start
    start = crossing - _STEP
    share = 2 * _STEP.total_seconds() / recent.seconds if signal.is_total else 1.0
    for at in sample_times(view, signal, Window(start=crossing, end=crossing + _STEP)):
        value = read(view, signal.measure, Window(start=start, end=at))
        if value is not None and value >= limit * share:
            return at
    return crossing


def moments_beyond(view: NetworkView, signal: Signal) -> tuple[datetime, ...]:
    """Return the minutes of the window in which a signal was beyond what is usual."""
    recent = recent_of(view, signal)
    _, limit = limit_of(view, signal, recent)
    return tuple(_beyond(view, signal, limit, recent))


def _shown(signal: Signal, value: float) -> str:
    return f"{value:.1%} of requests" if signal.is_share else f"{value:.4g}"
