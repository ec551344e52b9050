"""One cause for many pods: failing containers and pods by the workload that they belong to."""

from collections import defaultdict
from collections.abc import Callable, Iterator

from agents.domain.base import EntityRef
from agents.specialists.kubernetes.objects import Container, Pod
from agents.specialists.kubernetes.view import ClusterView


def containers_by_owner(
    view: ClusterView, is_meant: Callable[[Container], bool]
) -> Iterator[tuple[EntityRef, tuple[Container, ...]]]:
    """Yield the containers that are meant, by the workload and name that they share."""
    grouped: dict[tuple[EntityRef, str], list[Container]] = defaultdict(list)
    for pod in view.pods:
        for container in filter(is_meant, pod.containers):
            grouped[view.owner_of(pod), container.name].append(container)
    for (owner, _), several in grouped.items():
        yield owner, tuple(several)


def pods_by_owner(
    view: ClusterView, is_meant: Callable[[Pod], bool]
) -> Iterator[tuple[EntityRef, tuple[Pod, ...]]]:
    """Yield the pods that are meant, by the workload that they belong to."""
    grouped: dict[EntityRef, list[Pod]] = defaultdict(list)
    for pod in filter(is_meant, view.pods):
        grouped[view.owner_of(pod)].append(pod)
    for owner, several in grouped.items():
        yield owner, tuple(several)
