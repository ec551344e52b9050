"""What the adapter asks of the API server, and what it makes of the answers."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import JsonValue

from agents.domain.base import EntityRef, Window
from agents.domain.measures import LogSelector, Measure, ObjectSelector, Reduction
from agents.errors import CannotMeasure, NoSuchSource, PermissionMissing, SourceUnavailable
from agents.integrations.kubernetes.telemetry import KubernetesTelemetry
from tests.agents.integrations.kubernetes.recorded import RecordedApi, client_of, recorded_api

NOW = datetime(2026, 11, 20, 14, 10, tzinfo=UTC)
WINDOW = Window(start=NOW - timedelta(minutes=30), end=NOW)
PODS = "/api/v1/namespaces/shop/pods"
POD = EntityRef(kind="pod", namespace="shop", name="cart-1")


def a_pod(name: str) -> dict[str, JsonValue]:
    """Return a pod as it stands in a list: without its kind."""
    metadata: JsonValue = {"name": name, "namespace": "shop", "labels": {"app": "cart"}}
    return {"metadata": metadata, "spec": {"containers": [{"name": "cart"}]}}


def refusal(status: int, message: str) -> JsonValue:
    """Return a Status object as the API server sends it."""
    return {"kind": "Status", "status": "Failure", "message": message, "code": status}


def test_every_page_of_a_long_list_is_read(
    api: RecordedApi, telemetry: KubernetesTelemetry
) -> None:
    """The pod that crashes may be on the last page."""
    first: JsonValue = {"metadata": {"continue": "next"}, "items": [a_pod("cart-1")]}
    api.play("/api/v1/pods", first, {"metadata": {}, "items": [a_pod("cart-2")]})

    pods = telemetry.objects(ObjectSelector(kind="pods"))

    assert [pod.entity.key for pod in pods] == ["pod/shop/cart-1", "pod/shop/cart-2"]
    queries = [asked.query for asked in api.requests("/api/v1/pods")]
    assert queries == [{"limit": "500"}, {"limit": "500", "continue": "next"}]


def test_labels_are_selected_by_the_server(
    api: RecordedApi, telemetry: KubernetesTelemetry
) -> None:
    """Reading every pod of a large cluster to find three would slow the API down for everybody."""
    api.play(PODS, {"items": [a_pod("cart-1")]})

    telemetry.objects(ObjectSelector(kind="pods", namespace="shop", labels={"app": "cart"}))

    assert api.requests(PODS)[0].query["labelSelector"] == "app=cart"


def test_a_name_without_its_namespace_is_selected_by_field(
    api: RecordedApi, telemetry: KubernetesTelemetry
) -> None:
    """Alerts often give the bare name of a pod."""
    api.play("/api/v1/pods", {"items": [a_pod("cart-1")]})

    telemetry.objects(ObjectSelector(kind="pods", name="cart-1"))

    assert api.requests("/api/v1/pods")[0].query["fieldSelector"] == "metadata.name=cart-1"


def test_a_claim_about_one_object_is_measured_by_reading_that_object(
    api: RecordedApi, telemetry: KubernetesTelemetry
) -> None:
    """Measuring again from the list that a check has read would prove nothing."""
    api.play(f"{PODS}/cart-1", {"kind": "Pod", **a_pod("cart-1")})
    selector = ObjectSelector(kind="pods", namespace="shop", name="cart-1", path="metadata.name")

    measured = telemetry.measure(Measure(selector=selector, reduce=Reduction.LAST), WINDOW)

    assert (measured.value, measured.samples) == ("cart-1", 1)
    assert measured.read_path == "kubernetes-api:objects:pods"
    assert api.requests("/api/v1/pods") == []


def test_an_object_that_is_gone_counts_as_none(
    api: RecordedApi, telemetry: KubernetesTelemetry
) -> None:
    """Absence is an answer when the server knows the kind."""
    gone: JsonValue = {"kind": "Status", "message": "not found", "details": {"name": "cart-9"}}
    api.play(f"{PODS}/cart-9", gone, status=404)
    selector = ObjectSelector(kind="pods", namespace="shop", name="cart-9")

    measured = telemetry.measure(Measure(selector=selector, reduce=Reduction.COUNT), WINDOW)

    assert measured.value == 0


def test_a_kind_that_the_cluster_does_not_serve_is_no_source(
    telemetry: KubernetesTelemetry,
) -> None:
    """No answer about quotas must not read as no quotas."""
    assert "objects:pods" in telemetry.sources()
    assert "objects:resourcequotas" not in telemetry.sources()

    with pytest.raises(NoSuchSource):
        telemetry.objects(ObjectSelector(kind="resourcequotas"))


def test_a_forbidden_list_names_the_permission_that_is_missing(
    api: RecordedApi, telemetry: KubernetesTelemetry
) -> None:
    """The remedy is what an administrator pastes into a role."""
    api.play("/apis/apps/v1/deployments", refusal(403, "deployments is forbidden"), status=403)

    with pytest.raises(PermissionMissing) as refused:
        telemetry.objects(ObjectSelector(kind="deployments"))

    assert "'list' on 'deployments' in API group 'apps'" in refused.value.remedy


def test_an_expired_token_is_said_to_be_one(
    api: RecordedApi, telemetry: KubernetesTelemetry
) -> None:
    """An expired token needs renewing, not another role."""
    api.play("/api/v1/pods", refusal(401, "Unauthorized"), status=401)

    with pytest.raises(PermissionMissing) as refused:
        telemetry.objects(ObjectSelector(kind="pods"))

    assert "token" in refused.value.remedy


def test_a_server_in_trouble_is_unavailable_not_empty(
    api: RecordedApi, telemetry: KubernetesTelemetry
) -> None:
    """An overloaded API server is common in just those incidents that matter."""
    api.play("/api/v1/pods", refusal(503, "etcd is slow"), status=503)

    with pytest.raises(SourceUnavailable) as failed:
        telemetry.objects(ObjectSelector(kind="pods"))

    assert failed.value.retryable


def test_a_cluster_that_does_not_answer_says_so_for_every_kind() -> None:
    """A dead API server is a gap in the board, not a healthy cluster."""
    with recorded_api() as gone:
        url = gone.url
    with client_of(url) as client:
        telemetry = KubernetesTelemetry(client, timeout_seconds=1.0)

        assert "objects:pods" in telemetry.sources()
        with pytest.raises(SourceUnavailable):
            telemetry.objects(ObjectSelector(kind="pods"))


@pytest.mark.parametrize("kind", ["secrets", "configmaps"])
def test_values_of_secrets_and_configuration_stay_behind(
    api: RecordedApi, telemetry: KubernetesTelemetry, kind: str
) -> None:
    """What reaches the journal reaches people, and perhaps a model."""
    copy = {"kubectl.kubernetes.io/last-applied-configuration": '{"data": "aHVudGVyMg=="}'}
    body: JsonValue = {
        "metadata": {"name": "db", "namespace": "shop", "annotations": dict(copy)},
        "data": {"password": "aHVudGVyMg=="},
    }
    api.play(f"/api/v1/{kind}", {"items": [body]})

    found = telemetry.objects(ObjectSelector(kind=kind))

    assert "aHVudGVyMg" not in found[0].model_dump_json()
    assert found[0].document.mapping("data") == {"password": ""}


def test_logs_of_the_present_run_and_the_one_before_are_read_with_their_times(
    api: RecordedApi, telemetry: KubernetesTelemetry
) -> None:
    """The last words of a crash are in the run before."""
    api.play(f"{PODS}/cart-1", a_pod("cart-1"))
    before = "2026-11-20T14:01:02.123456789Z fatal: licence expired\n"
    api.play(f"{PODS}/cart-1/log", before, "2026-11-20T14:02:00Z starting\n")

    lines = telemetry.logs(LogSelector(entity=POD), WINDOW)

    assert [line.message for line in lines] == ["fatal: licence expired", "starting"]
    assert [line.attributes["previous"] for line in lines] == [True, False]
    assert lines[0].timestamp.minute == 1


def test_a_container_without_a_run_before_has_only_its_present_log(
    api: RecordedApi, telemetry: KubernetesTelemetry
) -> None:
    """The kubelet answers 400 for it; that is no failure."""
    api.play(f"{PODS}/cart-1", a_pod("cart-1"))
    log = f"{PODS}/cart-1/log"
    api.play(log, refusal(400, "previous terminated container not found"), status=400)
    api.play(log, "2026-11-20T14:02:00Z starting\n")

    lines = telemetry.logs(LogSelector(entity=POD, pattern="start"), WINDOW)

    assert [line.message for line in lines] == ["starting"]


def test_logs_of_no_pod_in_particular_cannot_be_asked_for(
    telemetry: KubernetesTelemetry,
) -> None:
    """An empty answer would read as "no errors anywhere"."""
    with pytest.raises(CannotMeasure):
        telemetry.logs(LogSelector(pattern="error"), WINDOW)


def test_narrow_credentials_list_only_their_namespaces(api: RecordedApi) -> None:
    """A team may let the war room see its own namespace and no other."""
    api.play(PODS, {"items": [a_pod("cart-1")]})
    with client_of(api.url) as client:
        telemetry = KubernetesTelemetry(client, namespaces=("shop",))

        pods = telemetry.objects(ObjectSelector(kind="pods"))

    assert [pod.entity.name for pod in pods] == ["cart-1"]
    assert {asked.method for asked in api.asked} == {"GET"}
