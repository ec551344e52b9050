"""Kubernetes API objects as resources."""

import pytest

from agents.integrations.kubernetes.shapes import resource_from_object, singular


def test_an_object_is_named_by_its_kind_namespace_and_name() -> None:
    """Two pods of one name in two namespaces are two pods."""
    found = resource_from_object(
        "pods",
        {
            "kind": "Pod",
            "metadata": {"name": "checkout-1", "namespace": "shop", "labels": {"app": "checkout"}},
        },
    )

    assert found.entity.key == "pod/shop/checkout-1"
    assert (found.kind, found.labels) == ("pods", {"app": "checkout"})


def test_an_item_of_a_typed_list_is_named_by_the_list() -> None:
    """The API server leaves the kind out of the items of a PodList."""
    found = resource_from_object("ingresses", {"metadata": {"name": "shop"}})

    assert (found.entity.kind, found.entity.namespace) == ("ingress", None)


@pytest.mark.parametrize(
    ("plural", "expected"),
    [
        *(("pods", "pod"), ("networkpolicies", "networkpolicy"), ("ingresses", "ingress")),
        *(("storageclasses", "storageclass"), ("endpoints", "endpoints"), ("leases", "lease")),
    ],
)
def test_plurals_are_turned_into_kinds(plural: str, expected: str) -> None:
    """`endpoint` is nothing that anybody could look up."""
    assert singular(plural) == expected
