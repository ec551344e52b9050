"""What the double promises, a real Kubernetes keeps: reading, permissions, rolling back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.domain.actions import ActionCall
from agents.domain.base import EntityRef
from agents.domain.measures import Measure, ObjectSelector, Reduction
from agents.errors import ActionFailed, PermissionMissing
from agents.integrations.kubernetes.actions import ROLLBACK, RollbackDeployment
from agents.integrations.kubernetes.exchange import api_client
from agents.integrations.kubernetes.telemetry import KubernetesTelemetry
from tests.agents.builders import WINDOW
from tests.contracts.control_plane import DEPLOYER, READER, ControlPlane, control_plane
from tests.waiting import eventually

_BUILT = Path.home() / ".cache" / "warroom" / "kubernetes" / "bin"
_DEPLOYMENT = "/apis/apps/v1/namespaces/default/deployments"
_CALL = ActionCall(
    action=ROLLBACK,
    target=EntityRef(kind="deployment", namespace="default", name="checkout"),
    arguments={"namespace": "default", "deployment": "checkout", "to_revision": 1},
)

pytestmark = [pytest.mark.kubernetes, pytest.mark.contract, pytest.mark.processes]


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """Run a control plane with a deployment whose second revision is bad."""
    if not (_BUILT / "kube-apiserver").exists():
        pytest.skip("no real control plane here: `make kubernetes` builds one")
    with control_plane(_BUILT, tmp_path_factory.mktemp("kubernetes")) as running:
        running.request("POST", _DEPLOYMENT, _deployment("shop/checkout:1")).raise_for_status()
        eventually(lambda: _revisions(running) == {"1"}, what="the first revision")
        bad = _deployment("shop/checkout:2")
        running.request("PATCH", f"{_DEPLOYMENT}/checkout", bad).raise_for_status()
        eventually(lambda: _revisions(running) == {"1", "2"}, what="the second revision")
        yield running


def _deployment(image: str) -> dict[str, object]:
    labels = {"app": "checkout"}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "checkout", "image": image}]},
    }
    spec = {"replicas": 2, "selector": {"matchLabels": labels}, "template": template}
    return {"metadata": {"name": "checkout"}, "spec": spec}


def _revisions(plane: ControlPlane) -> set[str]:
    listed = plane.request("GET", "/apis/apps/v1/namespaces/default/replicasets").json()
    annotation = "deployment.kubernetes.io/revision"
    return {item["metadata"]["annotations"][annotation] for item in listed["items"]}


def _telemetry(plane: ControlPlane) -> KubernetesTelemetry:
    return KubernetesTelemetry(api_client(plane.kubeconfig(READER)))


def test_objects_are_read_and_measured_with_the_view_role(plane: ControlPlane) -> None:
    """The reader needs nothing but Kubernetes' own `view`."""
    telemetry = _telemetry(plane)
    image = ObjectSelector(
        kind="deployments",
        namespace="default",
        name="checkout",
        path="spec.template.spec.containers[0].image",
    )

    (found,) = telemetry.objects(image)
    measured = telemetry.measure(Measure(selector=image, reduce=Reduction.FIRST), WINDOW)

    assert found.document.number("spec.replicas") == 2
    assert str(measured.value).startswith("shop/checkout:")


def test_secrets_are_refused_to_the_reader_with_the_permission_to_ask_for(
    plane: ControlPlane,
) -> None:
    """A gap that names the permission can be closed; a silent one cannot."""
    with pytest.raises(PermissionMissing) as refused:
        _telemetry(plane).objects(ObjectSelector(kind="secrets"))

    assert "secrets" in refused.value.remedy


def test_the_reader_cannot_roll_back(plane: ControlPlane) -> None:
    """Planners and specialists never hold write credentials."""
    reader = RollbackDeployment(api_client(plane.kubeconfig(READER)))

    with pytest.raises(ActionFailed, match="cannot patch resource"):
        reader.execute(_CALL)


def test_a_rollback_restores_the_template_of_the_earlier_revision(plane: ControlPlane) -> None:
    """As `kubectl rollout undo` does, with the executor's account."""
    executor = RollbackDeployment(api_client(plane.kubeconfig(DEPLOYER)))
    before = executor.inspect(_CALL)

    said = executor.execute(_CALL)

    now = plane.request("GET", f"{_DEPLOYMENT}/checkout").json()
    container = now["spec"]["template"]["spec"]["containers"][0]
    assert container["image"] == "shop/checkout:1"
    assert "shop/checkout:2" in before.description
    assert "checkout" in said
