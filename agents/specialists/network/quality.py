"""Loss and delay: what the path does to packets that do arrive, or do not."""

from collections.abc import Iterator
from statistics import median

from agents.domain.base import EntityRef, Window
from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Evidence, Hypothesis
from agents.domain.measures import Measure, MetricSelector, Reduction, TraceSelector
from agents.domain.readings import Series, Span
from agents.specialists.framework import Check, Found, check
from agents.specialists.network.calls import Calls, calls_of
from agents.specialists.network.claims import measured_at_least
from agents.specialists.network.deviations import Deviation, deviation_of
from agents.specialists.network.signals import Kind, Signal
from agents.specialists.network.view import NetworkView

_LOSS = (
    *("*packet_loss*", "*packetloss*", "*PacketLoss*", "*retrans*", "*Retrans*"),
    *("*_drop_total", "*packets_dropped*", "*dropped_packets*", "*PacketDrop*"),
)
_DELAY = ("*rtt*", "*round_trip*", "*network_latency*", "*network_delay*", "*ping_*")
_NOTABLE_MS = 20.0
_TIMES = 3.0
_FEWEST = 5


@check(needs=("metrics",), modes=("packet_loss",))
def packets_that_are_lost(view: NetworkView) -> Iterator[Found]:
    """Find links and hosts that lose or retransmit far more than they used to."""
    for deviation in _deviations(view, _LOSS, Kind.ERRORS):
        yield _named(view, deviation, "packet_loss", "loses packets")


@check(needs=("metrics",), modes=("high_network_latency",))
def round_trips_that_take_long(view: NetworkView) -> Iterator[Found]:
    """Find paths whose measured round trip has grown."""
    for deviation in _deviations(view, _DELAY, Kind.LATENCY):
        yield _named(view, deviation, "high_network_latency", "is slow to reach")


@check(needs=("traces",), modes=("high_network_latency",))
def time_lost_between_services(view: NetworkView) -> Iterator[Found]:
    """Find calls that take the caller longer although the callee answers as fast as before.

    Only client spans are held against the server spans that they started: there, the difference
    is the way between.
    """
    calls = calls_of(view)
    edges = sorted({(s.service, c.service) for s, c in _pairs(view, calls)})
    for caller, callee in edges:
        yield from _between(view, calls, caller, callee)


def _deviations(view: NetworkView, globs: tuple[str, ...], kind: Kind) -> Iterator[Deviation]:
    named: set[EntityRef] = set()
    for glob in globs:
        for signal in _signals(view.series(glob, view.whole), kind):
            deviation = deviation_of(view, signal)
            if deviation and signal.entity not in named:
                named.add(signal.entity)
                yield deviation


def _signals(series: tuple[Series, ...], kind: Kind) -> Iterator[Signal]:
    named = {(one.name, one.entity, one.statistic) for one in series}
    for name, entity, statistic in sorted(named, key=str):
        is_counter = name.endswith(("_total", "_count", "RetransSegs")) and statistic is None
        selector = MetricSelector(name=name, entity=entity, statistic=statistic)
        reduce = Reduction.RATE if is_counter else Reduction.MEAN
        about = entity or EntityRef(kind="network", name=name)
        measure = Measure(selector=selector, reduce=reduce)
        yield Signal(kind, about, measure)


def _named(view: NetworkView, deviation: Deviation, mode: str, what: str) -> Hypothesis:
    entity = deviation.signal.entity
    callers = [EntityRef(kind="service", name=n) for n in view.callers_of(deviation.service.name)]
    evidence = Evidence(source="metrics", entity=entity, text=deviation.claim.text)
    return Hypothesis(
        cause=Cause(entity=entity, failure_mode=mode),
        summary=f"{entity.name} {what}: {deviation.claim.text}",
        claims=(deviation.claim,),
        explains=tuple(dict.fromkeys([deviation.service, *callers])),
        onset=deviation.onset,
        evidence=(evidence,),
        prior_shift=0.5,
    )


def _pairs(view: NetworkView, calls: Calls) -> Iterator[tuple[Span, Span]]:
    """Yield client spans with the one server span of another service that each started."""
    for span in view.spans:
        kind = span.attributes.get("span.kind") or span.attributes.get("kind")
        below = calls.below(span)
        is_client = isinstance(kind, str) and kind.casefold().endswith("client")
        if is_client and len(below) == 1 and below[0].service != span.service:
            yield span, below[0]


def _between(view: NetworkView, calls: Calls, caller: str, callee: str) -> Iterator[Hypothesis]:
    pairs = [p for p in _pairs(view, calls) if (p[0].service, p[1].service) == (caller, callee)]
    now = [pair for pair in pairs if view.recent_spans.contains(pair[0].start)]
    before = [pair for pair in pairs if view.usual_spans.contains(pair[0].start)]
    if min(len(now), len(before)) < _FEWEST:
        return
    way, usual = _way(now), _way(before)
    if way - usual < _NOTABLE_MS or way < _TIMES * usual:
        return
    entity = EntityRef(kind="service", name=callee)
    text = f"The way from {caller} to {callee} takes {way:.0f} ms, usually {usual:.0f} ms"
    yield Hypothesis(
        cause=Cause(entity=entity, failure_mode="high_network_latency"),
        summary=f"{text}; {callee} itself answers as fast as before.",
        claims=(_mostly_way(view.recent_spans, entity, *now[0], _share(now)),),
        explains=(entity, EntityRef(kind="service", name=caller)),
        onset=None,
        evidence=(Evidence(source="traces", entity=entity, text=text),),
    )


def _share(pairs: list[tuple[Span, Span]]) -> float:
    """Return a cautious ratio of what the caller waits for to what the callee takes."""
    waits = median(client.duration_ms for client, _ in pairs)
    takes = median(server.duration_ms for _, server in pairs)
    return round(1 + 0.5 * (waits / takes - 1), 2) if takes else 1.0


def _way(pairs: list[tuple[Span, Span]]) -> float:
    return median(max(0.0, client.duration_ms - server.duration_ms) for client, server in pairs)


def _mostly_way(
    recent: Window, entity: EntityRef, client: Span, server: Span, share: float
) -> Claim:
    """Claim how much longer the caller's spans are than the callee's."""
    below = TraceSelector(service=server.service, operation=server.operation)
    measure = Measure(
        selector=TraceSelector(service=client.service, operation=client.operation),
        reduce=Reduction.P50,
        divided_by=Measure(selector=below, reduce=Reduction.P50),
    )
    text = (
        f"{client.operation} takes {client.service} at least {share:g} times as long as "
        f"{server.operation} takes {server.service}."
    )
    return measured_at_least(entity, measure, share, recent, text)


QUALITY_CHECKS: tuple[Check[NetworkView], ...] = (
    packets_that_are_lost,
    round_trips_that_take_long,
    time_lost_between_services,
)
