"""From a bad rollout to its end, on a running API: found, measured again, rolled back, over."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from agents.commander.weighing import Weighed
from agents.domain.actions import ActionCall
from agents.domain.base import Window
from agents.domain.claims import VerdictStatus
from agents.domain.hypotheses import HypothesisStatus
from agents.domain.incidents import Alert
from agents.domain.plans import Question
from agents.domain.readings import Topology
from agents.integrations.kubernetes.actions import ROLLBACK, RollbackDeployment
from agents.integrations.kubernetes.telemetry import KubernetesTelemetry
from agents.specialists.framework import Assignment
from agents.specialists.kubernetes import kubernetes_specialist
from agents.verification.verifier import Verifier
from jobs.gameday.cluster import Cluster, SimulatedRuntime, Timing
from jobs.gameday.cluster.objects import DEPLOYMENTS, PODS, KubeObject
from jobs.gameday.hosting import LoopThread
from jobs.gameday.manifests import deployment, furnish, service
from tests.agents.integrations.kubernetes.recorded import client_of
from tests.agents.specialists.kubernetes.diagnosing import weighed

MIB = 2**20
PATIENCE_SECONDS = 20.0


@pytest.fixture
def loop() -> Iterator[LoopThread]:
    """Return the loop on which the cluster lives."""
    with LoopThread("cluster") as running:
        yield running


@pytest.fixture
def cluster(loop: LoopThread) -> Iterator[Cluster]:
    """Return a cluster whose `checkout` needs 200 MiB, among a week's harmless warnings."""
    timing = Timing(ready_seconds=0.02, out_of_memory_seconds=0.15)
    made = Cluster(SimulatedRuntime({"checkout": 200 * MIB}, timing), back_off_seconds=0.2)
    furnish(made, datetime.now(UTC))
    made.apply(service("checkout", 18080), deployment("checkout", replicas=2))
    loop.call(made.start())
    wait(loop, made, lambda: len(ready_pods(made)) == 2)
    yield made
    loop.call(made.stop())


def wait(loop: LoopThread, cluster: Cluster, holds: Callable[[], bool]) -> None:
    """Wait until something holds in the cluster, woken by its changes."""
    loop.call(cluster.store.wait_until(holds), seconds=PATIENCE_SECONDS)


def statuses(pod: KubeObject) -> list[KubeObject]:
    """Return the status of each container of a pod."""
    return pod.get("status", {}).get("containerStatuses", [])


def ready_pods(cluster: Cluster) -> list[KubeObject]:
    """Return the pods whose containers are all ready."""
    pods = cluster.store.list(PODS, "shop")
    return [pod for pod in pods if statuses(pod) and all(s["ready"] for s in statuses(pod))]


def is_killed(cluster: Cluster) -> bool:
    """Tell whether a container was killed for its memory, and more than once."""
    return any(
        s.get("lastState", {}).get("terminated", {}).get("reason") == "OOMKilled"
        and s["restartCount"] > 1
        for pod in cluster.store.list(PODS, "shop")
        for s in statuses(pod)
    )


def is_mended(cluster: Cluster) -> bool:
    """Tell whether every pod has the old limit again, and is ready, and the status says so."""
    pods = cluster.store.list(PODS, "shop")
    limits = {p["spec"]["containers"][0]["resources"]["limits"]["memory"] for p in pods}
    status = cluster.store.get(DEPLOYMENTS, "shop", "checkout")["status"]
    is_told = status.get("updatedReplicas") == 2 and not status.get("unavailableReplicas")
    return limits == {"256Mi"} and len(pods) == len(ready_pods(cluster)) == 2 and is_told


def lower_the_limit(cluster: Cluster) -> None:
    """Roll out a memory limit that is too low."""
    found = cluster.store.get(DEPLOYMENTS, "shop", "checkout")
    container = found["spec"]["template"]["spec"]["containers"][0]
    container["resources"]["limits"]["memory"] = "64Mi"
    cluster.store.update(DEPLOYMENTS, found)


def investigated(telemetry: KubernetesTelemetry) -> tuple[Weighed, ...]:
    """Return what the specialist says now, weighed after every claim was measured again."""
    now = datetime.now(UTC)
    window = Window(start=now - timedelta(minutes=30), end=now)
    question = Question(
        specialist="kubernetes",
        text="What is wrong?",
        window=window,
        baseline=window.shifted(-3600),
        asked_at=now,
        deadline=now + timedelta(minutes=1),
    )
    alert = Alert(source="generic", title="checkout fails", started_at=now, service="checkout")
    answer = kubernetes_specialist().investigate(
        Assignment(telemetry, question, alert, Topology(), now)
    )
    assert [gap.text for gap in answer.gaps if "failed inside" in gap.text] == []
    return weighed(answer, telemetry)


def test_a_bad_limit_is_found_rolled_back_and_seen_to_be_over(
    cluster: Cluster, loop: LoopThread
) -> None:
    """The whole way that a responder goes, with the noise of an ordinary week around it."""
    loop.call(run(lambda: lower_the_limit(cluster)))
    wait(loop, cluster, lambda: is_killed(cluster))
    with (
        client_of(cluster.url, cluster.credentials.view) as viewer,
        client_of(cluster.url, cluster.credentials.deployer) as deployer,
    ):
        telemetry = KubernetesTelemetry(viewer)

        found = investigated(telemetry)

        standing = [one for one in found if one.status is HypothesisStatus.SUPPORTED]
        assert [one.hypothesis.cause.key for one in standing] == [
            "wrong_memory_limit@deployment/shop/checkout"
        ]
        cause = standing[0].hypothesis
        assert cause.details["previous_memory_limit"] == "256Mi"

        names = ("namespace", "deployment", "to_revision")
        arguments = {name: cause.details[name] for name in names}
        call = ActionCall(action=ROLLBACK, target=cause.cause.entity, arguments=arguments)
        before = {Verifier(telemetry).verify(claim).status for claim in cause.recovery}
        RollbackDeployment(deployer).execute(call)

        wait(loop, cluster, lambda: is_mended(cluster))
        after = {Verifier(telemetry).verify(claim).status for claim in cause.recovery}

        assert len(cause.recovery) == 2
        assert VerdictStatus.FAILS in before
        assert after == {VerdictStatus.HOLDS}


def test_a_healthy_cluster_with_old_warnings_gives_no_hypothesis(cluster: Cluster) -> None:
    """Old noise once outshouted the real cause; here it must stay silent."""
    with client_of(cluster.url, cluster.credentials.view) as viewer:
        assert investigated(KubernetesTelemetry(viewer)) == ()


async def run(work: Callable[[], None]) -> None:
    """Do something on the loop that owns the cluster's store."""
    work()
