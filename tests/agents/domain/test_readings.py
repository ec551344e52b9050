"""Readings keep what the vendor said and are read by type, never by luck."""

import pytest

from agents.domain.base import EntityRef
from agents.domain.document import Document
from agents.domain.readings import ProbeResult, Row, Topology
from tests.agents.builders import CHECKOUT, DATABASE, NOW, TOPOLOGY

_POD = Document(
    body={
        "metadata": {"name": "web-1", "labels": {"app": "web", "tier": 1, "none": None}},
        "status": {"ready": True, "restarts": 3, "nodes": ["a", 1], "containers": [{"n": "x"}, 2]},
    }
)


def test_a_document_is_read_by_type_and_a_missing_path_is_none() -> None:
    """Half-filled objects are normal in an incident; they must not raise."""
    assert _POD.text("metadata.name") == "web-1"
    assert _POD.text("status.restarts") is None
    assert _POD.number("status.restarts") == 3.0
    assert _POD.number("status.ready") is None
    assert _POD.number("metadata.name") is None
    assert _POD.flag("status.ready") is True
    assert _POD.flag("status.restarts") is None
    assert _POD.at("no.such.path") is None


def test_lists_and_maps_in_a_document_are_filtered_by_type() -> None:
    """One odd element must not hide the others."""
    assert [item.text("n") for item in _POD.items("status.containers")] == ["x"]
    assert _POD.items("metadata") == ()
    assert _POD.texts("status.nodes") == ("a",)
    assert _POD.texts("metadata") == ()
    assert _POD.mapping("metadata.labels") == {"app": "web", "tier": "1"}
    assert _POD.mapping("status.nodes") == {}
    assert _POD.scalar("status.restarts") == 3
    assert _POD.scalar("metadata") is None


def test_a_row_gives_text_and_numbers_whatever_the_driver_sent() -> None:
    """Databases send decimals as text and arrays as lists."""
    row = Row(columns={"pid": 7, "age": "12.5", "app": "web", "by": [1, "x", True], "ok": True})

    assert row.value("pid") == 7
    assert row.value("by") is None
    assert row.text("app") == "web"
    assert row.text("missing") == ""
    assert row.number("age") == 12.5
    assert row.number("app") is None
    assert row.number("ok") is None
    assert row.number("missing") is None
    assert row.numbers("by") == (1.0,)
    assert row.numbers("pid") == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ok", False),
        ("error_kind", "refused"),
        ("latency_ms", 2.0),
        ("port", 5432),
        ("seen", None),
        ("missing", None),
    ],
)
def test_a_probe_result_is_read_by_field(field: str, value: object) -> None:
    """Claims name one field of a probe."""
    result = ProbeResult(
        probe="tcp",
        target="db:5432",
        at=NOW,
        ok=False,
        error_kind="refused",
        latency_ms=2.0,
        fields={"port": 5432, "seen": ["a"]},
    )

    assert result.value(field) == value


def test_the_topology_knows_owners_dependencies_and_dependents() -> None:
    """Who hurts whom follows from who needs whom."""
    pod = EntityRef(kind="pod", namespace="shop", name="checkout-7d9f-x2")

    assert TOPOLOGY.service_of(CHECKOUT) == "checkout"
    assert TOPOLOGY.service_of(DATABASE) == "checkout"
    assert TOPOLOGY.service_of(pod) == "checkout"
    assert TOPOLOGY.service_of(EntityRef(kind="host", name="x")) is None
    assert TOPOLOGY.dependencies("storefront") == ("checkout", "payments")
    assert TOPOLOGY.dependents("payments") == ("storefront", "checkout")
    assert Topology().dependencies("x") == ()
