"""The controllers a demonstration needs: Deployments, ReplicaSets and the endpoints of Services."""

import asyncio
from datetime import datetime

from jobs.gameday.cluster import rollout
from jobs.gameday.cluster.events import EventRecorder
from jobs.gameday.cluster.objects import (
    DEPLOYMENTS,
    ENDPOINTS,
    PODS,
    PORT_ANNOTATION,
    REPLICA_SETS,
    SERVICES,
    KubeObject,
    is_ready,
    now,
    owned_by,
    owner_reference,
    random_suffix,
    timestamp,
)
from jobs.gameday.cluster.selectors import matches_label_map
from jobs.gameday.cluster.store import ObjectStore

TICK_SECONDS = 1.0
"""How often time alone, without any change, is looked at (progress deadlines)."""


class Controllers:
    """Drives what is towards what is wanted, whenever anything changes."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._deployments = DeploymentController(store)
        self._replica_sets = ReplicaSetController(store)
        self._endpoints = EndpointsController(store)

    async def run(self) -> None:
        """Reconcile after every change, and once a second, until cancelled."""
        changes = self._store.subscribe()
        try:
            while True:
                self.reconcile()
                while not changes.empty():
                    changes.get_nowait()
                try:
                    async with asyncio.timeout(TICK_SECONDS):
                        await changes.get()
                except TimeoutError:
                    continue
        finally:
            self._store.unsubscribe(changes)

    def reconcile(self) -> None:
        """Go round until nothing changes any more."""
        before = -1
        while before != self._store.version:
            before = self._store.version
            for deployment in self._store.list(DEPLOYMENTS):
                self._deployments.reconcile(deployment)
            for replica_set in self._store.list(REPLICA_SETS):
                self._replica_sets.reconcile(replica_set)
            for service in self._store.list(SERVICES):
                self._endpoints.reconcile(service)


class DeploymentController:
    """Keeps one ReplicaSet per pod template and rolls from the old ones to the wanted one."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._events = EventRecorder(store, "deployment-controller")

    def reconcile(self, deployment: KubeObject) -> None:
        """Take the next step of a rollout, if there is one, and write the status."""
        namespace = deployment["metadata"]["namespace"]
        owned = owned_by(deployment, self._store.list(REPLICA_SETS, namespace))
        current = self._current(deployment, owned)
        deployment = self._store.get(DEPLOYMENTS, namespace, deployment["metadata"]["name"])
        old = [o for o in owned if o["metadata"]["uid"] != current["metadata"]["uid"]]
        scales = rollout.next_scales(
            deployment["spec"]["replicas"],
            rollout.strategy_of(deployment),
            _generation(current),
            [_generation(o) for o in old],
        )
        for replica_set in [current, *old]:
            if (wanted := scales.get(replica_set["metadata"]["name"])) is not None:
                self._scale(deployment, replica_set, wanted)
        self._write_status(deployment)

    def _current(self, deployment: KubeObject, owned: list[KubeObject]) -> KubeObject:
        """Find or make the ReplicaSet of the wanted template, and give it the newest revision."""
        template = rollout.without_hash(deployment["spec"]["template"])
        known = [r for r in owned if rollout.without_hash(r["spec"]["template"]) == template]
        newest = max((_revision(r) for r in owned), default=0)
        if not known:
            current = self._store.create(REPLICA_SETS, _replica_set(deployment, newest + 1), None)
        else:
            current = known[0]
            if _revision(current) != newest:
                current["metadata"]["annotations"][rollout.REVISION] = str(newest + 1)
                current = self._store.update(REPLICA_SETS, current)
        annotations = deployment["metadata"].setdefault("annotations", {})
        annotations[rollout.REVISION] = str(_revision(current))
        self._store.update(DEPLOYMENTS, deployment)
        return current

    def _scale(self, deployment: KubeObject, replica_set: KubeObject, wanted: int) -> None:
        before = replica_set["spec"]["replicas"]
        replica_set["spec"]["replicas"] = wanted
        self._store.update(REPLICA_SETS, replica_set)
        direction = "up" if wanted > before else "down"
        name = replica_set["metadata"]["name"]
        message = f"Scaled {direction} replica set {name} to {wanted} from {before}"
        self._events.normal(deployment, "ScalingReplicaSet", message)

    def _write_status(self, deployment: KubeObject) -> None:
        owned = owned_by(
            deployment, self._store.list(REPLICA_SETS, deployment["metadata"]["namespace"])
        )
        current = next(r for r in owned if _revision(r) == _revision(deployment))
        total = sum(r["status"]["replicas"] for r in owned)
        ready = sum(r["status"]["readyReplicas"] for r in owned)
        wanted = deployment["spec"]["replicas"]
        deployment["status"] = {
            "observedGeneration": deployment["metadata"]["generation"],
            "replicas": total,
            "updatedReplicas": current["status"]["replicas"],
            "readyReplicas": ready,
            "availableReplicas": ready,
            "unavailableReplicas": max(0, max(total, wanted) - ready),
            "conditions": _conditions(deployment, current, total=total, ready=ready),
        }
        self._store.update(DEPLOYMENTS, deployment)


class ReplicaSetController:
    """Keeps as many pods as wanted, and counts the ready ones."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._events = EventRecorder(store, "replicaset-controller")

    def reconcile(self, replica_set: KubeObject) -> None:
        """Create or delete pods, then write the status."""
        namespace = replica_set["metadata"]["namespace"]
        pods = owned_by(replica_set, self._store.list(PODS, namespace))
        missing = replica_set["spec"]["replicas"] - len(pods)
        for _ in range(missing):
            pod = self._store.create(PODS, _pod(replica_set), namespace)
            message = f"Created pod: {pod['metadata']['name']}"
            self._events.normal(replica_set, "SuccessfulCreate", message)
            pods.append(pod)
        pods.sort(key=lambda p: (is_ready(p), -int(p["metadata"]["resourceVersion"])))
        for pod in pods[: max(0, -missing)]:
            self._store.delete(PODS, namespace, pod["metadata"]["name"])
            message = f"Deleted pod: {pod['metadata']['name']}"
            self._events.normal(replica_set, "SuccessfulDelete", message)
        pods = pods[max(0, -missing) :]
        ready = sum(is_ready(p) for p in pods)
        replica_set["status"] = {
            "replicas": len(pods),
            "fullyLabeledReplicas": len(pods),
            "readyReplicas": ready,
            "availableReplicas": ready,
            "observedGeneration": replica_set["metadata"]["generation"],
        }
        self._store.update(REPLICA_SETS, replica_set)


class EndpointsController:
    """Lists the pods behind each Service, the ready ones apart from the others."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def reconcile(self, service: KubeObject) -> None:
        """Write the Endpoints of one Service: a subset per pod, since each has its own port."""
        if not service["spec"].get("selector"):
            return
        selected = matches_label_map(service["spec"]["selector"])
        metadata = service["metadata"]
        namespace, name = metadata["namespace"], metadata["name"]
        pods = self._store.list(PODS, namespace, selected)
        subsets = [_subset(p, service) for p in pods if "podIP" in p["status"]]
        found = self._store.list(ENDPOINTS, namespace, lambda o: o["metadata"]["name"] == name)
        if found:
            self._store.update(ENDPOINTS, {**found[0], "subsets": subsets})
        else:
            body = {"metadata": {"name": name}, "subsets": subsets}
            self._store.create(ENDPOINTS, body, namespace)


def _generation(replica_set: KubeObject) -> rollout.Generation:
    return rollout.Generation(
        replica_set["metadata"]["name"],
        replica_set["spec"]["replicas"],
        replica_set["status"]["availableReplicas"],
    )


def _revision(subject: KubeObject) -> int:
    return int(subject["metadata"].get("annotations", {}).get(rollout.REVISION, 0))


def _replica_set(deployment: KubeObject, revision: int) -> KubeObject:
    template = rollout.without_hash(deployment["spec"]["template"])
    short = rollout.template_hash(template)
    metadata = template["metadata"]
    labels = {**metadata["labels"], rollout.HASH_LABEL: short}
    annotations = deployment["metadata"].get("annotations", {})
    return {
        "metadata": {
            "name": f"{deployment['metadata']['name']}-{short}",
            "namespace": deployment["metadata"]["namespace"],
            "labels": labels,
            "annotations": {**annotations, rollout.REVISION: str(revision)},
            "ownerReferences": [owner_reference(deployment)],
        },
        "spec": {
            "replicas": 0,
            "selector": {"matchLabels": labels},
            "template": {**template, "metadata": {**metadata, "labels": labels}},
        },
        "status": {"replicas": 0, "readyReplicas": 0, "availableReplicas": 0},
    }


def _pod(replica_set: KubeObject) -> KubeObject:
    template = replica_set["spec"]["template"]
    name = f"{replica_set['metadata']['name']}-{random_suffix()}"
    owners = [owner_reference(replica_set)]
    return {
        "metadata": {**template["metadata"], "name": name, "ownerReferences": owners},
        "spec": template["spec"],
        "status": {"phase": "Pending"},
    }


def _conditions(
    deployment: KubeObject, current: KubeObject, *, total: int, ready: int
) -> list[KubeObject]:
    wanted = deployment["spec"]["replicas"]
    enough = ready >= wanted - rollout.strategy_of(deployment).unavailable
    name = current["metadata"]["name"]
    complete = current["status"]["availableReplicas"] == wanted == total
    available = (
        ("MinimumReplicasAvailable", "Deployment has minimum availability.")
        if enough
        else ("MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    )
    progressing = (
        ("NewReplicaSetAvailable", f'ReplicaSet "{name}" has successfully progressed.')
        if complete
        else ("ReplicaSetUpdated", f'ReplicaSet "{name}" is progressing.')
    )
    before = {c["type"]: c for c in deployment.get("status", {}).get("conditions", ())}
    if not complete and _is_overdue(deployment, before.get("Progressing"), name):
        progressing = (
            "ProgressDeadlineExceeded",
            f'ReplicaSet "{name}" has timed out progressing.',
        )
    late = progressing[0] == "ProgressDeadlineExceeded"
    return [
        _condition(before.get("Available"), "Available", str(enough), available),
        _condition(before.get("Progressing"), "Progressing", str(not late), progressing),
    ]


def _is_overdue(deployment: KubeObject, before: KubeObject | None, replica_set: str) -> bool:
    """Tell whether this same rollout has made no progress for too long."""
    if before is None or f'"{replica_set}"' not in before["message"]:
        return False
    if before["reason"] == "ReplicaSetUpdated":
        waited = now() - datetime.fromisoformat(before["lastUpdateTime"])
        return waited.total_seconds() > deployment["spec"].get("progressDeadlineSeconds", 600)
    return before["reason"] == "ProgressDeadlineExceeded"


def _condition(
    before: KubeObject | None, kind: str, status: str, why: tuple[str, str]
) -> KubeObject:
    if before and (before["status"], before["reason"], before["message"]) == (status, *why):
        return before
    moment = timestamp()
    since = before["lastTransitionTime"] if before and before["status"] == status else moment
    return {
        "type": kind,
        "status": status,
        "reason": why[0],
        "message": why[1],
        "lastUpdateTime": moment,
        "lastTransitionTime": since,
    }


def _subset(pod: KubeObject, service: KubeObject) -> KubeObject:
    """One pod as an endpoint; its port is where the process listens, if that is known."""
    metadata = pod["metadata"]
    declared = service["spec"]["ports"][0]
    port = metadata.get("annotations", {}).get(PORT_ANNOTATION, declared.get("targetPort"))
    reference = {k: metadata[k] for k in ("name", "namespace", "uid")}
    address = {
        "ip": pod["status"]["podIP"],
        "nodeName": pod["spec"].get("nodeName", ""),
        "targetRef": {"kind": "Pod", **reference},
    }
    return {
        "addresses" if is_ready(pod) else "notReadyAddresses": [address],
        "ports": [{"port": int(port or declared["port"]), "protocol": "TCP"}],
    }
