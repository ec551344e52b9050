"""Which services lead to which pods and workloads."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from agents.specialists.kubernetes.objects import Pod, Thing, Workload


def selector_of(service: Thing) -> dict[str, str]:
    """Return the labels that a service selects by; none for one without a selector."""
    return dict(service.document.mapping("spec.selector"))


class Traffic:
    """The selectors of all services, indexed so that large clusters are looked through once."""

    def __init__(
        self, services: Iterable[Thing], pods: Iterable[Pod], workloads: Iterable[Workload]
    ) -> None:
        """Index the services by one of their labels each, then what is behind them."""
        self._by_label: dict[tuple[str | None, str, str], list[Thing]] = defaultdict(list)
        for service in services:
            for key, value in list(selector_of(service).items())[:1]:
                self._by_label[service.namespace, key, value].append(service)
        self._pods: dict[str, list[Pod]] = defaultdict(list)
        for pod in pods:
            for service in self.services_for(pod.namespace, pod.resource.labels):
                self._pods[service.entity.key].append(pod)
        self._workloads: dict[str, list[Workload]] = defaultdict(list)
        for workload in workloads:
            for service in self.services_of(workload):
                self._workloads[service.entity.key].append(workload)

    def services_for(self, namespace: str | None, labels: Mapping[str, str]) -> tuple[Thing, ...]:
        """Return the services that send traffic to pods with these labels."""
        return tuple(
            service
            for key, value in labels.items()
            for service in self._by_label.get((namespace, key, value), ())
            if all(labels.get(k) == v for k, v in selector_of(service).items())
        )

    def services_of(self, workload: Workload) -> tuple[Thing, ...]:
        """Return the services that would send traffic to the pods that a workload makes."""
        labels = workload.template.mapping("metadata.labels")
        return self.services_for(workload.namespace, labels)

    def pods_behind(self, service: Thing) -> tuple[Pod, ...]:
        """Return the pods that a service sends traffic to."""
        return tuple(self._pods.get(service.entity.key, ()))

    def workloads_behind(self, service: Thing) -> tuple[Workload, ...]:
        """Return the workloads whose pods a service would send traffic to."""
        return tuple(self._workloads.get(service.entity.key, ()))
