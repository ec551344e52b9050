"""Reading the scheduler's sentence, in the words of old and new releases."""

import pytest

from agents.specialists.kubernetes.scheduling import obstacles

CONTROL_PLANE = "1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }"


FULL = (
    f"0/4 nodes are available: {CONTROL_PLANE}, 3 Insufficient cpu. preemption: 0/4 nodes are"
    " available: 1 Preemption is not helpful for scheduling, 3 No preemption victims found for"
    " incoming pod."
)
OF_OLD = (
    "0/3 nodes are available: 1 node(s) had taint {node-role.kubernetes.io/master: },"
    " that the pod didn't tolerate, 2 node(s) didn't match node selector."
)
MIXED = "0/5 nodes are available: 2 Insufficient memory, 3 node(s) were unschedulable."
ALONE = f"0/1 nodes are available: {CONTROL_PLANE}."
SILENT = (
    "0/2 nodes are available: 2 node(s) had untolerated taint {node.kubernetes.io/unreachable: }."
)
POOL = (
    "0/9 nodes are available: 2 Insufficient cpu, 3 node(s) had untolerated taint {team: data},"
    " 4 node(s) didn't match Pod's node affinity/selector."
)
TOGETHER = "0/3 nodes are available: 3 node(s) didn't match pod affinity rules."


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (FULL, [("pod_unschedulable_insufficient_cpu", 3)]),
        (OF_OLD, [("node_affinity_or_selector", 2)]),
        (MIXED, [("pod_unschedulable_insufficient_memory", 2), ("node_cordoned", 3)]),
        (POOL, [("pod_unschedulable_insufficient_cpu", 2)]),
        (ALONE, [("taint_toleration_mismatch", 1)]),
        (SILENT, [("node_not_ready", 2)]),
        (TOGETHER, [("pod_affinity_mismatch", 3)]),
        ("skip schedule deleting pod: store/cart-1", []),
    ],
)
def test_the_constraint_is_read_from_the_schedulers_words(
    message: str, expected: list[tuple[str, int]]
) -> None:
    """Naming the wrong constraint sends people to buy nodes when a label is missing."""
    assert [(one.mode, one.nodes) for one in obstacles(message)] == expected
