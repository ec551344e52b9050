"""Event objects: what the cluster's parts say about objects, counted instead of repeated."""

from datetime import datetime

from jobs.gameday.cluster.objects import EVENTS, KubeObject, now, random_suffix, timestamp
from jobs.gameday.cluster.store import ObjectStore


class EventRecorder:
    """Writes events as one component does."""

    def __init__(self, store: ObjectStore, component: str, host: str = "") -> None:
        self._store = store
        self._source = {"component": component, **({"host": host} if host else {})}

    def normal(self, subject: KubeObject, reason: str, message: str) -> None:
        """Say that something went as it should."""
        self.record(subject, "Normal", reason, message)

    def warning(self, subject: KubeObject, reason: str, message: str) -> None:
        """Say that something went wrong."""
        self.record(subject, "Warning", reason, message)

    def record(
        self,
        subject: KubeObject,
        kind: str,
        reason: str,
        message: str,
        *,
        at: datetime | None = None,
        count: int = 1,
    ) -> None:
        """Write one event, or raise the count of the same one said before."""
        when = timestamp(at or now())
        reference = involved(subject)
        said = self._said_before(reference, reason, message)
        if said:
            event = said | {"count": said["count"] + count, "lastTimestamp": when}
            self._store.update(EVENTS, event)
            return
        body = {
            "metadata": {
                "name": f"{reference['name']}.{random_suffix(16)}",
                "creationTimestamp": when,
            },
            "involvedObject": reference,
            "type": kind,
            "reason": reason,
            "message": message,
            "source": self._source,
            "reportingComponent": self._source["component"],
            "reportingInstance": self._source.get("host", ""),
            "firstTimestamp": when,
            "lastTimestamp": when,
            "eventTime": None,
            "count": count,
        }
        self._store.create(EVENTS, body, reference.get("namespace", "default"))

    def _said_before(self, reference: KubeObject, reason: str, message: str) -> KubeObject | None:
        said = self._store.list(
            EVENTS,
            reference.get("namespace", "default"),
            lambda e: (
                e["involvedObject"].get("uid") == reference.get("uid")
                and (e["reason"], e["message"]) == (reason, message)
            ),
        )
        return said[0] if said else None


def involved(subject: KubeObject) -> KubeObject:
    """The reference to an object that an event carries."""
    metadata = subject["metadata"]
    reference = {
        "kind": subject["kind"],
        "apiVersion": subject["apiVersion"],
        "name": metadata["name"],
        "uid": metadata.get("uid", ""),
        "resourceVersion": metadata.get("resourceVersion", ""),
    }
    if "namespace" in metadata:
        reference["namespace"] = metadata["namespace"]
    return reference
