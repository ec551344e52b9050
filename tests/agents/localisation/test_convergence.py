"""Whom firing monitors point to."""

import pytest

from agents.localisation.convergence import CallSign, Sign, converge, family_of

NODES = ("shop", "cart", "search", "stock")


def test_what_everybody_shows_points_to_nobody() -> None:
    """A busy hour moves every CPU."""
    busy = [Sign(node, "cpu up", "cpu") for node in NODES]

    found = converge(NODES, busy, [])

    assert [suspect.share for suspect in found] == pytest.approx([0.25] * 4)


def test_several_metrics_of_one_family_on_one_node_outweigh_one_on_each() -> None:
    """Eight memory metrics of one process are one leak."""
    leak = [Sign("cart", "memory up", f"memory.{part}") for part in ("rss", "heap", "cache")]
    noise = [Sign("stock", "memory up", "memory.rss"), *(Sign(n, "cpu up", "cpu") for n in NODES)]

    found = converge(NODES, [*leak, *noise], [])

    assert found[0].node == "cart"
    assert found[0].family == "memory up"


def test_one_monitor_twice_counts_once() -> None:
    """A re-notification is no second witness."""
    once = converge(NODES, [Sign("cart", "log", "panic")], [])
    twice = converge(NODES, [Sign("cart", "log", "panic")] * 2, [])

    assert once == twice


def test_a_slow_call_speaks_against_the_called_and_for_the_waiting() -> None:
    """The caller is where it hurts, not where it is."""
    found = converge(NODES, [], [CallSign("shop", "stock", "GET /stock", is_failing=False)])

    assert found[0].node == "stock"
    assert found[-1].node == "shop"


def test_failures_that_nobody_passes_on_speak_against_the_caller() -> None:
    """Who fails towards everybody it calls is itself what is wrong."""
    calls = [CallSign("cart", callee, "GET /", is_failing=True) for callee in ("search", "stock")]

    assert converge(NODES, [], calls)[0].node == "cart"


@pytest.mark.parametrize(
    ("metric", "family"),
    [
        ("docker_memory_stats_rss", "memory"),
        ("container.cpu.usage", "cpu"),
        ("dest_p95", "latency"),
        ("dest_qps", "requests"),
        ("fs_usage", "disk"),
        ("queue_depth", "other"),
    ],
)
def test_a_metric_belongs_to_a_family_by_its_name(metric: str, family: str) -> None:
    """Exporters name the same thing differently."""
    assert family_of(metric) == family
