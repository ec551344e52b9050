"""Pods and nodes that are up and slow: CPU used up, or a network that delays or loses packets."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import log

from agents.domain.base import EntityRef
from agents.domain.claims import Claim
from agents.domain.hypotheses import Hypothesis
from agents.domain.measures import Comparator, Measure, MetricSelector, Reduction
from agents.specialists.framework import check
from agents.specialists.kubernetes.claims import SUPPORTING, Blame, Weight
from agents.specialists.kubernetes.pulses import Pulse, pulses
from agents.specialists.kubernetes.view import ClusterView

_LEAST_THROTTLING = 0.2
"""Seconds per second in which a container wanted to run and might not."""
_TWICE, _THRICE, _HALF = 2.0, 3.0, 0.5
_LEAST_RETRANSMITS = 0.3
_LOSS_RETRANSMITS = 2.0
"""Per second: delays make TCP send again now and then, loss makes it do so all the time."""
_MANY = 0.4
"""A share of the services that no single pod's trouble reaches."""
_FEW = 2


@dataclass(frozen=True)
class Vitals:
    """What was measured of the services and nodes in view, before the alert and since."""

    view: ClusterView

    @cached_property
    def throttling(self) -> tuple[Pulse, ...]:
        """Entities that may not run as much as they want, the worst first."""
        found = (
            one
            for one in self._of("*throttl*")
            if one.highest >= _LEAST_THROTTLING and one.highest >= _THRICE * one.before
        )
        return tuple(sorted(found, key=lambda one: -one.highest))

    @cached_property
    def latencies(self) -> dict[str, Pulse]:
        """The latency of each service, by name: of the highest percentile that there is."""
        found: dict[str, Pulse] = {}
        for one in sorted(self._of("*latency*"), key=lambda pulse: pulse.metric):
            found[one.entity.name] = one
        return found

    @cached_property
    def slow(self) -> dict[str, Pulse]:
        """The services that take more than twice as long as before."""
        return {n: p for n, p in self.latencies.items() if p.highest > _TWICE * p.before}

    @cached_property
    def degraded(self) -> set[str]:
        """The services that are slow or get through less than half of what they did."""
        starved = {one.entity.name for one in self._of("*rps*") if one.lowest < _HALF * one.before}
        return starved | set(self.slow)

    @cached_property
    def watched(self) -> int:
        """How many services there are measurements of."""
        return len(set(self.latencies) | {one.entity.name for one in self._of("*rps*")})

    @cached_property
    def retransmitting(self) -> tuple[Pulse, ...]:
        """Nodes with pods in view on which TCP sends again more than before, the worst first."""
        in_use = {pod.node for pod in self.view.pods}
        found = (
            one
            for one in self._of("*retrans*")
            if one.entity.name in in_use
            and one.growth >= _LEAST_RETRANSMITS
            and one.highest >= _THRICE * one.before
        )
        return tuple(sorted(found, key=lambda one: -one.growth))

    def _of(self, name: str) -> tuple[Pulse, ...]:
        return pulses(self.view.series(name), self.view.alert_at)

    def own_delay(self, service: str) -> float:
        """Return by how much a service has become slower, beyond what it waits for."""
        own = self.slow.get(service)
        waits = (self.slow[n].growth for n in self.view.calls_of(service) if n in self.slow)
        return (own.growth if own else 0.0) - max(waits, default=0.0)


@check(needs=("metrics", "objects:pods"), modes=("pod_cpu_overload",))
def overloaded_pods(view: ClusterView) -> Iterator[Hypothesis]:
    """Find workloads that are throttled at their CPU limit since the alert."""
    worst = Vitals(view).throttling
    for one in worst[:_FEW]:
        owner = view.workload_of_service(one.entity)
        told = f"{one.entity.name} is throttled {one.highest:.2f} s in every second"
        claims = (_rose(view, one, f"{told}, before {one.before:.2f}", Weight(sufficiency=2.2)),)
        yield Blame(
            entity=owner or one.entity,
            mode="pod_cpu_overload",
            summary=f"The pods of {one.entity.name} have used up the CPU that they may use:"
            f" {told}, while it was {one.before:.2f} before.",
            claims=claims,
            pods=view.pods_of(owner) if owner else (),
            explains=(one.entity,),
            onset=view.alert_at,
            details={"throttled_seconds": round(one.highest, 3)},
            shift=0.6 + min(log(one.highest / worst[0].highest), 0.0) * 3,
        ).hypothesis(view)


@check(
    needs=("metrics", "objects:pods", "objects:nodes"),
    modes=("node_network_delay", "node_network_packet_loss"),
)
def slow_node_networks(view: ClusterView) -> Iterator[Hypothesis]:
    """Find nodes whose network loses or delays packets: TCP sends again, many services suffer."""
    vitals = Vitals(view)
    worst = vitals.retransmitting
    is_wide = len(vitals.degraded) >= max(_FEW + 1, _MANY * vitals.watched)
    if not worst or vitals.throttling:
        return
    for one in worst[:_FEW]:
        loses = worst[0].growth >= _LOSS_RETRANSMITS
        if not loses and not is_wide:
            continue
        node = one.entity
        on_node = tuple(pod for pod in view.pods if pod.node == node.name)
        told = f"TCP on node {node.name} sends {one.highest:.2f} segments again a second"
        again = _rose(view, one, f"{told}, before {one.before:.2f}", Weight(sufficiency=1.8))
        yield Blame(
            entity=EntityRef(kind="node", name=node.name),
            mode="node_network_packet_loss" if loses else "node_network_delay",
            summary=f"{told} (before: {one.before:.2f}), and {len(vitals.degraded)} of"
            f" {vitals.watched} services have become slow:"
            f" its network {'loses' if loses else 'delays'} packets.",
            claims=(again, *_slowest(view, vitals)),
            pods=on_node,
            explains=tuple(EntityRef(kind="service", name=name) for name in vitals.degraded),
            onset=view.alert_at,
            details={"node": node.name, "retransmits_per_second": round(one.highest, 2)},
            shift=0.5 + 3 * min(log(one.growth / worst[0].growth), 0.0),
        ).hypothesis(view)


@check(needs=("metrics", "objects:pods"), modes=("pod_network_delay",))
def slow_pod_networks(view: ClusterView) -> Iterator[Hypothesis]:
    """Find the workload whose own answers are late although it has CPU to spare.

    It is the one that has become slower than all that it waits for; where a node is to blame
    instead, or CPU, the other checks say so.
    """
    vitals = Vitals(view)
    if vitals.throttling or not vitals.slow:
        return
    if vitals.retransmitting and len(vitals.degraded) >= _MANY * vitals.watched:
        return
    ranked = sorted(vitals.slow, key=vitals.own_delay, reverse=True)
    most = vitals.own_delay(ranked[0])
    for name in ranked[:_FEW]:
        own = vitals.own_delay(name)
        if own <= 0:
            continue
        pulse = vitals.slow[name]
        owner = view.workload_of_service(pulse.entity)
        told = f"{name} takes {pulse.highest:.3g}, before {pulse.before:.3g} ({pulse.metric})"
        yield Blame(
            entity=owner or pulse.entity,
            mode="pod_network_delay",
            summary=f"{told}; nothing that it calls has slowed down as much, and it is not short"
            " of CPU: packets from or to its pods are held up.",
            claims=(_rose(view, pulse, told, Weight(sufficiency=1.8)),),
            pods=view.pods_of(owner) if owner else (),
            explains=(pulse.entity,),
            onset=view.alert_at,
            details={"latency": round(pulse.highest, 3), "before": round(pulse.before, 3)},
            shift=0.6 + 2 * min(log(own / most), 0.0),
        ).hypothesis(view)


def _slowest(view: ClusterView, vitals: Vitals) -> Iterator[Claim]:
    for one in sorted(vitals.slow.values(), key=lambda pulse: -pulse.growth)[:1]:
        told = f"{one.entity.name} takes {one.highest:.3g}, before {one.before:.3g}"
        yield _rose(view, one, told, SUPPORTING)


def _rose(view: ClusterView, one: Pulse, text: str, weight: Weight) -> Claim:
    """Claim that a measurement went at least half of the way up to what was seen."""
    selector = MetricSelector(name=one.metric, entity=one.entity, statistic=one.statistic)
    return Claim(
        text=text,
        subject=one.entity,
        measure=Measure(selector=selector, reduce=Reduction.MAX),
        comparator=Comparator.AT_LEAST,
        expected=round(one.before + one.growth * _HALF, 6),
        window=view.window,
        sufficiency=weight.sufficiency,
        necessity=weight.necessity,
    )
