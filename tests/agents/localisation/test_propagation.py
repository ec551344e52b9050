"""Who loses the time that everybody above waits for."""

import pytest

from agents.localisation.propagation import Strain, find_origins, reach

CALLS = {
    "shop": ("search", "cart"),
    "search": ("table",),
    "cart": ("search", "gateway"),
    "gateway": ("function",),
    "function": (),
    "table": (),
}


def strains(**excess: float) -> dict[str, Strain]:
    """Return strains by node; whoever is not named is as usual."""
    calm = {node: Strain(excess=0.0, score=0.0) for node in CALLS}
    return {**calm, **{node: Strain(excess=value, score=9.0) for node, value in excess.items()}}


def test_the_deepest_that_loses_time_is_charged_for_its_callers() -> None:
    """Its callers only wait; paging their owners wastes the first minutes."""
    found = find_origins(CALLS, strains(shop=40, cart=40, gateway=40, function=40), "shop")

    assert [origin.node for origin in found] == ["function"]


def test_a_callee_that_is_a_little_slow_too_is_not_charged_for_its_caller() -> None:
    """The deepest anomaly is not always the origin: it must account for what is lost."""
    found = find_origins(CALLS, strains(shop=40, search=40, table=4), "shop")

    assert [origin.node for origin in found] == ["search", "table"]
    assert found[0].share == pytest.approx(0.9)


def test_a_shared_callee_accounts_for_all_its_callers() -> None:
    """One slow table behind two services is one origin, not three."""
    found = find_origins(CALLS, strains(shop=100, search=60, cart=30, table=100), "shop")

    assert found[0].node == "table"


def test_trouble_that_nobody_above_notices_is_not_the_cause() -> None:
    """A slow batch function pages nobody; blaming it hides the cause."""
    found = find_origins(CALLS, strains(shop=1, function=90, search=5), "shop")

    assert {origin.node: origin.own for origin in found}.get("function", 0.0) <= 1.0


def test_a_hop_without_telemetry_passes_everything_on() -> None:
    """Gateways are often not instrumented; what lies behind them still counts."""
    seen = strains(shop=40, cart=40, function=40)
    del seen["gateway"]

    found = find_origins(CALLS, seen, "shop")

    assert [origin.node for origin in found] == ["function"]


def test_what_is_within_its_noise_is_charged_to_nobody() -> None:
    """On a quiet day the right answer is none."""
    quiet = {node: Strain(excess=5.0, score=1.5) for node in CALLS}

    assert find_origins(CALLS, quiet, "shop") == ()


def test_two_that_cannot_be_told_apart_come_out_equal() -> None:
    """A name or a position in a file must not break a tie."""
    calls = {"shop": ("left", "right"), "left": (), "right": ()}
    same = {"shop": Strain(20, 9), "left": Strain(10, 9), "right": Strain(10, 9)}

    found = find_origins(calls, same, "shop")

    assert found[0].own == found[1].own


def test_services_that_call_each_other_do_not_loop() -> None:
    """Real call graphs have cycles."""
    calls = {"a": ("b",), "b": ("a",)}

    assert reach(calls, "a") == ("a", "b")
    assert find_origins(calls, {"a": Strain(10, 9), "b": Strain(2, 9)}, "a")[0].node == "a"
