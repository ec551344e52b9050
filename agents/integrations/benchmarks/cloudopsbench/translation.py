"""A snapshot as a capture."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import cast

import yaml
from pydantic import JsonValue

from agents.integrations.benchmarks.cloudopsbench.measurements import (
    alerting_since,
    alerts_in,
    samples,
)
from agents.integrations.benchmarks.cloudopsbench.snapshot import Answered, Snapshot
from agents.integrations.benchmarks.files import Files
from agents.integrations.kubernetes.describe.events import (
    events_from_description,
    events_from_listing,
)
from agents.integrations.kubernetes.describe.objects import object_from_description
from agents.integrations.kubernetes.describe.text import iso, table

Json = dict[str, JsonValue]

_LOOK_BACK = timedelta(hours=1)
_LAST_LINES = 60
_SAME_KIND = 80
"""Characters, without digits, in which lines of one kind agree."""
_TROUBLE = re.compile(r"error|exception|fatal|denied|refused|failed|in use|unknown", re.IGNORECASE)
_TREE = re.compile(r"^(?P<lead>[│├└─\s]*)(?P<name>[a-z0-9][a-z0-9.-]*)")
_UNIT_STATE = re.compile(
    r"Active: (?P<active>\S+)(?: \((?P<sub>[^)]*)\))?(?: since (?P<since>.*?);)?"
)
_LISTED_ONLY = {
    "secrets": "Secret",
    "configmaps": "ConfigMap",
    "serviceaccounts": "ServiceAccount",
    "networkpolicies": "NetworkPolicy",
    "ingresses": "Ingress",
}
_CLUSTER_KINDS = frozenset({"nodes", "persistentvolumes", "storageclasses", "namespaces"})


def write_snapshot(snapshot: Snapshot, files: Files) -> None:
    """Write a snapshot as a capture; of the truth nothing is in it."""
    now = snapshot.taken_at
    files.yaml(
        "capture.yaml",
        {
            "version": "1",
            "now": now.isoformat(),
            "window": {"start": (now - _LOOK_BACK).isoformat(), "end": now.isoformat()},
        },
    )
    title = str(snapshot.about.get("query", "Something is wrong"))
    labels: Json = {"namespace": snapshot.namespace}
    since = alerting_since(snapshot).isoformat()
    files.json("alert.json", {"title": title, "started_at": since, "labels": labels})
    objects = _objects(snapshot)
    for kind, several in objects.items():
        files.json(f"kubernetes/{kind}.json", {"items": several})
    files.yaml("topology.yaml", {"services": _services(snapshot, objects)})
    files.json("network/connections.json", {"probes": list(_connections(snapshot))})
    files.json("alerts/monitors.json", {"monitors": list(_monitors(snapshot))})
    files.json_lines("logs/services.jsonl", _log_lines(snapshot, objects))
    files.json_lines("logs/patterns.jsonl", _patterns(snapshot, objects))
    files.csv("metrics/services.csv", samples(snapshot))


def _objects(snapshot: Snapshot) -> Mapping[str, list[Json]]:
    """Return the objects of every kind that was listed, empty kinds included."""
    listed = {one.kind for one in snapshot.of("GetResources") if one.kind != "events"}
    objects: dict[str, list[Json]] = {kind: [] for kind in sorted(listed)}
    manifests = {(_kind(one), _name(one)): one for one in _manifests(snapshot)}
    for one in snapshot.of("DescribeResource"):
        found = object_from_description(one.kind, one.text)
        if found is None:
            continue
        if one.kind not in _CLUSTER_KINDS:
            _metadata(found).setdefault("namespace", snapshot.namespace)
        _complete(found, manifests)
        objects.setdefault(one.kind, []).append(found)
    for one in snapshot.of("GetResources"):
        if one.kind in _LISTED_ONLY and not one.argument("name"):
            _add_listed(objects[one.kind], one, snapshot.namespace)
    for pod in objects.get("pods", []):
        _complete_pod(pod, manifests)
    objects["events"] = list(_events(snapshot, objects))
    objects["node_services"] = [_unit(one) for one in snapshot.of("CheckNodeServiceStatus")]
    return objects


def _add_listed(known: list[Json], listing: Answered, namespace: str) -> None:
    """Add what a listing names and nobody described: that it is there is known of it."""
    named = {_name(body) for body in known}
    for row in table(listing.text.expandtabs().splitlines()):
        name = row.get("NAME", "")
        if name and name not in named:
            named.add(name)
            kind = _LISTED_ONLY[listing.kind]
            known.append({"kind": kind, "metadata": {"name": name, "namespace": namespace}})


def _manifests(snapshot: Snapshot) -> Iterator[Json]:
    for one in snapshot.of("GetAppYAML"):
        try:
            documents = list(yaml.safe_load_all(one.text))
        except yaml.YAMLError:
            continue
        yield from (cast("Json", found) for found in documents if isinstance(found, dict))


def _kind(body: Json) -> str:
    return str(body.get("kind", "")).lower()


def _metadata(body: Json) -> Json:
    return cast("Json", body.setdefault("metadata", {}))


def _name(body: Json) -> str:
    return str(_metadata(body).get("name", ""))


def _complete(body: Json, manifests: Mapping[tuple[str, str], Json]) -> None:
    """Add to a workload what descriptions leave out, from its manifest."""
    manifest = manifests.get((_kind(body), _name(body)))
    if manifest is None or _kind(body) not in {"deployment", "statefulset", "daemonset"}:
        return
    _add_omitted(_template_spec(body), _template_spec(manifest))


def _complete_pod(pod: Json, manifests: Mapping[tuple[str, str], Json]) -> None:
    """Add to a pod what descriptions leave out, from the manifest of the app it is labelled as."""
    labels = cast("Json", _metadata(pod).get("labels") or {})
    for (kind, _), manifest in manifests.items():
        template = _at(manifest, "spec", "template", "metadata", "labels")
        if (
            kind in {"deployment", "statefulset"}
            and template
            and template.items() <= labels.items()
        ):
            _add_omitted(_at(pod, "spec"), _template_spec(manifest))
            return


def _template_spec(body: Json) -> Json:
    return _at(body, "spec", "template", "spec")


def _at(body: Json, *path: str) -> Json:
    for step in path:
        inner = body.get(step)
        body = inner if isinstance(inner, dict) else {}
    return body


_OMITTED = (
    *("affinity", "securityContext", "topologySpreadConstraints", "imagePullSecrets"),
    *("dnsPolicy", "dnsConfig", "hostAliases", "hostNetwork"),
)


def _add_omitted(spec: Json, written: Json) -> None:
    for field in _OMITTED:
        if field in written:
            spec.setdefault(field, written[field])


def _events(snapshot: Snapshot, objects: Mapping[str, list[Json]]) -> Iterator[Json]:
    """Yield each event once; descriptions tell more of one than the listing does."""
    now = snapshot.taken_at
    seen: set[tuple[str, str, str]] = set()
    kinds = {kind: str(several[0]["kind"]) for kind, several in objects.items() if several}
    described = (
        event
        for one in snapshot.of("DescribeResource")
        for event in events_from_description(kinds.get(one.kind, one.kind), one.text, now)
    )
    listed = (
        event
        for one in snapshot.of("GetResources")
        if one.kind == "events" and not one.argument("name")
        for event in events_from_listing(one.text, snapshot.namespace, now)
    )
    for event in (*described, *listed):
        about = cast("Json", event["involvedObject"])
        key = (str(about["name"]), str(event["reason"]), str(event["message"]))
        if key not in seen:
            seen.add(key)
            yield event


def _unit(one: Answered) -> Json:
    """Return a systemd unit's state as an object."""
    found = _UNIT_STATE.search(one.text)
    node, unit = one.argument("node_name"), one.argument("service_name")
    status: Json = {
        "active": found["active"] if found else "unknown",
        "sub": found["sub"] if found else None,
        "since": found["since"] if found else None,
        "text": one.text,
    }
    return {
        "kind": "NodeService",
        "metadata": {"name": f"{node}:{unit}"},
        "spec": {"node": node, "unit": unit},
        "status": status,
    }


def _services(snapshot: Snapshot, objects: Mapping[str, list[Json]]) -> Json:
    """Return who calls whom, with what runs under each name."""
    calls: dict[str, list[str]] = {}
    for one in snapshot.of("GetServiceDependencies"):
        calls.setdefault(one.argument("service_name"), [])
        for caller, callee in _tree(one):
            known = calls.setdefault(caller, [])
            calls.setdefault(callee, [])
            if callee not in known:
                known.append(callee)
    namespace = snapshot.namespace
    resources = _resources(objects, namespace)
    return {
        name: {"depends_on": list[JsonValue](callees), "resources": list(resources.get(name, []))}
        for name, callees in calls.items()
    }


def _tree(one: Answered) -> Iterator[tuple[str, str]]:
    """Yield the calls in a drawing of what a service calls."""
    below = one.text.partition("[Downstream (Calls)]:")[2]
    path: list[tuple[int, str]] = [(-1, one.argument("service_name"))]
    for line in below.splitlines():
        found = _TREE.match(line)
        if found is None or found["name"] == one.argument("service_name"):
            continue
        depth = len(found["lead"])
        while path[-1][0] >= depth:
            path.pop()
        yield path[-1][1], found["name"]
        path.append((depth, found["name"]))


def _resources(objects: Mapping[str, list[Json]], namespace: str) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for kind in ("deployments", "statefulsets", "services"):
        for body in objects.get(kind, []):
            found[_name(body)].append(f"{_kind(body)}/{namespace}/{_name(body)}")
    for pod in objects.get("pods", []):
        owner = _app_of(pod, found)
        if owner:
            found[owner].append(f"pod/{namespace}/{_name(pod)}")
    return found


def _app_of(pod: Json, known: Iterable[str]) -> str | None:
    """Return the workload that a pod's name begins with, the longest one."""
    named = (name for name in known if _name(pod).startswith(f"{name}-"))
    return max(named, key=len, default=None)


def _connections(snapshot: Snapshot) -> Iterator[Json]:
    for one in snapshot.of("CheckServiceConnectivity"):
        ok = "Connection Succeeded" in one.text
        yield {
            "probe": "tcp",
            "target": f"{one.argument('service_name')}:{one.argument('port')}",
            "at": snapshot.taken_at.isoformat(),
            "ok": ok,
            "namespace": one.argument("namespace"),
            **({} if ok else {"error_kind": "unreachable", "text": one.text[:500]}),
        }


def _monitors(snapshot: Snapshot) -> Iterator[Json]:
    """Yield the anomalies that the monitoring reported."""
    for alert in alerts_in(snapshot):
        yield {
            "name": alert.name,
            "type": alert.kind,
            "query": "",
            "overall_state": "Alert",
            "message": "\n".join(alert.evidence),
            "tags": [f"service:{alert.name}"],
        }


def _speaker(snapshot: Snapshot, objects: Mapping[str, list[Json]], app: str) -> str:
    """Return the pod that an app's log lines come from (of several its first), else the service."""
    pods = [pod for pod in objects.get("pods", []) if _app_of(pod, [app])]
    if pods:
        return f"pod/{snapshot.namespace}/{_name(pods[0])}"
    return f"service/{snapshot.namespace}/{app}"


def _log_lines(snapshot: Snapshot, objects: Mapping[str, list[Json]]) -> Iterator[Json]:
    """Yield the last lines of each app; few of them are dated, so all count as of now."""
    body = json.loads(snapshot.raw("logs.json") or "{}")
    for app, lines in cast("dict[str, list[str]]", body).items():
        about = _speaker(snapshot, objects, app)
        for line in _worth_keeping(lines):
            yield {
                "timestamp": iso(snapshot.taken_at),
                "entity": about,
                "message": line,
                "attributes": {"app": app},
            }


def _worth_keeping(lines: list[str]) -> list[str]:
    """Return the last lines, after the older ones that speak of trouble, each kind of them once."""
    older: dict[str, str] = {}
    for line in lines[:-_LAST_LINES]:
        if _TROUBLE.search(line):
            older.setdefault(re.sub(r"\d+", "", line)[:_SAME_KIND], line)
    return [*list(older.values())[-_LAST_LINES:], *lines[-_LAST_LINES:]]


def _patterns(snapshot: Snapshot, objects: Mapping[str, list[Json]]) -> Iterator[Json]:
    for one in snapshot.of("GetErrorLogs"):
        app = one.argument("service_name")
        body = cast("Json", json.loads(one.text or "{}"))
        patterns = body.get("patterns")
        for pattern in patterns if isinstance(patterns, list) else []:
            if isinstance(pattern, dict):
                yield {
                    "timestamp": iso(snapshot.taken_at),
                    "entity": _speaker(snapshot, objects, app),
                    "level": "error",
                    "message": str(pattern.get("sample", "")),
                    "attributes": {"app": app, "count": pattern.get("count")},
                }
