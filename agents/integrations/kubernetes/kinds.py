"""Where the API serves each kind that may be read."""

from dataclasses import dataclass

from agents.integrations.kubernetes.exchange import path_of


@dataclass(frozen=True, slots=True)
class ApiKind:
    """One kind: its group versions, newest first, and whether it lives in namespaces."""

    plural: str
    versions: tuple[str, ...] = ("v1",)
    is_namespaced: bool = True

    @property
    def group(self) -> str:
        """The API group; empty for the core group."""
        return self.versions[0].rpartition("/")[0]

    def path(self, version: str, namespace: str | None, name: str | None = None) -> str:
        """Return the path of the collection, or of one object in it."""
        root = ("api",) if "/" not in version else ("apis",)
        place = ("namespaces", namespace) if namespace and self.is_namespaced else ()
        named = (name,) if name else ()
        return path_of(*root, *version.split("/"), *place, self.plural, *named)


_APPS = ("apps/v1",)
_NETWORKING = ("networking.k8s.io/v1",)

KINDS = {
    kind.plural: kind
    for kind in (
        ApiKind("pods"),
        ApiKind("services"),
        ApiKind("endpoints"),
        ApiKind("events"),
        ApiKind("configmaps"),
        ApiKind("secrets"),
        ApiKind("serviceaccounts"),
        ApiKind("persistentvolumeclaims"),
        ApiKind("resourcequotas"),
        ApiKind("limitranges"),
        ApiKind("nodes", is_namespaced=False),
        ApiKind("namespaces", is_namespaced=False),
        ApiKind("persistentvolumes", is_namespaced=False),
        ApiKind("deployments", _APPS),
        ApiKind("replicasets", _APPS),
        ApiKind("statefulsets", _APPS),
        ApiKind("daemonsets", _APPS),
        ApiKind("jobs", ("batch/v1",)),
        ApiKind("cronjobs", ("batch/v1", "batch/v1beta1")),
        ApiKind("horizontalpodautoscalers", ("autoscaling/v2", "autoscaling/v1")),
        ApiKind("networkpolicies", _NETWORKING),
        ApiKind("ingresses", _NETWORKING),
        ApiKind("endpointslices", ("discovery.k8s.io/v1", "discovery.k8s.io/v1beta1")),
        ApiKind("poddisruptionbudgets", ("policy/v1", "policy/v1beta1")),
        ApiKind("storageclasses", ("storage.k8s.io/v1",), is_namespaced=False),
    )
}
