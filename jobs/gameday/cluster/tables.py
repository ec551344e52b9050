"""Lists as tables, which command-line clients ask for."""

from collections.abc import Callable

from jobs.gameday.cluster.objects import KubeObject, ResourceType

Cell = Callable[[KubeObject], object]


def as_table(resource: ResourceType, items: list[KubeObject]) -> KubeObject:
    """Render objects as the API's Table."""
    columns = {"Name": _name, **COLUMNS.get(resource.kind, {}), "Created At": _created}
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {},
        "columnDefinitions": [
            {
                "name": name,
                "type": "string",
                "format": "name" if name == "Name" else "",
                "description": name,
                "priority": 0,
            }
            for name in columns
        ],
        "rows": [
            {
                "cells": [cell(item) for cell in columns.values()],
                "object": {
                    "kind": "PartialObjectMetadata",
                    "apiVersion": "meta.k8s.io/v1",
                    "metadata": item["metadata"],
                },
            }
            for item in items
        ],
    }


def _name(item: KubeObject) -> str:
    return item["metadata"]["name"]


def _created(item: KubeObject) -> str:
    return item["metadata"]["creationTimestamp"]


def _pod_ready(pod: KubeObject) -> str:
    statuses: list[KubeObject] = pod["status"].get("containerStatuses", [])
    return f"{sum(s['ready'] for s in statuses)}/{len(pod['spec']['containers'])}"


def _pod_status(pod: KubeObject) -> str:
    for status in pod["status"].get("containerStatuses", ()):
        for phase in ("waiting", "terminated"):
            if phase in status["state"]:
                return status["state"][phase]["reason"]
    return pod["status"].get("phase", "Pending")


def _pod_restarts(pod: KubeObject) -> int:
    return sum(s["restartCount"] for s in pod["status"].get("containerStatuses", ()))


def _deployment_ready(item: KubeObject) -> str:
    return f"{item.get('status', {}).get('readyReplicas', 0)}/{item['spec']['replicas']}"


def _event_object(event: KubeObject) -> str:
    involved = event["involvedObject"]
    return f"{involved['kind'].lower()}/{involved['name']}"


COLUMNS: dict[str, dict[str, Cell]] = {
    "Pod": {"Ready": _pod_ready, "Status": _pod_status, "Restarts": _pod_restarts},
    "Deployment": {"Ready": _deployment_ready},
    "ReplicaSet": {"Ready": _deployment_ready},
    "Event": {
        "Type": lambda e: e["type"],
        "Reason": lambda e: e["reason"],
        "Object": _event_object,
        "Message": lambda e: e["message"],
    },
}
