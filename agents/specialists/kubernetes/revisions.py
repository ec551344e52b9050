"""What a Deployment rolled out lately, and what it could go back to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from agents.domain.base import EntityRef, Scalar
from agents.domain.document import Document
from agents.specialists.kubernetes.objects import HASH_LABEL, Pod, Thing, Workload
from agents.specialists.kubernetes.view import ClusterView, container_spec

REVISION = "deployment.kubernetes.io/revision"
_SOON = timedelta(minutes=30)
_RECENT = timedelta(hours=2)
"""A rollout this long before the window began can still be why its pods fail now."""


@dataclass(frozen=True, slots=True)
class Revision(Thing):
    """One ReplicaSet of a Deployment."""

    @property
    def number(self) -> int:
        """The Deployment's count of its revisions; 0 where it is not written."""
        text = self.document.mapping("metadata.annotations").get(REVISION, "")
        return int(text) if text.isdecimal() else 0

    @property
    def digest(self) -> str:
        """The hash of its pod template."""
        return self.resource.labels.get(HASH_LABEL, "")

    @property
    def ready(self) -> int:
        """How many of its pods serve now."""
        return int(self.document.number("status.readyReplicas") or 0)

    @property
    def template(self) -> Document:
        """Its pod template."""
        found = self.document.at("spec.template")
        return Document(body=found if isinstance(found, dict) else {})


@dataclass(frozen=True, slots=True)
class Rollout:
    """A Deployment's present revision next to the one that it replaced."""

    deployment: Workload
    current: Revision
    previous: Revision
    started_at: datetime | None
    change_ref: str
    """The recorded change that it came from, or the revision's own number."""
    differences: Mapping[str, tuple[Scalar, Scalar]]
    """What changed in the containers, as `<container> <field>`: before, after."""

    @property
    def previous_serves(self) -> bool:
        """Whether pods of the revision before are serving now: proof that it works."""
        return self.previous.ready > 0

    @property
    def told(self) -> str:
        """The change in a few words."""
        changed = [f"{what} {old} -> {new}" for what, (old, new) in self.differences.items()]
        return f"revision {self.current.number}" + (f" ({'; '.join(changed)})" if changed else "")

    def details(self) -> dict[str, Scalar]:
        """Return what a rollback needs to name."""
        return {
            "deployment": self.deployment.name,
            "namespace": self.deployment.namespace,
            "revision": self.current.number,
            "template_hash": self.current.digest,
            "to_revision": self.previous.number,
            "to_template_hash": self.previous.digest,
        }


def rollout_behind(
    view: ClusterView,
    owner: EntityRef,
    pods: tuple[Pod, ...],
    *,
    began: datetime | None = None,
) -> Rollout | None:
    """Return the recent rollout that made these failing pods, if one did.

    It did when they all belong to the Deployment's present revision, there is one to go back to,
    and either the old one still serves or the new one is about as young as the incident. Where
    `began` says when they started to fail, that must be soon after the rollout: pods that ran for
    an hour before they failed do not fail because of how they were rolled out.
    """
    deployment = view.workload(owner)
    if deployment is None or owner.kind != "deployment" or not pods:
        return None
    several = revisions_of(view, deployment)
    if len(several) < 2:  # noqa: PLR2004 - one to come from, one to go back to
        return None
    current, previous = several[0], several[1]
    made_them = all(pod.owner == ("replicaset", current.name) for pod in pods)
    if not made_them or not _is_recent(view, current, previous, began):
        return None
    started_at = _started_at(current)
    recorded = view.deploy_near(owner, started_at) if started_at else None
    return Rollout(
        deployment=deployment,
        current=current,
        previous=previous,
        started_at=started_at,
        change_ref=recorded.ref if recorded else f"revision {current.number}",
        differences=_differences(previous.template, current.template),
    )


def revisions_of(view: ClusterView, deployment: Workload) -> list[Revision]:
    """Return the ReplicaSets of a Deployment that carry a revision number, newest first."""
    owned = (Revision(resource) for resource in view.owned_by("replicasets", deployment))
    numbered = (revision for revision in owned if revision.number)
    return sorted(numbered, key=lambda one: one.number, reverse=True)


def _is_recent(
    view: ClusterView, current: Revision, previous: Revision, began: datetime | None
) -> bool:
    created = current.created_at
    if previous.ready > 0:
        return True
    if created is None or created < view.window.start - _RECENT:
        return False
    return began is None or began - created <= _SOON


def _started_at(current: Revision) -> datetime | None:
    """A ReplicaSet that a rollback took up again is older than its latest rollout."""
    history = "deployment.kubernetes.io/revision-history"
    reused = history in current.document.mapping("metadata.annotations")
    return None if reused else current.created_at


_COMPARED = {
    "image": "image",
    "command": "join(' ', command || `[]`)",
    "arguments": "join(' ', args || `[]`)",
    "memory limit": "resources.limits.memory",
    "memory request": "resources.requests.memory",
    "CPU limit": "resources.limits.cpu",
    "CPU request": "resources.requests.cpu",
    "environment": "to_string(env)",
    "configuration": "to_string(envFrom)",
    "liveness probe": "to_string(livenessProbe)",
    "readiness probe": "to_string(readinessProbe)",
    "startup probe": "to_string(startupProbe)",
}
_TOLD_WITHOUT_VALUES = {"environment", "configuration"}
"""Values of the environment may be secrets."""


def _differences(before: Document, after: Document) -> dict[str, tuple[Scalar, Scalar]]:
    found: dict[str, tuple[Scalar, Scalar]] = {}
    for container in after.items("[spec.initContainers, spec.containers][]"):
        name = container.text("name") or ""
        old = container_spec(before, name)
        if old is None:
            continue
        for what, path in _COMPARED.items():
            was, now = old.scalar(path), container.scalar(path)
            if was == now:
                continue
            hidden = what in _TOLD_WITHOUT_VALUES
            found[f"{name} {what}"] = ("before", "after") if hidden else (was, now)
    return found
