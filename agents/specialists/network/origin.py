"""Where along the calls it begins: who is slow or fails without any of its callees being to blame.

This names the place, not the mechanism: what another specialist finds at that place is its cause.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import log
from statistics import median

from agents.domain.base import EntityRef
from agents.domain.claims import Claim
from agents.domain.hypotheses import Cause, Evidence, Finding, Hypothesis
from agents.domain.measures import Comparator, Measure
from agents.domain.reduction import is_number
from agents.localisation.propagation import Origin, Strain, find_origins
from agents.specialists.framework import Check, Found, check
from agents.specialists.network.signals import Kind, read
from agents.specialists.network.view import NetworkView
from agents.specialists.network.vitals import Vital, asked_of, vitals_of

_FEWEST_NODES = 3
"""Below this there are no calls to follow: the other checks look at each service by itself."""
_SURE = 4.0
"""Spreads beyond the usual that the first suspect must show."""
_FELT = {Kind.LATENCY: 0.03, Kind.ERRORS: 0.0015}
"""How much of the alerting service's usual time, or of its calls, must be at stake."""
_NAMED_AT_MOST = 5
_LEAST_SHARE = 0.01
_AT_ANY_RATE = 1.3
_STRONGEST = 3.0
"""What such a finding adds in log-odds: this, and more the further beyond noise, up to that."""
_SHARPNESS = 2.0
"""How fast belief falls with the share: who loses half as much is a quarter as likely."""
_NOT_ASKED = 1.5
"""What it loses where the alert speaks of another kind of trouble."""
_MODES = {Kind.LATENCY: "upstream_latency", Kind.ERRORS: "http_upstream_errors"}
_WORDS = {
    Kind.LATENCY: ("latency", "slow", "duration", "response time", "p95", "p99"),
    Kind.ERRORS: ("availab", "error", "fail", "5xx", "success"),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """One kind of trouble, along the calls."""

    kind: Kind
    vitals: dict[str, Vital]
    origins: tuple[Origin, ...]
    felt_at: str | None

    @property
    def passing_on(self) -> frozenset[str]:
        """The services whose trouble is their callees', or does not reach the alert."""
        return frozenset(self.vitals) - {origin.node for origin in self.origins}


@check(needs=("metrics", "topology"), modes=("upstream_latency",))
def where_slowness_begins(view: NetworkView) -> Iterator[Found]:
    """Find the service that loses the time its callers lose, and whose callees do not.

    Every service's lost seconds are held against its callees': what they do not account for is its
    own. A service that is slower without anybody above it noticing is not the cause of this alert.
    """
    yield from _begins(view, Kind.LATENCY)


@check(needs=("metrics", "topology"), modes=("http_upstream_errors",))
def where_errors_begin(view: NetworkView) -> Iterator[Found]:
    """Find the service that makes the failures its callers pass on, and whose callees do not."""
    yield from _begins(view, Kind.ERRORS)


def _begins(view: NetworkView, kind: Kind) -> Iterator[Found]:
    scene = scene_of(view, kind)
    if scene is None:
        return
    if not scene.origins:
        yield Finding(
            text=f"No service along the calls shows {kind} that would account for the alert.",
            is_anomalous=False,
        )
    for origin in scene.origins[:_NAMED_AT_MOST]:
        if origin.share >= _LEAST_SHARE:
            yield _hypothesis(view, scene, origin)


def scene_of(view: NetworkView, kind: Kind) -> Scene | None:
    """Return one kind of trouble along the calls; None where there are no calls to follow."""
    return view.once(f"scene:{kind}", lambda: _scene(view, kind))


def _is_asked_about(view: NetworkView, kind: Kind) -> bool:
    """Tell whether the alert may be about this kind: an alert on latency is not about errors."""
    told = f"{view.alert.title} {view.alert.text}".casefold()
    spoken_of = {k for k, words in _WORDS.items() if any(word in told for word in words)}
    return not spoken_of or kind in spoken_of


def _scene(view: NetworkView, kind: Kind) -> Scene | None:
    vitals = {vital.entity.name: vital for vital in vitals_of(view, kind)}
    if len(vitals) < _FEWEST_NODES:
        return None
    callees = {service.name: service.depends_on for service in view.topology.services}
    service = view.alert.service
    felt_at = service if service in callees else None
    strains = _strains(view, vitals)
    scene = Scene(kind, vitals, find_origins(callees, strains, felt_at), felt_at)
    is_cause = _is_material(view, scene) and not _is_beside_the_point(view, kind)
    return scene if is_cause else replace(scene, origins=())


def _is_beside_the_point(view: NetworkView, kind: Kind) -> bool:
    """Tell whether the alert is about another kind, and that one's origin is found."""
    others = (one for one in _MODES if one is not kind and _is_asked_about(view, one))
    if _is_asked_about(view, kind):
        return False
    return any(scene.origins for one in others if (scene := scene_of(view, one)))


def _strains(view: NetworkView, vitals: dict[str, Vital]) -> dict[str, Strain]:
    calls = _calls(view, vitals)
    return {
        name: Strain(
            excess=max(0.0, vital.worse_by) * calls[name],
            score=vital.score,
            noise=vital.usual.spread / (vital.full or 1.0) * calls[name],
        )
        for name, vital in vitals.items()
    }


def _calls(view: NetworkView, names: Iterable[str]) -> dict[str, float]:
    """Return how often each service is called; where nobody counts, about as often as its peers.

    Without any count every service is taken to be called once for each call of another.
    """
    asked = asked_of(view)
    typical = median(asked.values()) if asked else 1.0
    return {name: asked.get(name) or _like_its_peers(view, name, asked, typical) for name in names}


def _like_its_peers(
    view: NetworkView, name: str, asked: Mapping[str, float], typical: float
) -> float:
    service = view.topology.service(name)
    near = (*(service.depends_on if service else ()), *view.callers_of(name))
    counts = [asked[peer] for peer in near if asked.get(peer)]
    return median(counts) if counts else typical


def _is_material(view: NetworkView, scene: Scene) -> bool:
    """Tell whether what is charged to the first would be noticed where the alert was raised."""
    if not scene.origins:
        return False
    first = scene.origins[0]
    felt = scene.vitals.get(scene.felt_at or "")
    if first.score < _SURE:
        return False
    if felt is None:
        return True
    usually = felt.usual.centre if scene.kind is Kind.LATENCY else 1.0
    calls = _calls(view, (felt.entity.name,))[felt.entity.name]
    return first.own >= _FELT[scene.kind] * usually * calls


def _hypothesis(view: NetworkView, scene: Scene, origin: Origin) -> Hypothesis:
    vital = scene.vitals[origin.node]
    claims = tuple(_claims(view, vital, scene.kind))
    affected = tuple(
        EntityRef(kind="service", name=name)
        for name, other in scene.vitals.items()
        if name != origin.node and other.score >= 1.0
    )
    what = "loses time" if scene.kind is Kind.LATENCY else "fails"
    return Hypothesis(
        cause=Cause(entity=vital.entity, failure_mode=_MODES[scene.kind]),
        summary=f"{vital.entity.name} {what} that its callees do not account for: "
        f"{origin.share:.0%} of all that is lost along the calls. {claims[0].text}",
        claims=claims,
        explains=(vital.entity, *affected),
        onset=vital.onset(view.window),
        evidence=(Evidence(source="metrics", entity=vital.entity, text=claims[0].text),),
        prior_shift=_strength(view, scene)
        + _SHARPNESS * log(origin.share / scene.origins[0].share),
    )


def _strength(view: NetworkView, scene: Scene) -> float:
    """Return how much the finding says: the further beyond noise the more, within bounds."""
    strength = min(_STRONGEST, _AT_ANY_RATE + log(scene.origins[0].score))
    return strength if _is_asked_about(view, scene.kind) else strength - _NOT_ASKED


def _claims(view: NetworkView, vital: Vital, kind: Kind) -> Iterator[Claim]:
    name = vital.entity.name
    is_low = vital.full is not None
    yield Claim(
        text=f"{kind.capitalize()} of {name}: {vital.now:.4g}, usually {vital.usual.centre:.4g}.",
        subject=vital.entity,
        measure=vital.measure,
        comparator=Comparator.AT_MOST if is_low else Comparator.AT_LEAST,
        expected=vital.limit(),
        window=vital.current,
        sufficiency=1.5,
    )
    against = _against_before(view, vital)
    if against is None:
        return
    measure, times, minutes = against
    yield Claim(
        text=f"That is {times:.3g} times what it was {minutes:.0f} minutes before.",
        subject=vital.entity,
        measure=measure,
        comparator=Comparator.AT_MOST if is_low else Comparator.AT_LEAST,
        expected=(1.0 + times) / 2,
        window=vital.current,
        sufficiency=0.7,
        necessity=1.0,
    )


def _against_before(view: NetworkView, vital: Vital) -> tuple[Measure, float, float] | None:
    """Return the sign as a multiple of itself in the baseline, where it can be so told."""
    back = (vital.current.end - view.baseline.end).total_seconds()
    if vital.measure.divided_by is not None:
        return None
    before = vital.measure.model_copy(update={"shifted_back_seconds": back})
    usually = read(view, vital.measure, vital.current.shifted(-back))
    if not usually or not is_number(vital.now):
        return None
    times = vital.now / usually
    worse = times < 1.0 if vital.full is not None else times > 1.0
    if not worse:
        return None
    return vital.measure.model_copy(update={"divided_by": before}), times, back / 60


ORIGIN_CHECKS: tuple[Check[NetworkView], ...] = (where_slowness_begins, where_errors_begin)
