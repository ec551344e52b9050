"""What of an object never leaves the adapter: the values of secrets and configuration."""

from collections.abc import Mapping

from pydantic import JsonValue

_VALUES = {
    "secrets": ("data", "stringData"),
    "configmaps": ("data", "binaryData"),
}
_COPY_OF_ALL = "kubectl.kubernetes.io/last-applied-configuration"


def redacted(kind: str, body: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return an object with the keys of its data but not the values, and without copies of them."""
    kept: dict[str, JsonValue] = dict(body)
    for field in _VALUES.get(kind, ()):
        values = kept.get(field)
        if isinstance(values, dict):
            kept[field] = dict.fromkeys(values, "")
    metadata = kept.get("metadata")
    if isinstance(metadata, dict):
        kept["metadata"] = _without_copies(metadata)
    return kept


def _without_copies(metadata: dict[str, JsonValue]) -> dict[str, JsonValue]:
    lean = {key: value for key, value in metadata.items() if key != "managedFields"}
    annotations = lean.get("annotations")
    if isinstance(annotations, dict):
        lean["annotations"] = {k: v for k, v in annotations.items() if k != _COPY_OF_ALL}
    return lean
