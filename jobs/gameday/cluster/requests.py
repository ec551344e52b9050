"""What a request asks for: the path taken apart, as Kubernetes builds its paths."""

from dataclasses import dataclass

from jobs.gameday.cluster.errors import NotFoundError
from jobs.gameday.cluster.objects import RESOURCES, ResourceType


@dataclass(frozen=True)
class Target:
    """The object, or the collection, that a path names."""

    resource: ResourceType
    namespace: str | None
    """None: all namespaces, or a kind that has none."""
    name: str = ""
    subresource: str = ""

    def verb(self, method: str, *, watch: bool) -> str:
        """The verb that access rules know the request by."""
        if method == "GET":
            return "get" if self.name else "watch" if watch else "list"
        return {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}[method]


def target_of(path: str) -> Target:
    """Take a resource path apart.

    Raises:
        NotFoundError: if no such kind or subresource is served.
    """
    parts = [part for part in path.split("/") if part]
    if parts[0] == "api":
        group_version, rest = parts[1], parts[2:]
    else:
        group_version, rest = "/".join(parts[1:3]), parts[3:]
    namespace = None
    if rest[:1] == ["namespaces"] and len(rest) > 2 and rest[2] != "status":  # noqa: PLR2004
        namespace, rest = rest[1], rest[2:]
    plural, name, subresource, *surplus = [*rest, "", "", ""][: max(3, len(rest))]
    for resource in RESOURCES:
        if (resource.plural, resource.group_version) == (plural, group_version):
            known = not subresource or subresource in resource.subresources
            if known and not surplus:
                return Target(resource, namespace, name, subresource)
    raise NotFoundError("the server could not find the requested resource")
