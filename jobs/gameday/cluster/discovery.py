"""Which groups and kinds the API serves, as clients discover them."""

from jobs.gameday.cluster.objects import RESOURCES, KubeObject

VERSION = {
    "major": "1",
    "minor": "32",
    "gitVersion": "v1.32.0",
    "gitCommit": "gameday",
    "gitTreeState": "clean",
    "buildDate": "2024-12-11T18:00:00Z",
    "goVersion": "none",
    "compiler": "none",
    "platform": "linux/amd64",
}
"""The Kubernetes release whose object shapes are served."""

VERBS = ["create", "delete", "get", "list", "patch", "update", "watch"]


def core_versions() -> KubeObject:
    """The answer to `/api`."""
    return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}


def groups() -> KubeObject:
    """The answer to `/apis`."""
    names = sorted({r.group_version for r in RESOURCES if r.group} | {"authorization.k8s.io/v1"})
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [_group(n) for n in names]}


def group(name: str) -> KubeObject | None:
    """The answer to `/apis/<group>`, or None if it is not served."""
    found = [g for g in groups()["groups"] if g["name"] == name]
    return {"kind": "APIGroup", "apiVersion": "v1", **found[0]} if found else None


def resources(group_version: str) -> KubeObject:
    """The answer to `/api/v1` and `/apis/<group>/<version>`."""
    served: list[KubeObject] = []
    for resource in RESOURCES:
        if resource.group_version != group_version:
            continue
        entry: KubeObject = {
            "name": resource.plural,
            "singularName": resource.kind.lower(),
            "namespaced": resource.namespaced,
            "kind": resource.kind,
            "verbs": VERBS,
            "shortNames": list(resource.short_names),
        }
        served.append(entry)
        served += [
            {
                **entry,
                "name": f"{resource.plural}/{sub}",
                "kind": "Scale" if sub == "scale" else resource.kind,
                "verbs": ["get"] if sub == "log" else ["get", "patch", "update"],
                "shortNames": [],
            }
            for sub in resource.subresources
        ]
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": group_version,
        "resources": served,
    }


def _group(group_version: str) -> KubeObject:
    name, _, version = group_version.partition("/")
    described = {"groupVersion": group_version, "version": version}
    return {"name": name, "versions": [described], "preferredVersion": described}
