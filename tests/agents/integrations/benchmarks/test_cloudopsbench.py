"""A snapshot in the documented layout becomes a capture without its label."""

import json
from pathlib import Path

import pytest

from agents.errors import InvalidCapture
from agents.integrations.benchmarks.cloudopsbench import CloudOpsBench
from agents.integrations.benchmarks.cloudopsbench.answers import CAUSES
from agents.integrations.benchmarks.renaming import Renamer
from agents.integrations.capture.reader import load_capture
from bot.commands.bench.running import attempt, chosen_cases

POD = """Name:             orders-6d4b75cb6d-x7k2p
Namespace:        market
Node:             <none>
Labels:           app=orders
                  pod-template-hash=6d4b75cb6d
Status:           Pending
Controlled By:    ReplicaSet/orders-6d4b75cb6d
Containers:
  server:
    Image:        registry.example/orders:1
    Port:         8080/TCP
    Environment:  <none>
Conditions:
  Type           Status
  PodScheduled   False
Node-Selectors:  disk=nvme
Events:
  Type     Reason            Age   From               Message
  ----     ------            ----  ----               -------
  Warning  FailedScheduling  70s   default-scheduler  0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.
"""  # noqa: E501 - as kubectl prints it
NODE = """Name:               host-1
Labels:             kubernetes.io/hostname=host-1
CreationTimestamp:  Mon, 11 Aug 2025 15:48:43 +0800
Taints:             <none>
Unschedulable:      false
"""


def described(kind: str, name: str) -> str:
    """Return the key under which a description is kept."""
    arguments = {"resource_type": kind, "name": name, "namespace": "market"}
    return f"DescribeResource:{json.dumps(arguments)}"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Lay out one case: a pod that selects a disk no node has."""
    folder = tmp_path / "anysystem" / "scheduling" / "7"
    folder.mkdir(parents=True)
    label = {
        "fault_taxonomy": "Scheduling_Fault",
        "fault_object": "app/orders",
        "root_cause": "node_selector_mismatch",
    }
    about = {"namespace": "market", "query": "Service is gone.", "result": label}
    cache = {
        described("pods", "orders-6d4b75cb6d-x7k2p"): POD,
        described("nodes", "host-1"): NODE,
        "GetClusterConfiguration:{}": {"nodes": [{"name": "host-1"}]},
        'GetServiceDependencies:{"service_name": "orders"}': "[Downstream (Calls)]:\n(None)",
        'CheckNodeServiceStatus:{"node_name": "host-1", "service_name": "kubelet"}': (
            "Active: active (running) since Mon 2025-11-17 17:49:33 CST; 2h ago"
        ),
        "collection_timestamp": "2025-11-17T17:49:33.2",
    }
    (folder / "metadata.json").write_text(json.dumps(about))
    (folder / "tool_cache.json").write_text(json.dumps(cache))
    return tmp_path


def test_a_case_comes_out_right_through_the_ordinary_investigation(data: Path) -> None:
    """What is scored is what a responder would have been told."""
    (case,) = chosen_cases(CloudOpsBench(), data, None, None)

    result = attempt(case)

    assert (result.top1, result.category, result.source) == (
        1.0,
        "scheduling",
        "anysystem/scheduling/7",
    )


def test_renamed_names_are_renamed_in_the_answer_too(data: Path) -> None:
    """Names must carry no prior."""
    (case,) = chosen_cases(CloudOpsBench(), data, "seed", None)

    result = attempt(case)

    assert result.top1 == 1.0
    assert Renamer("seed").name("orders") in result.accepted[0]


def test_nothing_that_gives_the_answer_away_is_in_the_capture(data: Path, tmp_path: Path) -> None:
    """A figure on leaked answers says nothing."""
    (case,) = CloudOpsBench().cases(data, None)
    folder = tmp_path / "opaque"
    folder.mkdir()

    case.write(folder)

    written = "".join(path.read_text() for path in folder.rglob("*.*"))
    assert load_capture(folder).alert.title == "Service is gone."
    assert not [
        word for word in ("Scheduling_Fault", "selector_mismatch", "anysystem") if word in written
    ]


def test_a_folder_without_cases_is_said_to_be_one(tmp_path: Path) -> None:
    """A wrong path must not look like a perfect score over nothing."""
    with pytest.raises(InvalidCapture, match="holds no case"):
        chosen_cases(CloudOpsBench(), tmp_path, None, None)


def test_every_entry_of_the_closed_list_has_a_target_and_a_taxonomy() -> None:
    """An entry that nothing maps to could never be answered."""
    assert len(CAUSES) == 49
    assert {one.target for one in CAUSES.values()} == {"app", "node", "namespace"}
