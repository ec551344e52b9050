"""What the official Kubernetes client sees."""

import json
from typing import Any

import httpx
import pytest
from kubernetes import client, watch

from jobs.embedded import wait_until
from jobs.gameday.cluster import Cluster
from tests.jobs.gameday.cluster.conftest import ClientFor

TOO_LITTLE = {"resources": {"limits": {"memory": "64Mi"}}}


def containers(change: dict[str, Any]) -> dict[str, Any]:
    """A strategic patch of the checkout container."""
    return {"spec": {"template": {"spec": {"containers": [{"name": "checkout", **change}]}}}}


def revision(subject: Any) -> int:  # noqa: ANN401 the client's models carry no usable types
    """The rollout revision of a Deployment or a ReplicaSet."""
    return int(subject.metadata.annotations["deployment.kubernetes.io/revision"])


def code_of(refusal: pytest.ExceptionInfo[client.ApiException]) -> int:
    """The HTTP status of a refused request."""
    error: Any = refusal.value
    return error.status


def available(apps: client.AppsV1Api) -> int:
    """How many pods of checkout are available, of the newest template."""
    found: Any = apps.read_namespaced_deployment("checkout", "shop")
    if found.status.observed_generation != found.metadata.generation:
        return 0
    pods = found.status.available_replicas or 0
    return pods if found.status.updated_replicas == found.spec.replicas == pods else 0


def test_a_deployment_becomes_replica_sets_pods_and_endpoints(
    cluster: Cluster, connect: ClientFor
) -> None:
    """Every check walks from the deployment to its pods; each link must be there."""
    api = connect(cluster.credentials.view)
    apps: Any = client.AppsV1Api(api)
    core: Any = client.CoreV1Api(api)
    wait_until(lambda: available(apps) == 2, what="checkout")

    pods = core.list_namespaced_pod("shop", label_selector="app=checkout").items
    sets = apps.list_namespaced_replica_set("shop").items
    endpoints = core.read_namespaced_endpoints("checkout", "shop")

    assert [s.metadata.owner_references[0].name for s in sets] == ["checkout"]
    assert {p.metadata.owner_references[0].uid for p in pods} == {sets[0].metadata.uid}
    assert {p.status.phase for p in pods} == {"Running"}
    assert all(p.spec.node_name and p.metadata.uid for p in pods)
    assert sum(len(s.addresses or ()) for s in endpoints.subsets) == 2
    assert json.loads(core.read_namespaced_pod_log(pods[0].metadata.name, "shop"))["message"]


def test_too_low_a_memory_limit_is_an_oom_kill_then_a_crash_loop_and_a_rollback_heals(
    cluster: Cluster, connect: ClientFor
) -> None:
    """This is the second game day; if undoing it did nothing, the demo would prove nothing."""
    apps: Any = client.AppsV1Api(connect(cluster.credentials.deployer))
    core: Any = client.CoreV1Api(connect(cluster.credentials.view))
    wait_until(lambda: available(apps) == 2, what="checkout")
    apps.patch_namespaced_deployment("checkout", "shop", containers(TOO_LITTLE))

    def crash_looping() -> list[Any]:
        pods = core.list_namespaced_pod("shop", label_selector="app=checkout").items
        return [
            p
            for p in pods
            for s in p.status.container_statuses or ()
            if s.state.waiting and s.state.waiting.reason == "CrashLoopBackOff"
        ]

    wait_until(lambda: len(crash_looping()) == 2, what="the crash loop")
    pod = crash_looping()[0]
    log = core.read_namespaced_pod_log(pod.metadata.name, "shop", previous=True)
    status = pod.status.container_statuses[0]
    ended = status.last_state.terminated
    warnings = core.list_namespaced_event(
        "shop", field_selector=f"involvedObject.uid={pod.metadata.uid},type=Warning"
    ).items
    sets = apps.list_namespaced_replica_set("shop").items
    oldest = next(s for s in sets if revision(s) == 1)
    api: Any = connect(cluster.credentials.view)
    template = api.sanitize_for_serialization(oldest.spec.template)
    undo = [{"op": "replace", "path": "/spec/template", "value": template}]
    apps.patch_namespaced_deployment("checkout", "shop", undo)
    wait_until(lambda: available(apps) == 2, what="the rollback")

    assert "checkout started" in log
    assert (ended.exit_code, ended.reason) == (137, "OOMKilled")
    assert status.restart_count >= 1
    assert [w.reason for w in warnings] == ["BackOff"]
    assert revision(apps.read_namespaced_deployment("checkout", "shop")) == 3
    assert len(apps.list_namespaced_replica_set("shop").items) == 2


def test_the_read_only_token_can_neither_change_anything_nor_read_secrets(
    cluster: Cluster, connect: ClientFor
) -> None:
    """An investigator that could write would be one bug away from an outage of its own."""
    api = connect(cluster.credentials.view)
    apps: Any = client.AppsV1Api(api)
    core: Any = client.CoreV1Api(api)

    with pytest.raises(client.ApiException) as write:
        apps.patch_namespaced_deployment("checkout", "shop", {"spec": {}})
    with pytest.raises(client.ApiException) as read:
        core.list_namespaced_secret("shop")

    refused: Any = write.value
    status = json.loads(refused.body)
    assert (code_of(write), status["kind"], status["reason"]) == (403, "Status", "Forbidden")
    assert status["message"] == (
        'deployments.apps "checkout" is forbidden: User "warroom-view" cannot patch resource '
        '"deployments" in API group "apps" in the namespace "shop"'
    )
    assert code_of(read) == 403


def test_an_unknown_token_is_refused(connect: ClientFor) -> None:
    """A stale credential must show as 401, which `doctor` explains, not as an empty list."""
    with pytest.raises(client.ApiException) as refusal:
        client.CoreV1Api(connect("stale")).list_node()

    assert code_of(refusal) == 401


@pytest.mark.parametrize(
    ("identity", "namespace", "allowed"),
    [("view", "shop", False), ("deployer", "shop", True), ("deployer", "kube-system", False)],
)
def test_an_access_review_answers_what_a_request_would_meet(
    cluster: Cluster, connect: ClientFor, identity: str, namespace: str, *, allowed: bool
) -> None:
    """`doctor` asks before an incident what the executor may do during one."""
    api: Any = client.AuthorizationV1Api(connect(getattr(cluster.credentials, identity)))
    wanted = client.V1ResourceAttributes(
        namespace=namespace, verb="patch", group="apps", resource="deployments"
    )
    spec = client.V1SelfSubjectAccessReviewSpec(resource_attributes=wanted)

    review = api.create_self_subject_access_review(client.V1SelfSubjectAccessReview(spec=spec))

    assert review.status.allowed is allowed


def test_a_scale_is_followed_and_watched(cluster: Cluster, connect: ClientFor) -> None:
    """A watch that missed changes would leave the board showing an old world."""
    apps: Any = client.AppsV1Api(connect(cluster.credentials.deployer))
    core: Any = client.CoreV1Api(connect(cluster.credentials.view))
    wait_until(lambda: available(apps) == 2, what="checkout")
    seen = core.list_namespaced_pod("shop").metadata.resource_version

    apps.patch_namespaced_deployment_scale("checkout", "shop", {"spec": {"replicas": 3}})
    watcher: Any = watch.Watch()
    stream = watcher.stream(
        core.list_namespaced_pod, "shop", resource_version=seen, timeout_seconds=10
    )
    first = next(iter(stream))

    assert first["type"] == "ADDED"
    wait_until(lambda: available(apps) == 3, what="the third pod")


def test_objects_are_created_replaced_and_deleted_with_conflicts_noticed(
    cluster: Cluster, connect: ClientFor
) -> None:
    """Two writers must not undo one another unnoticed."""
    core: Any = client.CoreV1Api(connect(cluster.credentials.admin))
    made = core.create_namespaced_config_map(
        "shop", client.V1ConfigMap(metadata=client.V1ObjectMeta(name="flags"), data={"a": "1"})
    )
    core.patch_namespaced_config_map("flags", "shop", {"data": {"b": "2"}})

    made.data = {"a": "3"}
    with pytest.raises(client.ApiException) as conflict:
        core.replace_namespaced_config_map("flags", "shop", made)
    with pytest.raises(client.ApiException) as twice:
        core.create_namespaced_config_map("shop", {"metadata": {"name": "flags"}})
    core.delete_namespaced_config_map("flags", "shop")
    with pytest.raises(client.ApiException) as gone:
        core.read_namespaced_config_map("flags", "shop")

    assert (code_of(conflict), code_of(twice), code_of(gone)) == (409, 409, 404)


def test_discovery_names_the_kinds_that_are_served(cluster: Cluster, connect: ClientFor) -> None:
    """Clients that discover first, such as command lines, find nothing without it."""
    api = connect(cluster.credentials.view)

    apis: Any = client.ApisApi(api)
    apps: Any = client.AppsV1Api(api)
    groups = {g.name for g in apis.get_api_versions().groups}
    kinds = {r.name for r in apps.get_api_resources().resources}
    version = client.VersionApi(api).get_code()

    assert {"apps", "batch", "networking.k8s.io"} <= groups
    assert {"deployments", "deployments/scale", "replicasets"} <= kinds
    assert version.git_version == "v1.32.0"


def test_command_lines_get_tables_of_what_people_look_at(cluster: Cluster) -> None:
    """Tools that ask for tables show blank rows to a server that only knows lists."""
    headers = {
        "Authorization": f"Bearer {cluster.credentials.view}",
        "Accept": "application/json;as=Table;v=v1;g=meta.k8s.io",
    }
    with httpx.Client(base_url=f"{cluster.url}/api/v1/namespaces/shop/", headers=headers) as api:
        wait_until(lambda: len(api.get("pods").json()["rows"]) == 2, what="two pods")
        wait_until(
            lambda: {r["cells"][1] for r in api.get("pods").json()["rows"]} == {"1/1"}, what="ready"
        )
        pods = api.get("pods").json()
        events = api.get("events").json()

    assert [c["name"] for c in pods["columnDefinitions"]][:4] == [
        "Name",
        "Ready",
        "Status",
        "Restarts",
    ]
    assert {r["cells"][3] for r in pods["rows"]} == {0}
    assert any(r["cells"][2] == "FailedScheduling" for r in events["rows"])


def test_old_warnings_are_there_and_are_about_other_things(
    cluster: Cluster, connect: ClientFor
) -> None:
    """Loud noise must not beat the true cause, so the world has to be noisy."""
    core: Any = client.CoreV1Api(connect(cluster.credentials.view))

    noise = core.list_event_for_all_namespaces(field_selector="type=Warning").items

    assert {e.reason for e in noise} >= {"BackOff", "FailedScheduling", "Unhealthy"}
    assert not any(e.involved_object.name.startswith("checkout") for e in noise)
