"""Which entities a set of labels speaks of, by the names that exporters and pagers use."""

from collections.abc import Mapping
from itertools import chain

from agents.domain.base import EntityRef, Labels

_NAMESPACED = {
    "pod": ("pod", "pod_name", "kube_pod_name", "kubernetes_pod_name"),
    "deployment": ("deployment", "kube_deployment"),
    "statefulset": ("statefulset", "kube_stateful_set"),
    "daemonset": ("daemonset", "kube_daemon_set"),
}
_CLUSTER_WIDE = {
    "node": ("node", "kube_node", "nodename"),
    "database": ("DBInstanceIdentifier", "dbinstanceidentifier", "db_instance", "database_id"),
    "function": ("FunctionName", "functionname", "function_name"),
    "load_balancer": ("LoadBalancer", "loadbalancer", "load_balancer"),
    "instance": ("InstanceId", "instance_id"),
}
_NAMESPACE = ("namespace", "kube_namespace", "kubernetes_namespace")
_SERVICE = ("service", "service_name", "app", "app_kubernetes_io_name", "application", "job")


def entities_from_labels(labels: Labels) -> tuple[EntityRef, ...]:
    """Return the entities that labels name, the most specific first."""
    namespace = _first(labels, _NAMESPACE)
    namespaced = (
        EntityRef(kind=kind, name=name, namespace=namespace)
        for kind, keys in _NAMESPACED.items()
        if (name := _first(labels, keys))
    )
    wide = (
        EntityRef(kind=kind, name=name)
        for kind, keys in _CLUSTER_WIDE.items()
        if (name := _first(labels, keys))
    )
    service = service_from_labels(labels)
    named = (EntityRef(kind="service", name=service),) if service else ()
    return tuple(chain(namespaced, wide, named))


def service_from_labels(labels: Labels) -> str | None:
    """Return the service that labels name, if any."""
    return _first(labels, _SERVICE)


def _first(labels: Mapping[str, str], keys: tuple[str, ...]) -> str | None:
    return next((labels[key] for key in keys if labels.get(key)), None)
