"""What spans tell of calls between services: which one fails deepest, which one takes longer."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from statistics import median

from agents.domain.base import EntityRef, Window
from agents.domain.readings import Span
from agents.domain.reduction import percentile
from agents.specialists.network.view import NetworkView

_FAILED = frozenset({"error", "failed", "failure", "status_code_error", "2"})
_PEERS = ("peer.service", "server.address", "net.peer.name", "db.instance", "db.name", "db.system")
_FEWEST = 3
_NOTABLE_MS = 50.0
_TIMES = 2.0
_SHARE_OF_WORST = 0.5


def has_failed(span: Span) -> bool:
    """Tell whether a span ended as an error, in the words of any tracer, or with a 5xx."""
    status = span.status.casefold()
    is_server_error = len(status) == len("500") and status.startswith("5") and status.isdigit()
    return status in _FAILED or is_server_error


@dataclass(frozen=True, slots=True)
class Failing:
    """A service whose spans fail while nothing below them does."""

    service: EntityRef
    tracer: str
    """Who recorded the spans: the caller, where the callee leaves no trace of its own."""
    status: str
    spans: tuple[Span, ...]
    share: float
    """Of the tracer's spans in the last minutes."""
    onset: datetime


@dataclass(frozen=True, slots=True)
class Slower:
    """An operation that itself takes longer than it used to."""

    service: EntityRef
    tracer: str
    operation: str
    own_ms: float
    usual_own_ms: float
    p95_ms: float
    usual_p95_ms: float


class Calls:
    """The spans of the baseline and the window, as trees."""

    def __init__(self, view: NetworkView) -> None:
        self._view = view

    @cached_property
    def _children(self) -> Mapping[tuple[str, str], list[Span]]:
        children: dict[tuple[str, str], list[Span]] = defaultdict(list)
        for span in self._view.spans:
            if span.parent_id:
                children[span.trace_id, span.parent_id].append(span)
        return children

    def below(self, span: Span) -> list[Span]:
        """Return the spans that were started directly from one."""
        return self._children.get((span.trace_id, span.span_id), [])

    def failing(self) -> tuple[Failing, ...]:
        """Return the deepest failing services of the last minutes, the most often failing first."""
        recent = self._view.recent_spans
        deepest = [s for s in self._view.spans if has_failed(s) and not self._fails_below(s)]
        grouped: dict[tuple[EntityRef, str, str], list[Span]] = defaultdict(list)
        for span in deepest:
            grouped[self.callee(span), span.service, span.status].append(span)
        found = [self._failing(*key, spans, recent) for key, spans in grouped.items()]
        return tuple(sorted((f for f in found if f), key=lambda f: -len(f.spans)))

    def _fails_below(self, span: Span) -> bool:
        return any(has_failed(child) for child in self.below(span))

    def callee(self, span: Span) -> EntityRef:
        """Return whom a span's work is done by: a named peer without spans, else its service."""
        if not self.below(span):
            named = (span.attributes.get(key) for key in _PEERS)
            peer = next((value for value in named if isinstance(value, str) and value), None)
            if peer:
                return self._view.entity_at(peer)
        return EntityRef(kind="service", name=span.service)

    def _failing(
        self, service: EntityRef, tracer: str, status: str, spans: list[Span], recent: Window
    ) -> Failing | None:
        now = tuple(span for span in spans if recent.contains(span.start))
        share = self._share(now, tracer, recent)
        before = [span for span in spans if self._view.usual_spans.contains(span.start)]
        usual = self._share(before, tracer, self._view.usual_spans)
        if len(now) < _FEWEST or share < max(0.01, 3 * usual):
            return None
        in_window = [span.start for span in spans if self._view.window.contains(span.start)]
        return Failing(service, tracer, status, now, share, min(in_window))

    def _share(self, some: Iterable[Span], tracer: str, window: Window) -> float:
        spans = self._view.spans
        every = sum(s.service == tracer and window.contains(s.start) for s in spans)
        return len(list(some)) / every if every else 0.0

    def slower(self) -> tuple[Slower, ...]:
        """Return the operations whose own time has grown, the most grown first.

        Own time is what a span does not spend waiting for its children; a callee that leaves no
        spans is in the caller's own time.
        """
        now = self._by_operation(self._view.recent_spans)
        before = self._by_operation(self._view.usual_spans)
        found = [
            self._slower(key, now[key], before[key])
            for key in now
            if min(len(now[key]), len(before.get(key, []))) >= _FEWEST
        ]
        grown = sorted((s for s in found if s), key=lambda s: s.usual_own_ms - s.own_ms)
        worst = grown[0].own_ms - grown[0].usual_own_ms if grown else 0.0
        return tuple(s for s in grown if s.own_ms - s.usual_own_ms >= _SHARE_OF_WORST * worst)

    def _by_operation(self, window: Window) -> Mapping[tuple[str, str], list[Span]]:
        grouped: dict[tuple[str, str], list[Span]] = defaultdict(list)
        for span in self._view.spans:
            if window.contains(span.start):
                grouped[span.service, span.operation].append(span)
        return grouped

    def _slower(self, key: tuple[str, str], now: list[Span], before: list[Span]) -> Slower | None:
        own, usual = self._own(now), self._own(before)
        if own - usual < _NOTABLE_MS or own < _TIMES * usual:
            return None
        return Slower(
            service=self.callee(now[0]),
            tracer=key[0],
            operation=key[1],
            own_ms=own,
            usual_own_ms=usual,
            p95_ms=percentile([span.duration_ms for span in now], 95),
            usual_p95_ms=percentile([span.duration_ms for span in before], 95),
        )

    def _own(self, spans: list[Span]) -> float:
        return median(
            max(0.0, span.duration_ms - sum(child.duration_ms for child in self.below(span)))
            for span in spans
        )


def calls_of(view: NetworkView) -> Calls:
    """Return the spans as trees, planted once per investigation."""
    return view.once("calls", lambda: Calls(view))
