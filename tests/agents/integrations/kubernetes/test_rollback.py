"""Rolling a Deployment back, on the demonstration's cluster and on a recorded API."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import JsonValue

from agents.domain.actions import ActionCall
from agents.domain.base import EntityRef
from agents.errors import ActionFailed
from agents.integrations.kubernetes.actions import ROLLBACK, RollbackDeployment
from jobs.gameday.cluster.objects import DEPLOYMENTS, KubeObject
from tests.agents.integrations.kubernetes.conftest import RunningCluster
from tests.agents.integrations.kubernetes.recorded import RecordedApi, client_of

TARGET = EntityRef(kind="deployment", namespace="shop", name="checkout")
PATH = "/apis/apps/v1/namespaces/shop/deployments/checkout"
REPLICASETS = "/apis/apps/v1/namespaces/shop/replicasets"


def a_call(to_revision: int = 1) -> ActionCall:
    """Return the call that a person approves."""
    arguments = {"namespace": "shop", "deployment": "checkout", "to_revision": to_revision}
    return ActionCall(action=ROLLBACK, target=TARGET, arguments=arguments)


def change(running: RunningCluster, alter: Callable[[KubeObject], None]) -> None:
    """Change the Deployment as `kubectl edit` would, and wait until the controllers saw it."""
    store = running.cluster.store

    def deployment() -> KubeObject:
        return store.get(DEPLOYMENTS, "shop", "checkout")

    def is_seen() -> bool:
        seen = deployment()
        return seen["status"].get("observedGeneration") == seen["metadata"]["generation"]

    async def apply() -> None:
        await store.wait_until(lambda: "status" in deployment() and is_seen())
        altered = deployment()
        alter(altered)
        store.update(DEPLOYMENTS, altered)
        await store.wait_until(is_seen)

    running.loop.call(apply())


def limit_memory(deployment: KubeObject) -> None:
    """Set the memory limit that breaks it."""
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    container["resources"]["limits"]["memory"] = "64Mi"


def test_what_would_change_is_said_before_anybody_approves(running: RunningCluster) -> None:
    """A person approves a change, not the name of an action."""
    change(running, limit_memory)
    with client_of(running.cluster.url, running.cluster.credentials.view) as client:
        state = RollbackDeployment(client).inspect(a_call())

    assert "from revision 2 back to the template of revision 1" in state.description
    assert "checkout memory limit 64Mi -> 256Mi" in state.description


def test_a_rollback_puts_the_earlier_template_back(running: RunningCluster) -> None:
    """The harm stops when the limit is what it was."""
    change(running, limit_memory)
    with client_of(running.cluster.url, running.cluster.credentials.deployer) as client:
        told = RollbackDeployment(client).execute(a_call())

    deployment = running.cluster.store.get(DEPLOYMENTS, "shop", "checkout")
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    assert container["resources"]["limits"]["memory"] == "256Mi"
    assert "pod-template-hash" not in deployment["spec"]["template"]["metadata"]["labels"]
    assert told == "Rolled deployment checkout back from revision 2 to the template of revision 1."


def test_the_digest_changes_with_the_target(running: RunningCluster) -> None:
    """An approval must not cover what somebody changed after it was given."""
    change(running, limit_memory)
    with client_of(running.cluster.url, running.cluster.credentials.view) as client:
        rollback = RollbackDeployment(client)
        before = rollback.inspect(a_call()).digest
        change(running, lambda d: d["spec"].update(minReadySeconds=5))

        assert rollback.inspect(a_call()).digest != before


def test_a_revision_that_is_gone_is_refused(running: RunningCluster) -> None:
    """A second press of the button, or a pruned history, must not hit something else."""
    change(running, limit_memory)
    with (
        client_of(running.cluster.url, running.cluster.credentials.view) as client,
        pytest.raises(ActionFailed, match="no revision 7"),
    ):
        RollbackDeployment(client).inspect(a_call(to_revision=7))


def test_the_present_revision_is_not_rolled_back_to(running: RunningCluster) -> None:
    """Nothing would change, and the responder should know it."""
    change(running, limit_memory)
    with (
        client_of(running.cluster.url, running.cluster.credentials.view) as client,
        pytest.raises(ActionFailed, match="at revision 2 already"),
    ):
        RollbackDeployment(client).inspect(a_call(to_revision=2))


def test_a_paused_deployment_is_not_touched(running: RunningCluster) -> None:
    """Somebody paused it for a reason."""
    change(running, limit_memory)
    change(running, lambda d: d["spec"].update(paused=True))
    with (
        client_of(running.cluster.url, running.cluster.credentials.view) as client,
        pytest.raises(ActionFailed, match="paused"),
    ):
        RollbackDeployment(client).inspect(a_call())


def test_read_credentials_cannot_roll_back(running: RunningCluster) -> None:
    """Only the executor's account may write; the specialists' must be refused by the cluster."""
    change(running, limit_memory)
    with (
        client_of(running.cluster.url, running.cluster.credentials.view) as client,
        pytest.raises(ActionFailed, match="forbidden") as refused,
    ):
        RollbackDeployment(client).execute(a_call())

    assert "patch on deployments" in refused.value.remedy


def recorded_deployment(version: int, image: str = "cart:2") -> dict[str, Any]:
    """Return the Deployment at one version of it."""
    container = {"name": "checkout", "image": image}
    return {
        "metadata": {
            "name": "checkout",
            "namespace": "shop",
            "uid": "d1",
            "generation": 2,
            "resourceVersion": str(version),
            "annotations": {"deployment.kubernetes.io/revision": "2"},
        },
        "spec": {"replicas": 2, "template": {"spec": {"containers": [container]}}},
    }


def play_history(api: RecordedApi) -> None:
    """Answer with one ReplicaSet: that of revision 1."""
    body = copy.deepcopy(recorded_deployment(1, "cart:1"))
    body["metadata"]["ownerReferences"] = [{"uid": "d1"}]
    body["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "1"
    api.play(REPLICASETS, {"items": [body]})


def versions_in_patches(api: RecordedApi) -> list[str | None]:
    """Return the version that each patch insisted on."""
    return [asked.version_in_patch for asked in api.asked if asked.method == "PATCH"]


CONFLICT: JsonValue = {"kind": "Status", "message": "the object has been modified", "code": 409}


def test_a_target_that_somebody_changed_meanwhile_is_refused(api: RecordedApi) -> None:
    """The version that was read is part of the patch: the cluster itself refuses a changed one."""
    play_history(api)
    api.play(PATH, recorded_deployment(10))
    api.play(PATH, CONFLICT, status=409)
    api.play(PATH, recorded_deployment(11, image="cart:3"))

    with (
        client_of(api.url) as client,
        pytest.raises(ActionFailed, match="changed by somebody else"),
    ):
        RollbackDeployment(client).execute(a_call())

    assert versions_in_patches(api) == ["10"]


def test_a_target_of_which_only_the_status_changed_is_patched_again(api: RecordedApi) -> None:
    """Crashing pods change the status every second; that must not keep the fix from landing."""
    play_history(api)
    api.play(PATH, recorded_deployment(10))
    api.play(PATH, CONFLICT, status=409)
    api.play(PATH, recorded_deployment(11))

    with client_of(api.url) as client:
        told = RollbackDeployment(client).execute(a_call())

    assert versions_in_patches(api) == ["10", "11"]
    assert told.startswith("Rolled deployment checkout back")
