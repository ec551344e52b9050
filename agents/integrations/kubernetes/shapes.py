"""Kubernetes API objects as resources."""

from collections.abc import Mapping

from pydantic import JsonValue

from agents.domain.base import EntityRef
from agents.domain.document import Document
from agents.domain.readings import Resource

_SAME_IN_SINGULAR = frozenset({"endpoints", "metrics"})


def resource_from_object(kind: str, body: Mapping[str, JsonValue]) -> Resource:
    """Return an API object as a resource.

    `kind` is the lower-case plural under which it was listed; the objects of a typed list do not
    say their kind themselves.
    """
    document = Document(body=body)
    return Resource(
        kind=kind,
        entity=EntityRef(
            kind=(document.text("kind") or singular(kind)).lower(),
            namespace=document.text("metadata.namespace"),
            name=document.text("metadata.name") or "",
        ),
        labels=document.mapping("metadata.labels"),
        document=document,
    )


def singular(kind: str) -> str:
    """Return the singular of a lower-case plural kind: `ingresses` -> `ingress`."""
    if kind in _SAME_IN_SINGULAR:
        return kind
    if kind.endswith("ies"):
        return f"{kind[:-3]}y"
    if kind.endswith(("sses", "xes")):
        return kind[:-2]
    return kind.removesuffix("s")
