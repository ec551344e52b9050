"""The Kubernetes API over HTTP: discovery, objects, watches, logs, patches, scale, reviews."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import cast

from aiohttp import web

from jobs.gameday.cluster import discovery
from jobs.gameday.cluster.access import Identity, TokenBook, authorize
from jobs.gameday.cluster.errors import (
    ApiError,
    BadRequestError,
    MethodNotAllowedError,
    NotFoundError,
)
from jobs.gameday.cluster.kubelet import Kubelet
from jobs.gameday.cluster.objects import RESOURCES, KubeObject, timestamp
from jobs.gameday.cluster.patches import patched
from jobs.gameday.cluster.requests import Target, target_of
from jobs.gameday.cluster.selectors import Predicate, matches_fields, matches_labels
from jobs.gameday.cluster.store import Change, ObjectStore
from jobs.gameday.cluster.tables import as_table

IDENTITY = web.RequestKey("identity", Identity)
OPEN_PATHS = ("/healthz", "/livez", "/readyz", "/version")
WATCH_SECONDS = 1_800.0


class KubernetesApi:
    """The request handlers."""

    def __init__(self, store: ObjectStore, kubelet: Kubelet, tokens: TokenBook) -> None:
        self._store = store
        self._kubelet = kubelet
        self._tokens = tokens

    def application(self) -> web.Application:
        """The web application that serves the API."""
        app = web.Application(middlewares=[self._guard])
        for path in OPEN_PATHS[:3]:
            app.router.add_get(path, self._healthy)
        app.router.add_get("/version{_:/?}", _answering(lambda: discovery.VERSION))
        app.router.add_get("/api{_:/?}", _answering(discovery.core_versions))
        app.router.add_get("/apis{_:/?}", _answering(discovery.groups))
        app.router.add_get("/apis/{group}{_:/?}", self._group)
        app.router.add_get("/api/v1{_:/?}", _answering(lambda: discovery.resources("v1")))
        app.router.add_get("/apis/{group}/{version}{_:/?}", self._group_version)
        app.router.add_post(
            "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", self._review_access
        )
        app.router.add_route("*", "/{path:.+}", self._objects)
        return app

    @web.middleware
    async def _guard(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        """Identify the caller, and answer refusals as Status objects."""
        try:
            if request.path.rstrip("/") not in OPEN_PATHS:
                authorization = request.headers.get("Authorization", "")
                request[IDENTITY] = self._tokens.identify(authorization)
            return await handler(request)
        except ApiError as refusal:
            return web.json_response(refusal.status(), status=refusal.code)

    async def _healthy(self, _: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def _group(self, request: web.Request) -> web.Response:
        found = discovery.group(request.match_info["group"])
        if found is None:
            raise NotFoundError("the server could not find the requested resource")
        return web.json_response(found)

    async def _group_version(self, request: web.Request) -> web.Response:
        name = f"{request.match_info['group']}/{request.match_info['version']}"
        if all(name != g["versions"][0]["groupVersion"] for g in discovery.groups()["groups"]):
            raise NotFoundError("the server could not find the requested resource")
        return web.json_response(discovery.resources(name))

    async def _review_access(self, request: web.Request) -> web.Response:
        body = await _json(request)
        asked: KubeObject = body["spec"].get("resourceAttributes") or {}
        known = {r.plural for r in RESOURCES}
        resource = asked.get("resource", "*")
        if asked.get("subresource"):
            resource = f"{resource}/{asked['subresource']}"
        allowed = (asked.get("resource") in known or resource == "*") and request[IDENTITY].allows(
            asked.get("verb", "*"), resource, asked.get("namespace") or None
        )
        status = {"allowed": allowed, **({} if allowed else {"reason": "no rule grants it"})}
        return web.json_response(
            {
                "kind": "SelfSubjectAccessReview",
                "apiVersion": "authorization.k8s.io/v1",
                "metadata": {},
                "spec": body["spec"],
                "status": status,
            },
            status=201,
        )

    async def _objects(self, request: web.Request) -> web.StreamResponse:
        if not request.path.startswith(("/api/v1/", "/apis/")):
            raise NotFoundError("the server could not find the requested resource")
        target = target_of(request.path)
        watch = request.query.get("watch") in ("1", "true")
        authorize(
            request[IDENTITY],
            target.verb(request.method, watch=watch),
            target.resource,
            namespace=target.namespace,
            name=target.name,
            subresource=target.subresource,
        )
        if target.subresource == "log":
            return self._log(request, target)
        if target.subresource == "scale":
            return await self._scale(request, target)
        if request.method == "GET":
            if target.name:
                return web.json_response(self._get(target))
            return await self._watch(request, target) if watch else self._list(request, target)
        return await self._write(request, target)

    def _get(self, target: Target) -> KubeObject:
        return self._store.get(target.resource, target.namespace, target.name)

    def _list(self, request: web.Request, target: Target) -> web.Response:
        resource = target.resource
        items = self._store.list(resource, target.namespace, _selection(request))
        if "as=Table" in request.headers.get("Accept", ""):
            return web.json_response(as_table(resource, items))
        return web.json_response(
            {
                "kind": f"{resource.kind}List",
                "apiVersion": resource.group_version,
                "metadata": {"resourceVersion": str(self._store.version)},
                "items": items,
            }
        )

    async def _watch(self, request: web.Request, target: Target) -> web.StreamResponse:
        selected = _selection(request)
        version = request.query.get("resourceVersion", "")
        changes = self._store.subscribe(int(version) if version not in ("", "0") else None)
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        try:
            if version in ("", "0"):
                for item in self._store.list(target.resource, target.namespace, selected):
                    await _send(response, "ADDED", item)
            seconds = float(request.query.get("timeoutSeconds", WATCH_SECONDS))
            async with asyncio.timeout(seconds):
                while True:
                    change = await changes.get()
                    if _concerns(change, target) and selected(change.body):
                        await _send(response, change.type, change.body)
        except (TimeoutError, ConnectionResetError):
            return response
        finally:
            self._store.unsubscribe(changes)

    async def _write(self, request: web.Request, target: Target) -> web.Response:
        resource = target.resource
        if request.method == "POST" and not target.name:
            made = self._store.create(resource, await _json(request), target.namespace)
            return web.json_response(made, status=201)
        if request.method == "PUT" and target.name:
            return web.json_response(self._store.update(resource, await _json(request)))
        if request.method == "PATCH" and target.name:
            body = patched(self._get(target), await _json(request), request.content_type)
            return web.json_response(self._store.update(resource, body))
        if request.method == "DELETE" and target.name:
            removed = self._store.delete(resource, target.namespace, target.name)
            return web.json_response(_deleted(removed, target))
        raise MethodNotAllowedError("the server does not allow this method on this resource")

    async def _scale(self, request: web.Request, target: Target) -> web.Response:
        current = self._get(target)
        if request.method in ("PATCH", "PUT"):
            body = await _json(request)
            current["spec"]["replicas"] = int(body["spec"]["replicas"])
            current = self._store.update(target.resource, current)
        metadata = {k: v for k, v in current["metadata"].items() if k != "labels"}
        labels = current["spec"]["selector"].get("matchLabels", {})
        return web.json_response(
            {
                "kind": "Scale",
                "apiVersion": "autoscaling/v1",
                "metadata": metadata,
                "spec": {"replicas": current["spec"]["replicas"]},
                "status": {
                    "replicas": current.get("status", {}).get("replicas", 0),
                    "selector": ",".join(f"{k}={v}" for k, v in labels.items()),
                },
            }
        )

    def _log(self, request: web.Request, target: Target) -> web.Response:
        pod = self._get(target)
        names = [c["name"] for c in pod["spec"]["containers"]]
        container = request.query.get("container") or names[0]
        if container not in names:
            raise BadRequestError(f"container {container} is not valid for pod {target.name}")
        previous = request.query.get("previous") in ("1", "true")
        lines = self._kubelet.log(pod, container, previous=previous)
        if tail := request.query.get("tailLines"):
            lines = lines[-int(tail) :] if int(tail) else []
        text = "".join(f"{line}\n" for line in lines)
        if limit := request.query.get("limitBytes"):
            text = text[: int(limit)]
        return web.Response(text=text)


def _answering(
    answer: Callable[[], KubeObject],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handler(_: web.Request) -> web.StreamResponse:
        return web.json_response(answer())

    return handler


def _selection(request: web.Request) -> Predicate:
    labelled = matches_labels(request.query.get("labelSelector", ""))
    with_fields = matches_fields(request.query.get("fieldSelector", ""))
    return lambda o: labelled(o) and with_fields(o)


def _concerns(change: Change, target: Target) -> bool:
    return change.resource == target.resource and target.namespace in (
        None,
        change.body["metadata"].get("namespace"),
    )


async def _send(response: web.StreamResponse, kind: str, body: KubeObject) -> None:
    await response.write(json.dumps({"type": kind, "object": body}).encode() + b"\n")


async def _json(request: web.Request) -> KubeObject:
    """The body; of a JSON patch it is really a list, which only `patched` sees."""
    try:
        return cast("KubeObject", json.loads(await request.read()))
    except ValueError as error:
        raise BadRequestError(f"the body of the request is not JSON: {error}") from error


def _deleted(removed: KubeObject, target: Target) -> KubeObject:
    """What a delete answers: the pod on its way out, or a plain success."""
    if target.resource.kind == "Pod":
        removed["metadata"]["deletionTimestamp"] = timestamp()
        return removed
    details = {"name": target.name, "kind": target.resource.plural}
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": {**details, "uid": removed["metadata"]["uid"]},
    }
