"""Rolling a Deployment back, as `kubectl rollout undo` does, with credentials of its own."""

from collections.abc import Mapping
from dataclasses import dataclass

from kubernetes.client import ApiClient
from pydantic import JsonValue

from agents.domain.actions import ActionCall
from agents.domain.base import canonical_json, sha256_hex
from agents.domain.document import Document
from agents.errors import ActionFailed, SourceUnavailable
from agents.integrations.kubernetes.exchange import Reply, exchange, path_of
from agents.ports import TargetState

ROLLBACK = "kubernetes.rollback_deployment"
_REVISION = "deployment.kubernetes.io/revision"
_CHANGE_CAUSE = "kubernetes.io/change-cause"
_HASH_LABEL = "pod-template-hash"
_OK, _FORBIDDEN, _CONFLICT, _SERVER_ERROR = 200, 403, 409, 500
_ATTEMPTS = 5
"""A crashing pod changes its Deployment's status, and with it the version, all the time."""


@dataclass(frozen=True, slots=True)
class _Target:
    """A Deployment and the revision that it is to go back to."""

    path: str
    """Where the API has the Deployment."""
    deployment: Document
    replicaset: Document
    revision: int

    @property
    def template(self) -> Mapping[str, JsonValue]:
        """The pod template to go back to, without the label that the controller adds."""
        found = self.replicaset.at("spec.template")
        template = dict(found) if isinstance(found, dict) else {}
        metadata = template.get("metadata")
        if isinstance(metadata, dict):
            labels = self.replicaset.mapping("spec.template.metadata.labels")
            kept: JsonValue = {k: v for k, v in labels.items() if k != _HASH_LABEL}
            template["metadata"] = {**metadata, "labels": kept}
        return template

    @property
    def current_revision(self) -> str:
        """The revision that runs now."""
        return self.deployment.mapping("metadata.annotations").get(_REVISION, "?")

    @property
    def digest(self) -> str:
        """Changes with the Deployment's specification and with what would replace it."""
        state = {
            "uid": self.deployment.at("metadata.uid"),
            "generation": self.deployment.at("metadata.generation"),
            "revision": self.current_revision,
            "template": self.deployment.at("spec.template"),
            "wanted": dict(self.template),
        }
        return sha256_hex(canonical_json(state))


class RollbackDeployment:
    """Puts the pod template of an earlier revision back into a Deployment."""

    def __init__(self, client: ApiClient, *, timeout_seconds: float = 10.0) -> None:
        """Keep a client whose account may patch Deployments; readers have another one."""
        self._client = client
        self._timeout_seconds = timeout_seconds

    def inspect(self, call: ActionCall) -> TargetState:
        """Return what the Deployment is now and what going back would change.

        Raises:
            ActionFailed: the Deployment or the revision is gone, or it cannot be rolled back.
            SourceUnavailable: the API did not answer.
        """
        target = self._target(call)
        name = target.deployment.text("metadata.name")
        changes = "; ".join(_changes(target.deployment, target.template)) or "the pod template"
        return TargetState(
            digest=target.digest,
            description=f"Deployment {name} goes from revision {target.current_revision} back to"
            f" the template of revision {target.revision}: {changes}. Its"
            f" {target.deployment.at('spec.replicas')} pods are replaced step by step.",
        )

    def execute(self, call: ActionCall) -> str:
        """Patch the Deployment and say so.

        The patch names the version that was read: a Deployment that changed since is refused, and
        read again; only when nothing but its status has changed is it tried once more.

        Raises:
            ActionFailed: it is gone, was changed by somebody else, or the patch was refused.
        """
        target = self._target(call)
        for _ in range(_ATTEMPTS):
            reply = self._patch(target)
            if reply.status == _OK:
                name = target.deployment.text("metadata.name")
                return (
                    f"Rolled deployment {name} back from revision {target.current_revision}"
                    f" to the template of revision {target.revision}."
                )
            if reply.status != _CONFLICT:
                raise _refused(reply, "patch the deployment")
            now = self._target(call)
            if now.digest != target.digest:
                raise ActionFailed(
                    "The deployment was changed by somebody else while it was to be rolled back;"
                    " nothing was done."
                )
            target = now
        raise ActionFailed("The deployment's version kept changing; nothing was done.")

    def _target(self, call: ActionCall) -> _Target:
        namespace, name, revision = _arguments(call)
        base = ("apis", "apps", "v1", "namespaces", namespace)
        path = path_of(*base, "deployments", name)
        deployment = self._read(path, f"deployment {name}")
        labels = deployment.mapping("spec.selector.matchLabels")
        query = {"labelSelector": ",".join(f"{key}={value}" for key, value in labels.items())}
        listed = self._read(path_of(*base, "replicasets"), f"replica sets of {name}", query)
        uid = deployment.text("metadata.uid")
        found = next(
            (
                one
                for one in listed.items("items")
                if uid in one.texts("metadata.ownerReferences[].uid")
                and one.mapping("metadata.annotations").get(_REVISION) == str(revision)
            ),
            None,
        )
        if found is None:
            raise ActionFailed(
                f"Deployment {name} has no revision {revision} any more;"
                " it may have been rolled back already.",
                remedy=f"look at `kubectl -n {namespace} rollout history deployment/{name}`",
            )
        target = _Target(path, deployment, replicaset=found, revision=revision)
        _must_make_sense(target, name)
        return target

    def _read(self, path: str, what: str, query: Mapping[str, str] | None = None) -> Document:
        reply = exchange(
            self._client, "GET", path, query=query, timeout_seconds=self._timeout_seconds
        )
        if reply.status >= _SERVER_ERROR:
            raise SourceUnavailable(f"Could not read {what}: {reply.message}")
        if reply.status != _OK:
            raise _refused(reply, f"read {what}")
        return reply.document

    def _patch(self, target: _Target) -> Reply:
        version = target.deployment.at("metadata.resourceVersion")
        operations: list[JsonValue] = [
            _replace("/metadata/resourceVersion", version),
            _replace("/spec/template", dict(target.template)),
        ]
        cause = target.replicaset.mapping("metadata.annotations").get(_CHANGE_CAUSE)
        if cause is not None:
            path = f"/metadata/annotations/{_CHANGE_CAUSE.replace('/', '~1')}"
            operations.append({"op": "add", "path": path, "value": cause})
        try:
            return exchange(
                self._client,
                "PATCH",
                target.path,
                body=operations,
                content_type="application/json-patch+json",
                timeout_seconds=self._timeout_seconds,
            )
        except SourceUnavailable as unclear:
            raise ActionFailed(
                f"No answer to the rollback: {unclear}",
                remedy="look whether the deployment was changed before trying again",
            ) from unclear


def _arguments(call: ActionCall) -> tuple[str, str, int]:
    namespace, name = call.arguments.get("namespace"), call.arguments.get("deployment")
    revision = call.arguments.get("to_revision")
    if not isinstance(namespace, str) or not isinstance(name, str) or not isinstance(revision, int):
        raise ActionFailed(f"{ROLLBACK} needs namespace, deployment and to_revision")
    return namespace, name, revision


def _must_make_sense(target: _Target, name: str) -> None:
    if target.deployment.flag("spec.paused"):
        raise ActionFailed(
            f"Deployment {name} is paused: it cannot be rolled back.", remedy="resume it first"
        )
    if target.current_revision == str(target.revision):
        raise ActionFailed(f"Deployment {name} is at revision {target.revision} already.")


def _replace(path: str, value: JsonValue) -> JsonValue:
    return {"op": "replace", "path": path, "value": value}


def _refused(reply: Reply, what: str) -> ActionFailed:
    told = f"Could not {what}: {reply.message}"
    if reply.status == _FORBIDDEN:
        remedy = "allow list on replicasets, and get and patch on deployments, to the executor"
        return ActionFailed(told, remedy=remedy)
    return ActionFailed(told)


_SHOWN = {
    "image": "image",
    "memory limit": "resources.limits.memory",
    "CPU limit": "resources.limits.cpu",
    "memory request": "resources.requests.memory",
    "CPU request": "resources.requests.cpu",
}


def _changes(deployment: Document, wanted: Mapping[str, JsonValue]) -> list[str]:
    """Say what differs in the containers, limits and images by value, the rest by name."""
    after = {c.text("name"): c for c in Document(body=wanted).items("spec.containers")}
    told: list[str] = []
    for container in deployment.items("spec.template.spec.containers"):
        name = container.text("name") or ""
        back = after.get(name)
        if back is None:
            told.append(f"container {name} goes")
            continue
        told += [
            f"{name} {what} {container.scalar(path) or 'none'} -> {back.scalar(path) or 'none'}"
            for what, path in _SHOWN.items()
            if container.scalar(path) != back.scalar(path)
        ]
        others = sorted({*container.body, *back.body} - {"image", "resources"})
        told += [f"{name} {o}" for o in others if container.body.get(o) != back.body.get(o)]
    return told
