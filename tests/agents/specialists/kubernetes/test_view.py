"""What the checks see of a cluster, and of its past."""

from pydantic import JsonValue

from agents.domain.base import EntityRef
from agents.domain.hypotheses import HypothesisStatus
from agents.domain.measures import ObjectSelector
from agents.domain.readings import Resource
from agents.errors import PermissionMissing
from agents.specialists.kubernetes.objects import Pod, instant
from agents.specialists.kubernetes.quantities import quantity
from agents.testing.telemetry import InMemoryTelemetry
from tests.agents.specialists.kubernetes.diagnosing import weighed
from tests.agents.specialists.kubernetes.objects import (
    Body,
    a_cluster,
    a_pod,
    a_view,
    an_event,
    answer_about,
    at,
    modes_in,
    with_container,
)

CRASHING = with_container(
    {"waiting": {"reason": "CrashLoopBackOff"}},
    restartCount=4,
    lastState={"terminated": {"reason": "Error", "exitCode": 1, "finishedAt": at(8)}},
)


class SecretsForbidden(InMemoryTelemetry):
    """A cluster whose secrets may not even be listed, as is usual."""

    def sources(self) -> frozenset[str]:
        """Name secrets too: that they are refused shows only when asking."""
        return super().sources() | {"objects:secrets"}

    def objects(self, selector: ObjectSelector) -> tuple[Resource, ...]:
        """Refuse secrets."""
        if selector.kind == "secrets":
            raise PermissionMissing("secrets is forbidden", remedy="allow 'list' on 'secrets'")
        return super().objects(selector)


def test_a_refused_kind_is_a_gap_and_does_not_silence_the_rest() -> None:
    """Hardly any account may list secrets; the pull that fails must be named all the same."""
    message = "Failed to pull image: 401 Unauthorized"
    spec: Body = {"imagePullSecrets": [{"name": "login"}]}
    waiting = with_container({"waiting": {"reason": "ErrImagePull", "message": message}})
    telemetry = SecretsForbidden(resources={"pods": [a_pod("cart-1", waiting, spec)], "events": []})

    answer = answer_about(telemetry)

    assert modes_in(answer) == {"missing_image_pull_secret": "pod/store/cart-1"}
    remedies = {gap.source: gap.remedy for gap in answer.gaps}
    assert remedies["objects:secrets"] == "allow 'list' on 'secrets'"


def test_an_event_from_before_the_window_is_history() -> None:
    """Stale events once outshouted the real cause; responders lost twenty minutes to them."""
    pod = a_pod("cart-1", with_container({"running": {"startedAt": at(0)}}, ready=True))
    old = an_event(pod, "Unhealthy", "Readiness probe failed", "2026-11-20T09:00:00Z")
    new = an_event(pod, "Unhealthy", "Readiness probe failed", at(5))

    assert a_view(pod, old).happenings(Pod(pod), "Unhealthy") == ()
    assert len(a_view(pod, new).happenings(Pod(pod), "Unhealthy")) == 1


def test_a_pod_on_its_way_out_is_not_blamed() -> None:
    """Every rollout ends pods that look broken in their last seconds."""
    pod = a_pod("cart-1", CRASHING)
    leaving = a_pod("cart-1", CRASHING, metadata={"deletionTimestamp": at(9)})

    assert modes_in(answer_about(a_cluster([pod]))) == {"crash_loop": "pod/store/cart-1"}
    assert modes_in(answer_about(a_cluster([leaving]))) == {}


def test_a_kill_of_last_week_does_not_clear_the_probe_that_fails_now() -> None:
    """The last end of a container stays in its status for as long as the pod lives."""
    probe: JsonValue = {"name": "cart", "readinessProbe": {"tcpSocket": {"port": 8080}}}
    last_week = "2026-11-13T10:00:00Z"
    unready = with_container(
        {"running": {"startedAt": last_week}},
        started=True,
        restartCount=1,
        lastState={"terminated": {"reason": "OOMKilled", "exitCode": 137, "finishedAt": last_week}},
    )
    telemetry = a_cluster([a_pod("cart-1", unready, {"containers": [probe]})])

    standing = weighed(answer_about(telemetry), telemetry)

    assert [one.hypothesis.cause.failure_mode for one in standing] == ["readiness_probe_failing"]
    assert standing[0].status is HypothesisStatus.SUPPORTED


def test_a_workload_is_named_even_when_its_replica_set_cannot_be_read() -> None:
    """People know the Deployment, not the pod with the random name."""
    owner_reference: Body = {"kind": "ReplicaSet", "name": "cart-6d4b75cb6d", "controller": True}
    metadata: Body = {
        "labels": {"pod-template-hash": "6d4b75cb6d"},
        "ownerReferences": [owner_reference],
    }
    owned = a_pod("cart-6d4b75cb6d-x7k2p", CRASHING, metadata=metadata)

    owner = a_view(owned).owner_of(Pod(owned))

    assert owner == EntityRef(kind="deployment", namespace="store", name="cart")


def test_quantities_compare_across_their_units() -> None:
    """128Mi is more than 128M and less than 0.2Gi: comparing the texts would misjudge a limit."""
    assert quantity("500m") == 0.5
    assert quantity("128M") == 128_000_000
    assert quantity("128Mi") == 134_217_728
    assert quantity("1e3") == 1000
    assert quantity("much") is None
    assert quantity(None) is None


def test_times_are_read_with_and_without_fractions() -> None:
    """Events carry microseconds, statuses do not."""
    whole, fine = instant("2026-11-20T14:00:00Z"), instant("2026-11-20T14:00:00.123456Z")

    assert whole is not None
    assert fine is not None
    assert fine > whole
    assert instant("soon") is None
