"""Where everything of a world is, and with which credentials: what the war room is told."""

import os
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, SecretStr


class WorldAddresses(BaseModel):
    """The whole of it; the secrets are of this run only."""

    model_config = ConfigDict(frozen=True)

    storefront_url: str
    redis_url: str
    database_name: str
    """The name by which people, services.yaml and AWS know the database."""
    database_url: str
    """Read-only, with statistics."""
    database_write_url: str
    """May end sessions; for the executor alone."""
    prometheus_url: str
    kubernetes_namespace: str
    kubernetes_config: Path
    """Kubeconfig of the read-only identity."""
    kubernetes_write_config: Path
    """Kubeconfig of the identity that may change deployments; for the executor alone."""
    aws_endpoint_url: str
    aws_region: str
    aws_access_key_id: str
    aws_secret_access_key: SecretStr
    pagerduty_url: str
    pagerduty_ca_file: Path
    pagerduty_token: SecretStr
    pagerduty_from: str
    pagerduty_routing_key: SecretStr
    git_repository: Path
    log_files: str
    """A glob of JSON lines: {timestamp, entity, level, message, trace_id, attributes}."""
    trace_files: str
    """A glob of JSON lines: {trace_id, span_id, parent_id, service, operation, start, ...}."""
    topology_file: Path
    changes_file: Path


def write_kubeconfig(path: Path, *, url: str, token: str, namespace: str) -> Path:
    """Write the file that Kubernetes clients read, for its owner's eyes only."""
    body = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "shop",
        "clusters": [{"name": "shop", "cluster": {"server": url}}],
        "users": [{"name": path.stem, "user": {"token": token}}],
        "contexts": [
            {
                "name": "shop",
                "context": {"cluster": "shop", "user": path.stem, "namespace": namespace},
            }
        ],
    }
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(yaml.safe_dump(body))
    return path
