"""A cluster as a source of telemetry, read through the official client as raw JSON."""

from collections.abc import Iterator

from kubernetes.client import ApiClient

from agents.domain.base import EntityRef, Window
from agents.domain.document import Document
from agents.domain.measures import LogSelector, Measure, Measurement, ObjectSelector
from agents.domain.readings import LogLine, Resource
from agents.errors import CannotMeasure, NoSuchSource, PermissionMissing, SourceUnavailable
from agents.integrations.kubernetes.exchange import Reply, exchange
from agents.integrations.kubernetes.kinds import KINDS, ApiKind
from agents.integrations.kubernetes.logs import lines_in
from agents.integrations.kubernetes.redaction import redacted
from agents.integrations.kubernetes.shapes import resource_from_object
from agents.selection import select_lines, select_resources
from agents.telemetry import AbsentTelemetry, measure_by_reading

_OK, _BAD_REQUEST, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 200, 400, 401, 403, 404
_LOG_QUERY = {"timestamps": "true", "tailLines": "2000", "limitBytes": "1048576"}
_PODS_AT_MOST = 12
"""A workload's logs are read from so many of its pods."""


class KubernetesTelemetry(AbsentTelemetry):
    """Objects and pod logs of one cluster.

    It only ever sends GET. Every call asks the API server afresh, so that what `measure` reads
    never comes from what a reader has read; a selector with a name reads that object itself.
    """

    def __init__(
        self,
        client: ApiClient,
        *,
        namespaces: tuple[str, ...] = (),
        timeout_seconds: float = 10.0,
        page_size: int = 500,
    ) -> None:
        """Keep the client; `namespaces` narrows what is listed, for credentials that are narrow."""
        self._client = client
        self._namespaces = namespaces
        self._timeout_seconds = timeout_seconds
        self._page_size = page_size
        self._served: dict[str, str] | None = None

    def sources(self) -> frozenset[str]:
        """Name the kinds that this cluster serves.

        A cluster that does not answer names them all: each then says that it is unavailable.
        """
        try:
            kinds = self._versions().keys()
        except SourceUnavailable:
            kinds = KINDS.keys()
        return frozenset({*(f"objects:{kind}" for kind in kinds), "logs"})

    def objects(self, selector: ObjectSelector) -> tuple[Resource, ...]:
        """Return the matching objects as they are now."""
        kind, version = self._kind(selector.kind)
        has_place = selector.namespace is not None or not kind.is_namespaced
        if selector.name is not None and has_place:
            found = self._one(kind, version, selector.name, selector.namespace)
        else:
            found = [
                r
                for place in self._places(kind, selector)
                for r in self._list(kind, version, place, selector)
            ]
        return tuple(select_resources(found, selector))

    def logs(self, selector: LogSelector, window: Window) -> tuple[LogLine, ...]:
        """Return what the pods of an entity printed, in their present run and the one before."""
        if selector.entity is None:
            raise CannotMeasure(
                "the Kubernetes API keeps logs by pod, not in one place",
                remedy="name a pod or a workload, or connect a log store",
            )
        lines = [
            line for pod in self._pods_named(selector.entity) for line in self._log(pod, window)
        ]
        matching = select_lines(lines, selector.model_copy(update={"entity": None}), window)
        return tuple(sorted(matching, key=lambda line: line.timestamp))

    def measure(self, measure: Measure, window: Window) -> Measurement:
        """Evaluate a measure with requests of its own."""
        return measure_by_reading(self, measure, window, "kubernetes-api")

    def _kind(self, plural: str) -> tuple[ApiKind, str]:
        kind, version = KINDS.get(plural), self._versions().get(plural)
        if kind is None or version is None:
            raise NoSuchSource(
                f"this cluster serves no {plural}",
                remedy=f"install what provides {plural}, or leave it out",
            )
        return kind, version

    def _versions(self) -> dict[str, str]:
        """Return the version under which each kind is served, asked of the server once."""
        if self._served is None:
            wanted = {version for kind in KINDS.values() for version in kind.versions}
            served = {version: self._served_under(version) for version in sorted(wanted)}
            self._served = {
                kind.plural: version
                for kind in KINDS.values()
                for version in reversed(kind.versions)
                if kind.plural in served[version]
            }
        return self._served

    def _served_under(self, version: str) -> frozenset[str]:
        path = f"/apis/{version}" if "/" in version else f"/api/{version}"
        reply = self._get(path)
        if reply.status == _NOT_FOUND:
            return frozenset()
        _must_be_ok(reply, f"discover {version}", "get", version, "")
        return frozenset(reply.document.texts("resources[].name"))

    def _places(self, kind: ApiKind, selector: ObjectSelector) -> tuple[str | None, ...]:
        if selector.namespace is not None or not kind.is_namespaced:
            return (selector.namespace,)
        return self._namespaces or (None,)

    def _one(self, kind: ApiKind, version: str, name: str, namespace: str | None) -> list[Resource]:
        reply = self._get(kind.path(version, namespace, name))
        if reply.status == _NOT_FOUND and reply.document.text("details.name"):
            return []
        _must_be_ok(reply, f"read {kind.plural} {name}", "get", kind.plural, kind.group)
        return [_resource(kind.plural, reply.document)]

    def _list(
        self, kind: ApiKind, version: str, namespace: str | None, selector: ObjectSelector
    ) -> Iterator[Resource]:
        query = {"limit": str(self._page_size)}
        if selector.labels:
            query["labelSelector"] = ",".join(f"{k}={v}" for k, v in selector.labels.items())
        if selector.name is not None:
            query["fieldSelector"] = f"metadata.name={selector.name}"
        path = kind.path(version, namespace)
        while True:
            reply = self._get(path, query)
            _must_be_ok(reply, f"list {kind.plural}", "list", kind.plural, kind.group)
            page = reply.document
            yield from (_resource(kind.plural, item) for item in page.items("items"))
            more = page.text("metadata.continue")
            if not more:
                return
            query["continue"] = more

    def _pods_named(self, entity: EntityRef) -> tuple[Resource, ...]:
        """Return a pod by its name, or the pods whose names begin with a workload's."""
        name = entity.name if entity.kind == "pod" else None
        pods = self.objects(ObjectSelector(kind="pods", namespace=entity.namespace, name=name))
        if name is not None:
            return pods
        own = (pod for pod in pods if pod.entity.name.startswith(f"{entity.name}-"))
        return tuple(own)[:_PODS_AT_MOST]

    def _log(self, pod: Resource, window: Window) -> Iterator[LogLine]:
        kind, version = self._kind("pods")
        path = kind.path(version, pod.entity.namespace, pod.entity.name) + "/log"
        names = pod.document.texts("[spec.initContainers, spec.containers][].name")
        for container in names:
            for previous in (True, False):
                since = {"sinceTime": window.start.strftime("%Y-%m-%dT%H:%M:%SZ")}
                query = {**_LOG_QUERY, **since, "container": container}
                if previous:
                    query["previous"] = "true"
                reply = self._get(path, query)
                if reply.status in {_BAD_REQUEST, _NOT_FOUND}:
                    continue  # it has not started yet, or there was no run before
                _must_be_ok(reply, f"read the log of {pod.entity.name}", "get", "pods/log", "")
                yield from lines_in(
                    reply.text, pod.entity, container, window.end, previous=previous
                )

    def _get(self, path: str, query: dict[str, str] | None = None) -> Reply:
        return exchange(
            self._client, "GET", path, query=query, timeout_seconds=self._timeout_seconds
        )


def _resource(kind: str, document: Document) -> Resource:
    return resource_from_object(kind, redacted(kind, document.body))


def _must_be_ok(reply: Reply, what: str, verb: str, resource: str, group: str) -> None:
    """Turn a refusal into the error that says what would help."""
    if reply.status == _OK:
        return
    told = f"could not {what}: {reply.message}"
    if reply.status == _UNAUTHORIZED:
        raise PermissionMissing(told, remedy="renew the token in the kubeconfig")
    if reply.status == _FORBIDDEN:
        raise PermissionMissing(
            told,
            remedy=f"allow the verb {verb!r} on {resource!r} in API group {group!r} "
            "with a ClusterRole bound to the war room's account",
        )
    if reply.status == _NOT_FOUND:
        raise NoSuchSource(told, remedy=f"check that the cluster serves {resource}")
    raise SourceUnavailable(f"{told} (HTTP {reply.status})", remedy="try again shortly")
