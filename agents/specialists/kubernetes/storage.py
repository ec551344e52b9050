"""Volumes that keep pods from starting: claims that are unbound, missing, or without a class."""

from collections.abc import Iterator

from agents.domain.claims import Claim
from agents.domain.hypotheses import Hypothesis
from agents.domain.measures import ObjectSelector
from agents.specialists.framework import check
from agents.specialists.kubernetes.claims import (
    DECISIVE,
    SUPPORTING,
    Blame,
    earliest,
    number_of,
    quote,
    states,
    there_are_none,
)
from agents.specialists.kubernetes.grouping import pods_by_owner
from agents.specialists.kubernetes.objects import Pod, Thing
from agents.specialists.kubernetes.view import ClusterView


@check(
    needs=("objects:pods", "objects:persistentvolumeclaims"),
    modes=("pvc_unbound", "missing_storage_class", "missing_persistent_volume_claim"),
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
        mode, claims, told = _diagnosis(view, pods[0], name, volume)
        yield Blame(
            entity=owner,
            mode=mode,
            summary=f"The volume claim {name} keeps {number_of(pods)} of {owner.name} from"
            f" starting: {told}.",
            claims=(*claims, _has_not_started(view, pods[0])),
            pods=pods,
            onset=earliest(*(pod.created_at for pod in pods)),
            evidence=(quote(volume or pods[0], f"volume claim {name}: {told}"),),
            details={"persistentvolumeclaim": name, "storage_class": _class_of(volume)},
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


def _diagnosis(
    view: ClusterView, pod: Pod, name: str, volume: Thing | None
) -> tuple[str, tuple[Claim, ...], str]:
    """Return the failure mode, what proves it, and the mode in words."""
    if volume is None:
        gone = _missing_claim(view, pod, name)
        return "missing_persistent_volume_claim", (gone,), "there is no such claim"
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
        return "missing_storage_class", (pending, gone), told
    said = view.happenings(volume, "ProvisioningFailed", "FailedBinding")
    return "pvc_unbound", (pending,), said[-1].message if said else "no volume matches it"


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
