"""What stands in the shop's cluster before anything goes wrong, old harmless warnings included."""

from datetime import datetime, timedelta

from jobs.gameday.cluster.cluster import Cluster
from jobs.gameday.cluster.events import EventRecorder
from jobs.gameday.cluster.objects import NODES, KubeObject, timestamp

NAMESPACE = "shop"
LAST_GOOD_TAG = "2.14.0"
CHANGE_CAUSE = "kubernetes.io/change-cause"


def container(name: str, *, memory: str) -> KubeObject:
    """One container of the shop."""
    return {
        "name": name,
        "image": f"shop/{name}:{LAST_GOOD_TAG}",
        "imagePullPolicy": "IfNotPresent",
        "ports": [{"containerPort": 8080, "name": "http", "protocol": "TCP"}],
        "resources": {
            "requests": {"cpu": "50m", "memory": "64Mi"},
            "limits": {"memory": memory},
        },
        "readinessProbe": {
            "httpGet": {"path": "/healthz", "port": "http", "scheme": "HTTP"},
            "periodSeconds": 1,
            "failureThreshold": 3,
        },
    }


def deployment(name: str, *, replicas: int = 1, memory: str = "256Mi") -> KubeObject:
    """A Deployment of one container of the shop."""
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": name,
            "namespace": NAMESPACE,
            "labels": labels,
            "annotations": {CHANGE_CAUSE: f"release {LAST_GOOD_TAG}"},
        },
        "spec": {
            "replicas": replicas,
            "revisionHistoryLimit": 10,
            "progressDeadlineSeconds": 600,
            "selector": {"matchLabels": labels},
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxSurge": "100%", "maxUnavailable": "25%"},
            },
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "containers": [container(name, memory=memory)],
                    "restartPolicy": "Always",
                    "terminationGracePeriodSeconds": 30,
                },
            },
        },
    }


def service(name: str, port: int) -> KubeObject:
    """A Service whose cluster address is a real one: loopback, at `port`."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": {"app": name}},
        "spec": {
            "type": "ClusterIP",
            "clusterIP": "127.0.0.1",
            "selector": {"app": name},
            "ports": [{"name": "http", "port": port, "targetPort": 8080, "protocol": "TCP"}],
        },
    }


def node(name: str, *, since: datetime) -> KubeObject:
    """A healthy Node."""

    def condition(kind: str, status: str, reason: str) -> KubeObject:
        return {
            "type": kind,
            "status": status,
            "reason": reason,
            "lastHeartbeatTime": timestamp(),
            "lastTransitionTime": timestamp(since),
        }

    capacity = {"cpu": "4", "memory": "8Gi", "pods": "110", "ephemeral-storage": "50Gi"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "creationTimestamp": timestamp(since),
            "labels": {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux"},
        },
        "spec": {},
        "status": {
            "capacity": capacity,
            "allocatable": capacity,
            "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
            "conditions": [
                condition("MemoryPressure", "False", "KubeletHasSufficientMemory"),
                condition("DiskPressure", "False", "KubeletHasNoDiskPressure"),
                condition("PIDPressure", "False", "KubeletHasSufficientPID"),
                condition("Ready", "True", "KubeletReady"),
            ],
            "nodeInfo": {"kubeletVersion": "v1.32.0", "osImage": "linux"},
        },
    }


def furnish(cluster: Cluster, now: datetime) -> None:
    """Put the nodes, the namespaces and the noise of an ordinary week into an empty cluster."""
    since = now - timedelta(days=21)
    for name in ("default", "kube-system", NAMESPACE):
        metadata = {"name": name, "labels": {"kubernetes.io/metadata.name": name}}
        cluster.apply(
            {
                "kind": "Namespace",
                "metadata": {**metadata, "creationTimestamp": timestamp(since)},
                "spec": {"finalizers": ["kubernetes"]},
                "status": {"phase": "Active"},
            }
        )
    cluster.apply(node("node-a", since=since), node("node-b", since=since))
    cluster.apply(
        {
            "kind": "ConfigMap",
            "metadata": {"name": "shop-settings", "namespace": NAMESPACE},
            "data": {"STATEMENT_TIMEOUT_MS": "1500", "CURRENCY": "EUR"},
        },
        {
            "kind": "Secret",
            "metadata": {"name": "shop-database", "namespace": NAMESPACE},
            "type": "Opaque",
            "data": {"username": "c2hvcA=="},
        },
    )
    _make_noise(cluster, now)


def _make_noise(cluster: Cluster, now: datetime) -> None:
    """Write warnings that are true, and have nothing to do with what will break."""
    kubelet = EventRecorder(cluster.store, "kubelet", "node-a")
    scheduler = EventRecorder(cluster.store, "default-scheduler")
    report = _reference("Pod", "nightly-report-29381-x7k2p")
    probe = "Readiness probe failed: HTTP probe failed with statuscode: 503"
    restart = "Back-off restarting failed container report in pod nightly-report-29381-x7k2p_shop"
    full = (
        "0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: "
        "2 No preemption victims found for incoming pod."
    )
    hours = timedelta(hours=1)
    kubelet.record(report, "Warning", "BackOff", restart, at=now - 7 * hours, count=11)
    scheduler.record(report, "Warning", "FailedScheduling", full, at=now - 8 * hours, count=2)
    dns = _reference("Pod", "coredns-6f6b679f8f-4hq8m", "kube-system")
    kubelet.record(dns, "Warning", "Unhealthy", probe, at=now - 3 * hours, count=4)
    hot = cluster.store.get(NODES, None, "node-b")
    message = "Node node-b status is now: NodeHasDiskPressure"
    kubelet.record(hot, "Warning", "NodeHasDiskPressure", message, at=now - 5 * hours)
    eased = "Node node-b status is now: NodeHasNoDiskPressure"
    kubelet.record(hot, "Normal", "NodeHasNoDiskPressure", eased, at=now - 4.9 * hours)
    metrics = "failed to get cpu utilization: unable to fetch metrics from resource metrics API"
    autoscaler = _reference("HorizontalPodAutoscaler", "storefront")
    EventRecorder(cluster.store, "horizontal-pod-autoscaler").record(
        autoscaler, "Warning", "FailedGetResourceMetric", metrics, at=now - hours / 4, count=318
    )


def _reference(kind: str, name: str, namespace: str = NAMESPACE) -> KubeObject:
    """An object that is gone by now, but was talked about."""
    version = "autoscaling/v2" if kind == "HorizontalPodAutoscaler" else "v1"
    metadata = {"name": name, "namespace": namespace, "uid": f"gone-{name}"}
    return {"apiVersion": version, "kind": kind, "metadata": metadata}
