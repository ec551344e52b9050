"""The API's memory: objects by name, one counter of versions, and a history to watch."""

import asyncio
import copy
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from jobs.gameday.cluster.errors import (
    AlreadyExistsError,
    ConflictError,
    GoneError,
    InvalidError,
    NotFoundError,
)
from jobs.gameday.cluster.objects import KubeObject, ResourceType, prepared

HISTORY = 5_000
"""Changes kept for watches; an older resourceVersion is answered with 410 Gone."""


@dataclass(frozen=True)
class Change:
    """One entry of the history."""

    version: int
    type: str
    """ADDED, MODIFIED or DELETED."""
    resource: ResourceType
    body: KubeObject


class ObjectStore:
    """Objects and their changes. Lives on one event loop; hands out copies only."""

    def __init__(self) -> None:
        self._objects: dict[ResourceType, dict[tuple[str, str], KubeObject]] = {}
        self._history: deque[Change] = deque(maxlen=HISTORY)
        self._queues: list[asyncio.Queue[Change]] = []
        self.version = 0

    def get(self, resource: ResourceType, namespace: str | None, name: str) -> KubeObject:
        """Return one object.

        Raises:
            NotFoundError: if there is none of that name.
        """
        found = self._objects.get(resource, {}).get((namespace or "", name))
        if found is None:
            raise NotFoundError(f'{resource.qualified} "{name}" not found', resource, name)
        return copy.deepcopy(found)

    def list(
        self,
        resource: ResourceType,
        namespace: str | None = None,
        where: Callable[[KubeObject], bool] = lambda _: True,
    ) -> list[KubeObject]:
        """Return the objects of one kind, in the order of their names."""
        rows = sorted(self._objects.get(resource, {}).items())
        return [
            copy.deepcopy(body)
            for (place, _), body in rows
            if namespace in (None, place) and where(body)
        ]

    def create(
        self, resource: ResourceType, body: KubeObject, namespace: str | None = None
    ) -> KubeObject:
        """Add an object.

        Raises:
            AlreadyExistsError: if the name is taken.
            InvalidError: if it has no name.
        """
        made = prepared(resource, body, namespace)
        name = made["metadata"].get("name")
        if not name:
            raise InvalidError("metadata.name: Required value: name or generateName is required")
        rows = self._objects.setdefault(resource, {})
        key = (made["metadata"].get("namespace", ""), name)
        if key in rows:
            message = f'{resource.qualified} "{name}" already exists'
            raise AlreadyExistsError(message, resource, name)
        return self._record("ADDED", resource, made)

    def update(self, resource: ResourceType, body: KubeObject) -> KubeObject:
        """Replace an object; one that says nothing new changes nothing.

        Raises:
            ConflictError: if the object was changed since `body` was read.
            NotFoundError: if it is not there.
        """
        metadata = body["metadata"]
        name = metadata["name"]
        current = self.get(resource, metadata.get("namespace"), name)
        stored = current["metadata"]
        if metadata.get("resourceVersion", stored["resourceVersion"]) != stored["resourceVersion"]:
            raise ConflictError(
                f'Operation cannot be fulfilled on {resource.qualified} "{name}": the object has '
                "been modified; please apply your changes to the latest version and try again",
                resource,
                name,
            )
        changed = copy.deepcopy(body)
        for field in ("uid", "creationTimestamp", "resourceVersion", "generation"):
            if field in stored:
                changed["metadata"][field] = stored[field]
        if changed == current:
            return current
        if "spec" in changed and changed["spec"] != current.get("spec"):
            changed["metadata"]["generation"] = stored.get("generation", 0) + 1
        return self._record("MODIFIED", resource, changed)

    def delete(self, resource: ResourceType, namespace: str | None, name: str) -> KubeObject:
        """Remove an object and return what it was.

        Raises:
            NotFoundError: if it is not there.
        """
        removed = self.get(resource, namespace, name)
        del self._objects[resource][(namespace or "", name)]
        return self._record("DELETED", resource, removed)

    def subscribe(self, since: int | None = None) -> "asyncio.Queue[Change]":
        """Return a queue of every change after version `since` (default: from now on).

        Raises:
            GoneError: if changes since then are no longer kept.
        """
        queue: asyncio.Queue[Change] = asyncio.Queue()
        if since is not None and since < self.version:
            if not self._history or self._history[0].version > since + 1:
                raise GoneError(f"too old resource version: {since} ({self.version})")
            for change in self._history:
                if change.version > since:
                    queue.put_nowait(change)
        self._queues.append(queue)
        return queue

    async def wait_until(self, holds: Callable[[], bool]) -> None:
        """Return once something holds, looking again after every change."""
        changes = self.subscribe()
        try:
            while not holds():
                await changes.get()
        finally:
            self.unsubscribe(changes)

    def unsubscribe(self, queue: "asyncio.Queue[Change]") -> None:
        """Stop feeding a queue."""
        self._queues.remove(queue)

    def _record(self, kind: str, resource: ResourceType, body: KubeObject) -> KubeObject:
        self.version += 1
        body["metadata"]["resourceVersion"] = str(self.version)
        key = (body["metadata"].get("namespace", ""), body["metadata"]["name"])
        if kind != "DELETED":
            self._objects.setdefault(resource, {})[key] = body
        change = Change(self.version, kind, resource, copy.deepcopy(body))
        self._history.append(change)
        for queue in self._queues:
            queue.put_nowait(change)
        return copy.deepcopy(body)
