"""One request to the Kubernetes API and its answer: the only place that sees the client."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, cast
from urllib.parse import quote

import urllib3
from kubernetes import config
from kubernetes.client import ApiClient, Configuration
from kubernetes.client.exceptions import ApiException
from pydantic import JsonValue

from agents.domain.document import Document
from agents.errors import SourceUnavailable

_UNREACHABLE = "check the cluster's address, its certificate and the network path to it"
Method = Literal["GET", "PATCH"]


class _Response(Protocol):
    status: int

    def read(self) -> bytes: ...


class _Loader(Protocol):
    """The functions of `kubernetes.config`, which have no types of their own."""

    def load_kube_config(
        self, *, config_file: str, client_configuration: Configuration
    ) -> None: ...

    def load_incluster_config(self, *, client_configuration: Configuration) -> None: ...


class _Client(Protocol):
    """What is used of the official client, with the types that it leaves out."""

    def param_serialize(
        self,
        method: str,
        resource_path: str,
        *,
        query_params: list[tuple[str, str]],
        header_params: dict[str, str],
        body: JsonValue,
        auth_settings: list[str],
    ) -> tuple[object, ...]: ...

    def call_api(self, *request: object, _request_timeout: float) -> _Response: ...


@dataclass(frozen=True, slots=True)
class Reply:
    """What the API server answered."""

    status: int
    text: str

    @property
    def document(self) -> Document:
        """The JSON object in the answer; empty when it is none."""
        try:
            body: JsonValue = json.loads(self.text)
        except json.JSONDecodeError:
            return Document(body={})
        return Document(body=body if isinstance(body, dict) else {})

    @property
    def message(self) -> str:
        """What the server says about a failure."""
        return self.document.text("message") or self.text[:200].strip()


def api_client(kubeconfig: Path | None) -> ApiClient:
    """Return a client for a kubeconfig file, or for the cluster that this process runs in."""
    settings = Configuration()
    loader = cast("_Loader", config)
    if kubeconfig is not None:
        loader.load_kube_config(config_file=str(kubeconfig), client_configuration=settings)
    else:
        loader.load_incluster_config(client_configuration=settings)
    return ApiClient(settings)


def path_of(*parts: str) -> str:
    """Join the parts of a path, quoting what is not plain."""
    return "/" + "/".join(quote(part, safe="") for part in parts)


def exchange(
    client: ApiClient,
    method: Method,
    path: str,
    *,
    query: Mapping[str, str] | None = None,
    body: JsonValue = None,
    content_type: str = "application/json",
    timeout_seconds: float = 10.0,
) -> Reply:
    """Send one request and return the answer, whatever its status.

    Raises:
        SourceUnavailable: no answer came.
    """
    typed = cast("_Client", client)
    headers = {"Accept": "application/json", "Content-Type": content_type}
    request = typed.param_serialize(
        method=method,
        resource_path=path,
        query_params=list((query or {}).items()),
        header_params=headers,
        body=body,
        auth_settings=["BearerToken"],
    )
    try:
        response = typed.call_api(*request, _request_timeout=timeout_seconds)
        raw = response.read()
    except (urllib3.exceptions.HTTPError, ApiException, OSError) as failed:
        raise SourceUnavailable(
            f"the Kubernetes API did not answer: {failed}", remedy=_UNREACHABLE
        ) from failed
    return Reply(status=response.status, text=raw.decode(errors="replace"))
