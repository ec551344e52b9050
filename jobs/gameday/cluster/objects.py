"""The kinds that the API serves, and the fields every Kubernetes object carries."""

import copy
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

KubeObject = dict[str, Any]
"""An API object as it is on the wire; the schema is Kubernetes' own and open-ended."""

PORT_ANNOTATION = "gameday/port"
"""On a pod that is a process of this host: the loopback port it listens on."""

READ = ("get", "list", "watch")


@dataclass(frozen=True)
class ResourceType:
    """One kind the API serves."""

    plural: str
    kind: str
    group_version: str = "v1"
    namespaced: bool = True
    short_names: tuple[str, ...] = ()
    subresources: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        """The API group; empty for the core group."""
        return self.group_version.rpartition("/")[0]

    @property
    def qualified(self) -> str:
        """The name that error messages use, such as `deployments.apps`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural


NAMESPACES = ResourceType("namespaces", "Namespace", namespaced=False, short_names=("ns",))
NODES = ResourceType("nodes", "Node", namespaced=False, short_names=("no",))
PODS = ResourceType("pods", "Pod", short_names=("po",), subresources=("log", "status"))
EVENTS = ResourceType("events", "Event", short_names=("ev",))
SERVICES = ResourceType("services", "Service", short_names=("svc",))
ENDPOINTS = ResourceType("endpoints", "Endpoints", short_names=("ep",))
CONFIGMAPS = ResourceType("configmaps", "ConfigMap", short_names=("cm",))
SECRETS = ResourceType("secrets", "Secret")
QUOTAS = ResourceType("resourcequotas", "ResourceQuota", short_names=("quota",))
VOLUME_CLAIMS = ResourceType(
    "persistentvolumeclaims", "PersistentVolumeClaim", short_names=("pvc",)
)
DEPLOYMENTS = ResourceType(
    "deployments",
    "Deployment",
    "apps/v1",
    short_names=("deploy",),
    subresources=("scale", "status"),
)
REPLICA_SETS = ResourceType(
    "replicasets", "ReplicaSet", "apps/v1", short_names=("rs",), subresources=("scale", "status")
)
STATEFUL_SETS = ResourceType("statefulsets", "StatefulSet", "apps/v1", short_names=("sts",))
DAEMON_SETS = ResourceType("daemonsets", "DaemonSet", "apps/v1", short_names=("ds",))
JOBS = ResourceType("jobs", "Job", "batch/v1")
CRON_JOBS = ResourceType("cronjobs", "CronJob", "batch/v1", short_names=("cj",))
INGRESSES = ResourceType("ingresses", "Ingress", "networking.k8s.io/v1", short_names=("ing",))
NETWORK_POLICIES = ResourceType(
    "networkpolicies", "NetworkPolicy", "networking.k8s.io/v1", short_names=("netpol",)
)
AUTOSCALERS = ResourceType(
    "horizontalpodautoscalers", "HorizontalPodAutoscaler", "autoscaling/v2", short_names=("hpa",)
)

RESOURCES = (
    NAMESPACES,
    NODES,
    PODS,
    EVENTS,
    SERVICES,
    ENDPOINTS,
    CONFIGMAPS,
    SECRETS,
    QUOTAS,
    VOLUME_CLAIMS,
    DEPLOYMENTS,
    REPLICA_SETS,
    STATEFUL_SETS,
    DAEMON_SETS,
    JOBS,
    CRON_JOBS,
    INGRESSES,
    NETWORK_POLICIES,
    AUTOSCALERS,
)


def now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


def timestamp(at: datetime | None = None) -> str:
    """Render a time as the API does: RFC 3339, whole seconds, UTC."""
    return (at or now()).strftime("%Y-%m-%dT%H:%M:%SZ")


def random_suffix(length: int = 5) -> str:
    """The tail of a generated name, without vowels, as Kubernetes makes it."""
    return "".join(secrets.choice("bcdfghjklmnpqrstvwxz2456789") for _ in range(length))


def prepared(resource: ResourceType, body: KubeObject, namespace: str | None) -> KubeObject:
    """Copy a new object and give it what the API server adds on creation."""
    made = copy.deepcopy(body)
    made["apiVersion"], made["kind"] = resource.group_version, resource.kind
    metadata = made.setdefault("metadata", {})
    if resource.namespaced:
        metadata["namespace"] = namespace or metadata.get("namespace") or "default"
    if "name" not in metadata and "generateName" in metadata:
        metadata["name"] = metadata["generateName"] + random_suffix()
    metadata["uid"] = str(uuid.uuid4())
    metadata.setdefault("creationTimestamp", timestamp())
    if "spec" in made:
        metadata.setdefault("generation", 1)
    return made


def owner_reference(owner: KubeObject) -> KubeObject:
    """The reference that ties a controlled object to its controller."""
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def owned_by(owner: KubeObject, objects: Iterable[KubeObject]) -> list[KubeObject]:
    """The objects that `owner` controls."""
    uid = owner["metadata"]["uid"]
    return [
        o
        for o in objects
        if any(ref["uid"] == uid for ref in o["metadata"].get("ownerReferences", ()))
    ]


def is_ready(pod: KubeObject) -> bool:
    """Tell whether a pod's Ready condition is true."""
    conditions = pod.get("status", {}).get("conditions", ())
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)
