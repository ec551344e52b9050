"""API objects of each kind, as descriptions show them."""

import re
from collections.abc import Callable, Mapping

from pydantic import JsonValue

from agents.integrations.kubernetes.describe.containers import Json, pod_spec, statuses
from agents.integrations.kubernetes.describe.text import (
    Field,
    Fields,
    columns,
    moment,
    number,
    something,
    table,
)

_MODES = {"RWO": "ReadWriteOnce", "ROX": "ReadOnlyMany", "RWX": "ReadWriteMany"}
_REPLICAS = re.compile(r"(\d+) (desired|updated|total|available|unavailable|current)")
_PORT = re.compile(r"^(?P<name>\S+)\s+(?P<port>\d+)/(?P<protocol>\w+)")
_TAINT = re.compile(r"^(?P<key>[^=:]+)(?:=(?P<value>[^:]*))?:(?P<effect>\w+)$")


def _metadata(fields: Fields) -> Json:
    body: Json = {"name": fields.value("Name")}
    if namespace := fields.value("Namespace"):
        body["namespace"] = namespace
    if labels := fields.get("Labels").pairs:
        body["labels"] = dict(labels)
    if annotations := fields.get("Annotations").pairs:
        body["annotations"] = dict(annotations)
    for key in ("CreationTimestamp", "Start Time"):
        if at := moment(fields.value(key)):
            body["creationTimestamp"] = at
            break
    if owner := fields.value("Controlled By"):
        kind, _, name = owner.partition("/")
        body["ownerReferences"] = [{"kind": kind, "name": name, "controller": True}]
    if at := moment(fields.value("Termination Grace Period")):
        body["deletionTimestamp"] = at
    return body


def _conditions(field: Field) -> list[JsonValue]:
    found: list[JsonValue] = []
    for row in table(field.block):
        body: Json = {
            "type": row.get("Type", ""),
            "status": row.get("Status", ""),
            "reason": row.get("Reason", ""),
            "message": row.get("Message", ""),
            "lastTransitionTime": moment(row.get("LastTransitionTime", "")),
            "lastHeartbeatTime": moment(row.get("LastHeartbeatTime", "")),
        }
        found.append({key: value for key, value in body.items() if value})
    return found


def _pod(fields: Fields) -> Json:
    node = fields.value("Node").partition("/")[0]
    spec = pod_spec(fields)
    if node:
        spec["nodeName"] = node
    status: Json = {
        "phase": fields.value("Status").partition(" ")[0],
        "podIP": fields.value("IP"),
        "startTime": moment(fields.value("Start Time")),
        "qosClass": fields.value("QoS Class"),
        "conditions": _conditions(fields.get("Conditions")),
        "containerStatuses": _known(fields.get("Containers")),
    }
    if initial := _known(fields.get("Init Containers")):
        status["initContainerStatuses"] = initial
    for key in ("Reason", "Message"):
        if said := fields.value(key):
            status[key.lower()] = said
    meta = _metadata(fields)
    if fields.value("Status").startswith("Terminating"):
        meta["deletionTimestamp"] = moment(fields.value("Start Time"))
        status["phase"] = "Running"
    return {"kind": "Pod", "metadata": meta, "spec": spec, "status": status}


def _known(group: Field) -> list[JsonValue]:
    """Return the statuses of the containers that have one."""
    return [one for one in statuses(group.children) if one["state"]]


def _template(fields: Fields) -> Json:
    inner = fields.get("Pod Template").children
    labels: Json = dict(inner.get("Labels").pairs)
    return {"metadata": {"labels": labels}, "spec": pod_spec(inner)}


def _workload(kind: str) -> Callable[[Fields], Json]:
    def read(fields: Fields) -> Json:
        written = fields.value("Replicas")
        counts = {name: int(count) for count, name in _REPLICAS.findall(written)}
        ready = number(fields.value("Pods Status"))
        wanted = counts.get("desired", number(fields.value("Desired Number of Nodes Scheduled")))
        status: Json = {
            "replicas": counts.get("total", counts.get("current")),
            "updatedReplicas": counts.get("updated"),
            "availableReplicas": counts.get("available"),
            "readyReplicas": counts.get("available", ready),
            "unavailableReplicas": counts.get("unavailable"),
            "conditions": _conditions(fields.get("Conditions")),
        }
        return {
            "kind": kind,
            "metadata": _metadata(fields),
            "spec": {
                "replicas": wanted,
                "selector": {"matchLabels": _selector(fields)},
                "template": _template(fields),
            },
            "status": {key: value for key, value in status.items() if value is not None},
        }

    return read


def _selector(fields: Fields) -> Json:
    parts = (part for line in fields.get("Selector").lines for part in line.split(","))
    return {key: value for key, equals, value in (p.partition("=") for p in parts) if equals}


def _service(fields: Fields) -> Json:
    ports: list[JsonValue] = []
    for field in fields:
        if field.key == "Port" and (found := _PORT.match(field.value)):
            named = {} if found["name"] == "<unset>" else {"name": found["name"]}
            body: Json = {**named, "port": int(found["port"]), "protocol": found["protocol"]}
            ports.append(body)
        elif field.key == "TargetPort" and ports and isinstance(ports[-1], dict):
            target = field.value.partition("/")[0]
            ports[-1]["targetPort"] = int(target) if target.isdigit() else target
        elif field.key == "Port Application Protocol":
            continue
    spec: Json = {"type": fields.value("Type"), "clusterIP": fields.value("IP"), "ports": ports}
    if selector := _selector(fields):
        spec["selector"] = selector
    if outside := fields.value("External Name"):
        spec["externalName"] = outside
    return {"kind": "Service", "metadata": _metadata(fields), "spec": spec}


def _endpoints(fields: Fields) -> Json:
    inner = fields.get("Subsets").children
    ready, unready = (
        _addresses(inner.value("Addresses")),
        _addresses(inner.value("NotReadyAddresses")),
    )
    rows = [columns(line) for line in inner.get("Ports").block if line.strip()]
    ports: list[JsonValue] = [
        {"name": row[0], "port": int(row[1]), "protocol": row[2]}
        for row in rows
        if len(row) == len(("Name", "Port", "Protocol")) and row[1].isdigit()
    ]
    subsets: list[JsonValue] = []
    if ready or unready:
        subset: Json = {"ports": ports}
        subset |= {"addresses": ready} if ready else {}
        subset |= {"notReadyAddresses": unready} if unready else {}
        subsets.append(subset)
    return {"kind": "Endpoints", "metadata": _metadata(fields), "subsets": subsets}


def _addresses(text: str) -> list[JsonValue]:
    return [{"ip": ip.strip()} for ip in text.split(",") if something(ip)]


def _node(fields: Fields) -> Json:
    taints: list[JsonValue] = [
        {key: value for key, value in found.groupdict().items() if value}
        for line in fields.get("Taints").lines
        if (found := _TAINT.match(line))
    ]
    spec: Json = {"taints": taints, "podCIDR": fields.value("PodCIDR")}
    if fields.value("Unschedulable") == "true":
        spec["unschedulable"] = True
    status: Json = {
        "capacity": dict(fields.get("Capacity").pairs),
        "allocatable": dict(fields.get("Allocatable").pairs),
        "conditions": _conditions(fields.get("Conditions")),
        "allocated": _allocated(fields.get("Allocated resources")),
    }
    return {"kind": "Node", "metadata": _metadata(fields), "spec": spec, "status": status}


def _allocated(field: Field) -> Json:
    """Return what the pods on a node request in all, by resource."""
    rows = (columns(line) for line in field.block)
    return {
        row[0]: row[1].partition(" ")[0]
        for row in rows
        if len(row) > 1 and not row[0].startswith(("Resource", "-", "("))
    }


def _volume_claim(fields: Fields) -> Json:
    spec: Json = {
        "storageClassName": fields.value("StorageClass"),
        "volumeName": fields.value("Volume"),
        "volumeMode": fields.value("VolumeMode"),
    }
    if modes := _access_modes(fields):
        spec["accessModes"] = modes
    status: Json = {"phase": fields.value("Status")}
    if capacity := fields.value("Capacity"):
        status["capacity"] = {"storage": capacity}
    users: list[JsonValue] = list(fields.get("Used By").lines)
    return {
        "kind": "PersistentVolumeClaim",
        "metadata": _metadata(fields),
        "spec": {key: value for key, value in spec.items() if value or key == "storageClassName"},
        "status": {**status, "usedBy": users},
    }


def _access_modes(fields: Fields) -> list[JsonValue]:
    written = (one.strip() for one in fields.value("Access Modes").split(","))
    return [_MODES.get(one, one) for one in written if one]


def _volume(fields: Fields) -> Json:
    spec: Json = {
        "storageClassName": fields.value("StorageClass"),
        "accessModes": _access_modes(fields),
        "capacity": {"storage": fields.value("Capacity")},
        "persistentVolumeReclaimPolicy": fields.value("Reclaim Policy"),
    }
    if claim := fields.value("Claim"):
        namespace, _, name = claim.rpartition("/")
        spec["claimRef"] = {"namespace": namespace, "name": name}
    status: Json = {"phase": fields.value("Status")}
    metadata = _metadata(fields)
    return {"kind": "PersistentVolume", "metadata": metadata, "spec": spec, "status": status}


def _quota(fields: Fields) -> Json:
    below = [line for key in ("Namespace", "Scopes") for line in fields.get(key).block]
    rows = [row for line in below if len(row := columns(line)) == len(("Resource", "Used", "Hard"))]
    limited = [row for row in rows if row[0] != "Resource" and not row[0].startswith("-")]
    status: Json = {"used": {row[0]: row[1] for row in limited}}
    hard: Json = {row[0]: row[2] for row in limited}
    return {
        "kind": "ResourceQuota",
        "metadata": _metadata(fields),
        "spec": {"hard": hard},
        "status": {**status, "hard": hard},
    }


def _storage_class(fields: Fields) -> Json:
    return {
        "kind": "StorageClass",
        "metadata": {"name": fields.value("Name")},
        "provisioner": fields.value("Provisioner"),
        "volumeBindingMode": fields.value("VolumeBindingMode"),
    }


def _account(fields: Fields) -> Json:
    pull: list[JsonValue] = [{"name": n} for n in fields.get("Image pull secrets").lines]
    return {"kind": "ServiceAccount", "metadata": _metadata(fields), "imagePullSecrets": pull}


def _data_keys(kind: str) -> Callable[[Fields], Json]:
    """Return a reader of objects with data; of secrets only keys and sizes are described."""

    def read(fields: Fields) -> Json:
        data: Json = {}
        for field in fields:
            if field.key not in _NOT_DATA and "=" not in field.key:
                lines = [line for line in field.lines if line != "----"]
                data[field.key] = "\n".join(lines)
        return {"kind": kind, "metadata": _metadata(fields), "data": data}

    return read


_NOT_DATA = frozenset({"Name", "Namespace", "Labels", "Annotations", "Type", "Events"})


def _named_only(kind: str) -> Callable[[Fields], Json]:
    return lambda fields: {"kind": kind, "metadata": _metadata(fields)}


_READERS: Mapping[str, Callable[[Fields], Json]] = {
    "pods": _pod,
    "deployments": _workload("Deployment"),
    "replicasets": _workload("ReplicaSet"),
    "statefulsets": _workload("StatefulSet"),
    "daemonsets": _workload("DaemonSet"),
    "services": _service,
    "endpoints": _endpoints,
    "nodes": _node,
    "persistentvolumeclaims": _volume_claim,
    "persistentvolumes": _volume,
    "resourcequotas": _quota,
    "storageclasses": _storage_class,
    "serviceaccounts": _account,
    "configmaps": _data_keys("ConfigMap"),
    "secrets": _data_keys("Secret"),
    "namespaces": _named_only("Namespace"),
}


def object_from_description(kind: str, text: str) -> Json | None:
    """Return the object of a description; None for a kind that is not read, or for no object.

    `kind` is the lower-case plural. Descriptions leave out affinity and security contexts.
    """
    reader = _READERS.get(kind)
    fields = Fields(text.expandtabs().splitlines())
    if reader is None or not fields.value("Name"):
        return None
    return reader(fields)
