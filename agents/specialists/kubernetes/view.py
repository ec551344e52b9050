"""The cluster as the checks see it: every kind is read once, and only when a check asks."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from agents.domain.base import EntityRef
from agents.domain.document import Document
from agents.domain.measures import ObjectSelector
from agents.domain.readings import Resource
from agents.errors import NoSuchSource, PermissionMissing, ScopeViolation, WarroomError
from agents.specialists.framework import Assignment
from agents.specialists.kubernetes.objects import (
    HASH_LABEL,
    Container,
    Happening,
    Node,
    Pod,
    Thing,
    Workload,
)
from agents.specialists.kubernetes.surroundings import Surroundings
from agents.specialists.kubernetes.traffic import Traffic
from agents.telemetry import covers

_MAKERS = {"replicaset": "replicasets", "job": "jobs"}
"""What makes pods for a Deployment or a CronJob, which is the name that people know."""
_OwnerKey = tuple[str | None, str, str]
"""Namespace, kind and name."""
_WORKLOAD_KINDS = ("deployments", "statefulsets", "daemonsets", "jobs")


class ClusterView(Surroundings):
    """Typed access to the objects of the clusters in scope, as they are now.

    A kind that may not be read reads as nothing, so that one missing permission does not silence
    what the other kinds show; a check asks `has` before it takes nothing for an answer.
    """

    def __init__(self, assignment: Assignment) -> None:
        super().__init__(assignment)
        self._read: dict[str, tuple[Resource, ...]] = {}
        self._index: dict[str, dict[tuple[str | None, str], Resource]] = {}
        self._by_owner: dict[str, dict[_OwnerKey, list[Resource]]] = {}
        self.refused: dict[str, WarroomError] = {}
        """Why a kind could not be read, for those that a check has asked for."""

    def has(self, kind: str) -> bool:
        """Tell whether objects of a kind can be read, so that finding none means something."""
        self.all(kind)
        return covers(self._sources, f"objects:{kind}") and kind not in self.refused

    def all(self, kind: str) -> tuple[Resource, ...]:
        """Return every object of a kind; a refusal is remembered and reads as nothing.

        Raises:
            SourceUnavailable: the source did not answer this time.
        """
        if kind not in self._read:
            self._read[kind] = self._list(kind)
        return self._read[kind]

    def _list(self, kind: str) -> tuple[Resource, ...]:
        if not covers(self._sources, f"objects:{kind}"):
            return ()
        try:
            return self._telemetry.objects(ObjectSelector(kind=kind))
        except (NoSuchSource, PermissionMissing, ScopeViolation) as refusal:
            self.refused[kind] = refusal
            return ()

    def find(self, kind: str, name: str, namespace: str | None = None) -> Resource | None:
        """Return one object by its full name, if it is there."""
        if kind not in self._index:
            self._index[kind] = {(r.entity.namespace, r.entity.name): r for r in self.all(kind)}
        return self._index[kind].get((namespace, name))

    @cached_property
    def pods(self) -> tuple[Pod, ...]:
        """The pods that are meant to run."""
        return tuple(pod for r in self.all("pods") if (pod := Pod(r)).is_live)

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes."""
        return tuple(Node(r) for r in self.all("nodes"))

    @cached_property
    def workloads(self) -> tuple[Workload, ...]:
        """Deployments, StatefulSets, DaemonSets and Jobs."""
        return tuple(
            workload
            for kind in _WORKLOAD_KINDS
            for r in self.all(kind)
            if not (workload := Workload(r)).is_being_deleted
        )

    @cached_property
    def services(self) -> tuple[Thing, ...]:
        """The services."""
        return tuple(Thing(r) for r in self.all("services"))

    @cached_property
    def _happenings(self) -> dict[tuple[str, str | None, str], list[Happening]]:
        """Events by what they are about, oldest first."""
        grouped: dict[tuple[str, str | None, str], list[Happening]] = defaultdict(list)
        for resource in self.all("events"):
            happening = Happening(resource)
            about = happening.about
            grouped[about.kind, about.namespace, about.name].append(happening)
        for several in grouped.values():
            several.sort(key=_time_of)
        return dict(grouped)

    def happenings(self, thing: Thing, *reasons: str) -> tuple[Happening, ...]:
        """Return what was said about an object for one of these reasons, oldest first.

        What was last seen before the window began is history and left out.
        """
        about = thing.entity
        said = self._happenings.get((about.kind, about.namespace, about.name), [])
        return tuple(
            one
            for one in said
            if one.reason in reasons and (one.last_at is None or one.last_at >= self.window.start)
        )

    def container_happenings(self, container: Container, *reasons: str) -> tuple[Happening, ...]:
        """Return what was said about one container of a pod, oldest first."""
        said = self.happenings(container.pod, *reasons)
        return tuple(one for one in said if one.container in (None, container.name))

    def owner_of(self, thing: Thing) -> EntityRef:
        """Return the workload that people would name for a pod or ReplicaSet."""
        if thing.owner is None:
            return thing.entity
        kind, name = thing.owner
        if kind in _MAKERS:
            resource = self.find(_MAKERS[kind], name, thing.namespace)
            if resource is not None:
                return self.owner_of(Thing(resource))
        digest = thing.resource.labels.get(HASH_LABEL)
        if kind == "replicaset" and digest and name.endswith(f"-{digest}"):
            kind, name = "deployment", name.removesuffix(f"-{digest}")
        return EntityRef(kind=kind, name=name, namespace=thing.namespace)

    def workload(self, entity: EntityRef) -> Workload | None:
        """Return the object of a workload, where it could be read."""
        return self._workloads_by_key.get(entity.key)

    @cached_property
    def _workloads_by_key(self) -> dict[str, Workload]:
        return {one.entity.key: one for one in self.workloads}

    def pods_of(self, owner: EntityRef) -> tuple[Pod, ...]:
        """Return the live pods of a workload."""
        return self._pods_by_owner.get(owner, ())

    @cached_property
    def _pods_by_owner(self) -> dict[EntityRef, tuple[Pod, ...]]:
        grouped: dict[EntityRef, list[Pod]] = defaultdict(list)
        for pod in self.pods:
            grouped[self.owner_of(pod)].append(pod)
        return {owner: tuple(pods) for owner, pods in grouped.items()}

    @cached_property
    def traffic(self) -> Traffic:
        """Which services lead to which pods and workloads."""
        return Traffic(self.services, self.pods, self.workloads)

    def services_of(self, pods: Iterable[Pod]) -> tuple[EntityRef, ...]:
        """Return the services that send traffic to any of these pods."""
        return tuple(
            service.entity
            for pod in pods
            for service in self.traffic.services_for(pod.namespace, pod.resource.labels)
        )

    def owned_by(self, kind: str, owner: Thing) -> tuple[Resource, ...]:
        """Return the objects of a kind that an object controls."""
        if kind not in self._by_owner:
            grouped: dict[_OwnerKey, list[Resource]] = defaultdict(list)
            for resource in self.all(kind):
                found = Thing(resource).owner
                if found is not None:
                    grouped[resource.entity.namespace, *found].append(resource)
            self._by_owner[kind] = grouped
        key = (owner.namespace, owner.entity.kind, owner.name)
        return tuple(self._by_owner[kind].get(key, ()))

    def workload_of_service(self, entity: EntityRef) -> EntityRef | None:
        """Return the workload behind what a measurement calls by name."""
        if entity.kind == "pod":
            pod = self.find("pods", entity.name, entity.namespace)
            return self.owner_of(Thing(pod)) if pod else None
        named = (one for one in self.services if one.name == entity.name)
        behind = (one for service in named for one in self.traffic.workloads_behind(service))
        by_name = (one for one in self.workloads if one.name == entity.name)
        found = next(behind, None) or next(by_name, None)
        return found.entity if found else None


def container_spec(template: Document, name: str) -> Document | None:
    """Return a container of a pod template by name, init containers included."""
    found = template.items(f"[spec.initContainers, spec.containers][] | [?name=='{name}']")
    return found[0] if found else None


def _time_of(happening: Happening) -> float:
    return happening.last_at.timestamp() if happening.last_at else 0.0
