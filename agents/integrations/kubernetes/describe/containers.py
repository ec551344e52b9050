"""Containers and pod templates, as descriptions show them."""

import re
from collections.abc import Iterator

from pydantic import JsonValue

from agents.integrations.kubernetes.describe.text import Field, Fields, moment, number

Json = dict[str, JsonValue]

_PROBE = re.compile(
    r"^(?P<kind>http-get|tcp-socket|grpc|exec)\s+(?P<target>.*?)\s+"
    r"delay=(?P<delay>\d+)s timeout=(?P<timeout>\d+)s period=(?P<period>\d+)s "
    r"#success=(?P<success>\d+) #failure=(?P<failure>\d+)"
)
_HTTP = re.compile(r"^(?P<scheme>https?)://(?P<host>[^:/]*)(?::(?P<port>[^/]*))?(?P<path>/.*)?$")
_PROBES = {"Liveness": "livenessProbe", "Readiness": "readinessProbe", "Startup": "startupProbe"}
_FROM_OBJECT = re.compile(r"<set to the key '(?P<key>.*)' (?:in|of) (?P<kind>secret|config map) ")
_OBJECT_NAME = re.compile(r"(?:secret|config map) '(?P<name>[^']*)'")
_REFERENCES = {"secret": "secretKeyRef", "config map": "configMapKeyRef"}
_MOUNT = re.compile(r"^(?P<path>\S+) from (?P<name>\S+) \((?P<options>[^)]*)\)")
_TOLERATION = re.compile(
    r"^(?P<key>[^:=\s]*)(?:=(?P<value>[^:\s]*))?(?::(?P<effect>\w+))?(?: op=(?P<operator>\w+))?"
    r"(?: for (?P<seconds>\d+)s)?$"
)


def pod_spec(fields: Fields) -> Json:
    """Return the spec of a pod, or of a pod template."""
    spec: Json = {
        "containers": [container(one) for one in fields.get("Containers").children],
        "volumes": [_volume(one) for one in fields.get("Volumes").children],
    }
    if initial := [container(one) for one in fields.get("Init Containers").children]:
        spec["initContainers"] = initial
    if account := fields.value("Service Account"):
        spec["serviceAccountName"] = account
    if selector := fields.get("Node-Selectors").pairs:
        spec["nodeSelector"] = dict(selector)
    if tolerations := [_toleration(line) for line in fields.get("Tolerations").lines]:
        spec["tolerations"] = tolerations
    return spec


def container(field: Field) -> JsonValue:
    """Return the spec of a container."""
    fields = field.children
    body: Json = {"name": field.key, "image": fields.value("Image")}
    if ports := [_port(one) for one in _split(fields, "Port", "Ports") if not one.startswith("0/")]:
        body["ports"] = ports
    for key, name in (("Command", "command"), ("Args", "args")):
        if lines := fields.get(key).lines:
            body[name] = list(lines)
    resources: Json = {
        name: dict(fields.get(key).pairs)
        for key, name in (("Limits", "limits"), ("Requests", "requests"))
        if fields.has(key)
    }
    body["resources"] = resources
    probes = ((name, _probe(fields.value(key))) for key, name in _PROBES.items())
    body |= {name: probe for name, probe in probes if probe}
    body["env"] = [_variable(one) for one in fields.get("Environment").children]
    if sources := [_environment(line) for line in fields.get("Environment Variables from").lines]:
        body["envFrom"] = sources
    body["volumeMounts"] = [
        {"name": found["name"], "mountPath": found["path"]}
        for line in fields.get("Mounts").lines
        if (found := _MOUNT.match(line))
    ]
    return body


def _split(fields: Fields, *keys: str) -> tuple[str, ...]:
    texts = (fields.value(key) for key in keys)
    return tuple(part.strip() for text in texts for part in text.split(",") if part.strip())


def _port(text: str) -> JsonValue:
    port, _, protocol = text.partition("/")
    return {"containerPort": number(port), "protocol": protocol.partition(" ")[0] or "TCP"}


def _probe(text: str) -> Json | None:
    found = _PROBE.match(text)
    if found is None:
        return None
    return {
        **_handler(found["kind"], found["target"]),
        "initialDelaySeconds": int(found["delay"]),
        "timeoutSeconds": int(found["timeout"]),
        "periodSeconds": int(found["period"]),
        "successThreshold": int(found["success"]),
        "failureThreshold": int(found["failure"]),
    }


def _handler(kind: str, target: str) -> Json:
    if kind == "exec":
        return {"exec": {"command": list[JsonValue](target.strip("[]").split())}}
    if kind == "http-get" and (http := _HTTP.match(target.split(" ", maxsplit=1)[0])):
        port, path = http["port"] or "", http["path"] or "/"
        return {"httpGet": {"scheme": http["scheme"].upper(), "port": _named(port), "path": path}}
    address, _, service = target.partition(" ")
    port = _named(address.rpartition(":")[2])
    if kind == "grpc":
        return {"grpc": {"port": port, "service": service}}
    return {"tcpSocket": {"port": port}}


def _named(port: str) -> int | str:
    return int(port) if port.isdigit() else port


def _variable(field: Field) -> JsonValue:
    found = _FROM_OBJECT.match(field.value)
    if found is None:
        return {"name": field.key, "value": field.value}
    named = _OBJECT_NAME.search(field.value)
    source: Json = {"name": named["name"] if named else "", "key": found["key"]}
    source["optional"] = field.value.endswith("true")
    return {"name": field.key, "valueFrom": {_REFERENCES[found["kind"]]: source}}


def _environment(line: str) -> JsonValue:
    name, kind, *rest = [*re.split(r"\s{2,}", line.strip()), ""]
    reference: Json = {"name": name, "optional": "true" in " ".join(rest).lower()}
    return {"secretRef" if kind.startswith("Secret") else "configMapRef": reference}


def _toleration(line: str) -> JsonValue:
    found = _TOLERATION.match(line)
    if found is None:
        return {"key": line}
    operator = found["operator"] or ("Equal" if found["value"] is not None else "Exists")
    body: Json = {"key": found["key"], "operator": operator}
    body |= {name: found[name] for name in ("value", "effect") if found[name]}
    return body


def _volume(field: Field) -> JsonValue:
    fields = field.children
    kind = fields.value("Type").partition(" ")[0]
    optional = fields.value("Optional") == "true"
    source: Json = {}
    match kind:
        case "PersistentVolumeClaim":
            source = {"persistentVolumeClaim": {"claimName": fields.value("ClaimName")}}
        case "Secret":
            source = {"secret": {"secretName": fields.value("SecretName"), "optional": optional}}
        case "ConfigMap":
            source = {"configMap": {"name": fields.value("Name"), "optional": optional}}
        case "HostPath":
            path = {"path": fields.value("Path"), "type": fields.value("HostPathType")}
            source = {"hostPath": dict[str, JsonValue](path)}
        case "EmptyDir":
            source = {"emptyDir": {}}
        case _:
            source = {}
    return {"name": field.key, **source}


def statuses(fields: Fields) -> Iterator[Json]:
    """Yield the statuses of the containers in a group of a pod's description."""
    for field in fields:
        inner = field.children
        body: Json = {
            "name": field.key,
            "image": inner.value("Image"),
            "imageID": inner.value("Image ID"),
            "ready": inner.value("Ready") == "True",
            "restartCount": number(inner.value("Restart Count")) or 0,
            "state": _state(inner.get("State")),
        }
        if last := _state(inner.get("Last State")):
            body["lastState"] = last
        yield body


def _state(field: Field) -> Json:
    inner = field.children
    match field.value:
        case "Running":
            return {"running": {"startedAt": moment(inner.value("Started"))}}
        case "Waiting":
            return {"waiting": _said(inner)}
        case "Terminated":
            ended: Json = {
                **_said(inner),
                "exitCode": number(inner.value("Exit Code")),
                "startedAt": moment(inner.value("Started")),
                "finishedAt": moment(inner.value("Finished")),
            }
            return {"terminated": ended}
        case _:
            return {}


def _said(fields: Fields) -> Json:
    message = " ".join(fields.get("Message").lines)
    return {"reason": fields.value("Reason"), **({"message": message} if message else {})}
