"""Volumes that keep pods from starting: claims that are unbound, missing, or without a class."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agents.domain.base import EntityRef
from agents.domain.claims import Claim
from agents.domain.hypotheses import Hypothesis
from agents.domain.measures import ObjectSelector
from agents.specialists.framework import check
from agents.specialists.kubernetes.claims import (
    DECISIVE,
    SUPPORTING,
    Blame,
    Weight,
    earliest,
    number_of,
    quote,
    states,
    there_are_none,
)
from agents.specialists.kubernetes.grouping import pods_by_owner
from agents.specialists.kubernetes.objects import Pod, Thing
from agents.specialists.kubernetes.view import ClusterView
from agents.specialists.kubernetes.volumes import misfit_of

_LIMITS_STORAGE = re.compile(r"requests\.storage|persistentvolumeclaims")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What keeps a volume claim from being there or bound."""

    mode: str
    claims: tuple[Claim, ...]
    told: str
    entity: EntityRef | None = None
    """What is to blame, where it is not the workload that waits."""
    shift: float = 0.0


@check(
    needs=("objects:pods", "objects:persistentvolumeclaims"),
    modes=(
        *("pvc_unbound", "missing_storage_class", "missing_persistent_volume_claim"),
        *("pvc_storage_class_mismatch", "pvc_access_mode_mismatch", "pvc_capacity_mismatch"),
        *("pvc_selector_mismatch", "pv_binding_occupied", "namespace_storage_quota_exceeded"),
    ),
)
def unbound_volumes(view: ClusterView) -> Iterator[Hypothesis]:
    """Find pending pods whose volume claim is not bound, and say what keeps it from binding."""
    if not view.has("persistentvolumeclaims"):
        return
    for owner, pods in pods_by_owner(view, _is_pending):
        name = next((n for n in _claim_names(pods[0]) if not _is_bound(view, pods[0], n)), None)
        if name is None:
            continue
        resource = view.find("persistentvolumeclaims", name, pods[0].namespace)
        volume = Thing(resource) if resource else None
        if volume is not None and _waits_for_pod(view, volume):
            continue
        for found in _diagnoses(view, pods[0], name, volume):
            yield Blame(
                entity=found.entity or owner,
                mode=found.mode,
                summary=f"The volume claim {name} keeps {number_of(pods)} of {owner.name} from"
                f" starting: {found.told}.",
                claims=(*found.claims, _has_not_started(view, pods[0])),
                pods=pods,
                explains=(owner,),
                onset=earliest(*(pod.created_at for pod in pods)),
                evidence=(quote(volume or pods[0], f"volume claim {name}: {found.told}"),),
                details={"persistentvolumeclaim": name, "storage_class": _class_of(volume)},
                shift=found.shift,
            ).hypothesis(view)


def _has_not_started(view: ClusterView, pod: Pod) -> Claim:
    text = f"{pod.name} has not started"
    return states(view, pod, "status.phase", "Pending", text, weight=SUPPORTING)


def _is_pending(pod: Pod) -> bool:
    return pod.phase == "Pending" and bool(_claim_names(pod))


def _claim_names(pod: Pod) -> tuple[str, ...]:
    return pod.document.texts("spec.volumes[].persistentVolumeClaim.claimName")


def _is_bound(view: ClusterView, pod: Pod, name: str) -> bool:
    found = view.find("persistentvolumeclaims", name, pod.namespace)
    return found is not None and found.document.text("status.phase") == "Bound"


def _class_of(volume: Thing | None) -> str | None:
    return volume.document.text("spec.storageClassName") if volume else None


def _waits_for_pod(view: ClusterView, volume: Thing) -> bool:
    """A claim of a late-binding class waits for the scheduler: it is not what blocks the pod."""
    found = view.find("storageclasses", _class_of(volume) or "")
    if found is None or found.document.text("volumeBindingMode") != "WaitForFirstConsumer":
        return False
    return not view.happenings(volume, "ProvisioningFailed")


def _diagnoses(view: ClusterView, pod: Pod, name: str, volume: Thing | None) -> Iterator[Diagnosis]:
    """Yield what may keep a claim from being there or bound, with what proves it."""
    if volume is None:
        gone = _missing_claim(view, pod, name)
        yield from _refused_by_quota(view, pod, name, gone)
        mode = "missing_persistent_volume_claim"
        yield Diagnosis(mode, (gone,), "there is no such claim")
        return
    pending = states(
        view,
        volume,
        "status.phase",
        "Pending",
        f"the volume claim {name} is not bound",
        weight=DECISIVE,
    )
    storage_class = _class_of(volume)
    knows_classes = storage_class and view.all("storageclasses")
    if storage_class and knows_classes and view.find("storageclasses", storage_class) is None:
        gone = there_are_none(
            view,
            volume.entity,
            ObjectSelector(kind="storageclasses", name=storage_class),
            f"there is no storage class {storage_class}",
            control=ObjectSelector(kind="storageclasses"),
        )
        told = f"its storage class {storage_class} does not exist"
        yield Diagnosis("missing_storage_class", (pending, gone), told)
        return
    misfit = misfit_of(view, volume)
    if misfit is not None:
        yield Diagnosis(misfit.mode, (pending, *misfit.claims), misfit.told, shift=misfit.shift)
        return
    said = view.happenings(volume, "ProvisioningFailed", "FailedBinding")
    told = said[-1].message if said else "no volume matches it"
    yield Diagnosis("pvc_unbound", (pending,), told)


def _refused_by_quota(view: ClusterView, pod: Pod, name: str, gone: Claim) -> Iterator[Diagnosis]:
    """Yield the quota on storage that a claim which is not there may have been refused by.

    Nothing in the cluster records a claim that was refused.
    """
    for resource in view.all("resourcequotas"):
        quota = Thing(resource)
        limits = quota.document.mapping("status.hard || spec.hard")
        key = next((key for key in limits if _LIMITS_STORAGE.search(key)), None)
        if key is None or quota.namespace != pod.namespace:
            continue
        used = quota.document.mapping("status.used").get(key, "0")
        limited = states(
            view,
            quota,
            f'(status.hard || spec.hard)."{key}"',
            limits[key],
            f"the quota {quota.name} allows {limits[key]} of {key}",
            weight=Weight(sufficiency=1.2),
        )
        yield Diagnosis(
            mode="namespace_storage_quota_exceeded",
            claims=(gone, limited),
            told=f"there is no claim {name}, and the quota {quota.name} allows {limits[key]} of"
            f" {key}, of which {used} is used",
            entity=EntityRef(kind="namespace", name=pod.namespace or "default"),
        )


def _missing_claim(view: ClusterView, pod: Pod, name: str) -> Claim:
    named_by_pod = ObjectSelector(kind="pods", namespace=pod.namespace, name=pod.name)
    return there_are_none(
        view,
        pod.entity,
        ObjectSelector(kind="persistentvolumeclaims", namespace=pod.namespace, name=name),
        f"there is no volume claim {name} in {pod.namespace}",
        control=named_by_pod,
        weight=DECISIVE,
    )
