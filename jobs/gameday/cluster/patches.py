"""The three patches Kubernetes takes: merge, strategic merge and JSON patch."""

import copy
from typing import Any, cast

import jsonpatch

from jobs.gameday.cluster.errors import BadRequestError, UnsupportedMediaTypeError
from jobs.gameday.cluster.objects import KubeObject

MERGE_KEYS = {
    "containers": ("name",),
    "initContainers": ("name",),
    "env": ("name",),
    "volumes": ("name",),
    "imagePullSecrets": ("name",),
    "volumeMounts": ("mountPath",),
    "ports": ("containerPort", "port"),
    "conditions": ("type",),
    "addresses": ("type",),
    "ownerReferences": ("uid",),
}
"""Which lists are maps in disguise, and by which field; every other list is replaced whole."""


def patched(current: KubeObject, patch: object, content_type: str) -> KubeObject:
    """Return the object as the patch makes it.

    Raises:
        BadRequestError: if the patch does not fit the object.
        UnsupportedMediaTypeError: if the patch is of no known type.
    """
    if content_type == "application/json-patch+json":
        try:
            return jsonpatch.apply_patch(current, cast("list[KubeObject]", patch))
        except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException) as error:
            raise BadRequestError(f"the JSON patch does not apply: {error}") from error
    if not isinstance(patch, dict):
        raise BadRequestError("a merge patch is an object")
    if content_type == "application/merge-patch+json":
        return _merge(current, cast("KubeObject", patch), strategic=False)
    if content_type == "application/strategic-merge-patch+json":
        return _merge(current, cast("KubeObject", patch), strategic=True)
    raise UnsupportedMediaTypeError(
        f"the body of the request was in an unknown format {content_type}"
    )


def _merge(current: KubeObject, patch: KubeObject, *, strategic: bool) -> KubeObject:
    if strategic and patch.get("$patch") == "replace":
        return {key: value for key, value in patch.items() if key != "$patch"}
    merged = copy.deepcopy(current)
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            before = merged.get(key)
            base = cast("KubeObject", before) if isinstance(before, dict) else {}
            merged[key] = _merge(base, cast("KubeObject", value), strategic=strategic)
        elif strategic and isinstance(value, list) and key in MERGE_KEYS:
            items = cast("list[KubeObject]", value)
            merged[key] = _merge_list(merged.get(key) or [], items, MERGE_KEYS[key])
        else:
            merged[key] = copy.deepcopy(cast("object", value))
    return merged


def _merge_list(
    current: list[KubeObject], patch: list[KubeObject], keys: tuple[str, ...]
) -> list[KubeObject]:
    merged = copy.deepcopy(current)
    for item in patch:
        index = _position(merged, item, keys)
        if item.get("$patch") == "delete":
            if index is not None:
                del merged[index]
        elif index is None:
            merged.append(_merge({}, item, strategic=True))
        else:
            merged[index] = _merge(merged[index], item, strategic=True)
    return merged


def _position(items: list[KubeObject], wanted: KubeObject, keys: tuple[str, ...]) -> int | None:
    def identity(item: KubeObject) -> tuple[Any, ...]:
        return tuple(item.get(key) for key in keys)

    return next((i for i, item in enumerate(items) if identity(item) == identity(wanted)), None)
