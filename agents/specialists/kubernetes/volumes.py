"""Why none of the volumes that there are fits a claim."""

from collections.abc import Iterator
from dataclasses import dataclass

from agents.domain.base import Scalar
from agents.domain.claims import Claim
from agents.domain.measures import Comparator
from agents.specialists.kubernetes.claims import SUPPORTING, Weight, states
from agents.specialists.kubernetes.objects import Thing
from agents.specialists.kubernetes.quantities import quantity
from agents.specialists.kubernetes.view import ClusterView

_READ_ONLY = {"ReadOnlyMany"}
_SURE, _LIKELY, _BY_ELIMINATION = 0.8, 0.4, 0.0


@dataclass(frozen=True, slots=True)
class Misfit:
    """The property in which a volume differs from what a claim asks for."""

    mode: str
    told: str
    claims: tuple[Claim, ...]
    shift: float = _SURE


def misfit_of(view: ClusterView, claim: Thing) -> Misfit | None:
    """Say why a claim is not bound, by the volume that comes closest to it.

    Where a claim's own wishes are not known (descriptions leave them out), what is unusual about
    the volume tells: labels are there to be selected by, a read-only volume serves no writer.
    """
    volumes = [Thing(resource) for resource in view.all("persistentvolumes")]
    free = [one for one in volumes if one.document.text("status.phase") == "Available"]
    found = [misfit for one in free if (misfit := _against(view, claim, one))]
    if found:
        return max(found, key=lambda one: one.shift)
    bound = [one for one in volumes if one.document.text("status.phase") == "Bound"]
    same_class = [one for one in bound if _class(one) == _class(claim)]
    return _occupied(view, claim, same_class) if same_class and not free else None


def _class(thing: Thing) -> str:
    return thing.document.text("spec.storageClassName") or ""


def _against(view: ClusterView, claim: Thing, volume: Thing) -> Misfit | None:
    for misfit in (
        *_by_class(view, claim, volume),
        *_by_access(view, claim, volume),
        *_by_capacity(view, claim, volume),
        *_by_labels(view, claim, volume),
    ):
        return misfit
    return _by_elimination(view, claim, volume)


def _has(view: ClusterView, volume: Thing, path: str, value: Scalar, text: str) -> Claim:
    return states(view, volume, path, value, text, weight=Weight(sufficiency=0.8))


def _by_class(view: ClusterView, claim: Thing, volume: Thing) -> Iterator[Misfit]:
    wanted, offered = _class(claim), _class(volume)
    if wanted != offered and claim.document.at("spec.storageClassName") is not None:
        text = f"the volume {volume.name} is of class {offered or '(none)'}"
        yield Misfit(
            "pvc_storage_class_mismatch",
            f"it wants the class {wanted or '(none)'}, but {text}",
            (_has(view, volume, "spec.storageClassName || ''", offered, text),),
        )


def _by_access(view: ClusterView, claim: Thing, volume: Thing) -> Iterator[Misfit]:
    wanted = set(claim.document.texts("spec.accessModes"))
    offered = set(volume.document.texts("spec.accessModes"))
    is_known = bool(wanted)
    if wanted - offered or (not is_known and offered and offered <= _READ_ONLY):
        modes = ", ".join(sorted(offered))
        text = f"the volume {volume.name} offers {modes} alone"
        asked = f"it asks for {', '.join(sorted(wanted))}" if is_known else "it cannot be written"
        path = "join(', ', sort(spec.accessModes))"
        yield Misfit(
            "pvc_access_mode_mismatch",
            f"{asked}, and {text}",
            (_has(view, volume, path, modes, text),),
            _SURE if is_known else _LIKELY,
        )


def _by_capacity(view: ClusterView, claim: Thing, volume: Thing) -> Iterator[Misfit]:
    asked = claim.document.text("spec.resources.requests.storage")
    holds = volume.document.text("spec.capacity.storage")
    if asked and holds and (quantity(asked) or 0) > (quantity(holds) or 0):
        text = f"the volume {volume.name} holds {holds}"
        yield Misfit(
            "pvc_capacity_mismatch",
            f"it asks for {asked}, and {text}",
            (_has(view, volume, "spec.capacity.storage", holds, text),),
        )


def _by_labels(view: ClusterView, claim: Thing, volume: Thing) -> Iterator[Misfit]:
    wanted = claim.document.mapping("spec.selector.matchLabels")
    is_known = claim.document.at("spec.resources") is not None
    own = volume.resource.labels
    differs = any(own.get(key) != value for key, value in wanted.items())
    if differs or (not is_known and own):
        key, value = next(iter(own.items()), ("", ""))
        text = f"the volume {volume.name} is labelled {key}={value}" if key else "it has no labels"
        asked = ", ".join(f"{k}={v}" for k, v in wanted.items()) or "other labels, it seems"
        path = f'metadata.labels."{key}"' if key else "length(keys(metadata.labels || `{}`))"
        yield Misfit(
            "pvc_selector_mismatch",
            f"it selects {asked}, and {text}",
            (_has(view, volume, path, value if key else 0, text),),
            _SURE if differs else _LIKELY,
        )


def _by_elimination(view: ClusterView, claim: Thing, volume: Thing) -> Misfit | None:
    """Class, access mode and labels fit: what is left is the size, where that is not known."""
    holds = volume.document.text("spec.capacity.storage")
    if claim.document.at("spec.resources") is not None or holds is None:
        return None
    text = f"the volume {volume.name} is free and holds {holds}"
    return Misfit(
        "pvc_capacity_mismatch",
        f"{text}; class, access mode and labels are no obstacle, so it must ask for more",
        (_has(view, volume, "spec.capacity.storage", holds, text),),
        _BY_ELIMINATION,
    )


def _occupied(view: ClusterView, claim: Thing, volumes: list[Thing]) -> Misfit:
    volume = volumes[0]
    holder = volume.document.text("spec.claimRef.name") or "another claim"
    text = f"the volume {volume.name} is bound to {holder}"
    taken = states(
        view,
        volume,
        "spec.claimRef.name",
        claim.name,
        text,
        comparator=Comparator.NOT_EQUAL,
        weight=SUPPORTING,
    )
    told = f"no volume is free, and {text}"
    return Misfit("pv_binding_occupied", told, (taken,), _LIKELY)
