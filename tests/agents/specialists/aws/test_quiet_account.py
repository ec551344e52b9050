"""The game day's account when nothing is wrong in it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from agents.domain.base import EntityRef
from agents.domain.incidents import Alert
from agents.domain.readings import Service, Topology
from agents.integrations.aws.api import AwsAccess
from agents.integrations.aws.telemetry import AwsTelemetry
from jobs.gameday.cloud import Cloud, start_cloud
from jobs.gameday.cloud.additions import UnhealthyTarget
from jobs.gameday.cloud.seed import DATABASE
from tests.agents.specialists.aws.support import ask, supported

pytestmark = pytest.mark.processes

SHOP = Topology(
    services=(
        Service(name="storefront", depends_on=("checkout",)),
        Service(name="checkout", resources=(EntityRef(kind="database", name=DATABASE),)),
    )
)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """One AWS for all tests of this module."""
    with start_cloud(tmp_path_factory.mktemp("cloud"), datetime.now(UTC)) as made:
        yield made


@pytest.fixture
def telemetry(cloud: Cloud) -> AwsTelemetry:
    """The adapter before it."""
    keys = cloud.keys
    access = AwsAccess(
        region=keys.region,
        endpoint_url=keys.endpoint_url,
        access_key_id=SecretStr(keys.access_key),
        secret_access_key=SecretStr(keys.secret_key),
    )
    return AwsTelemetry(access)


def paged(now: datetime) -> Alert:
    """The alert of the game day."""
    title = "storefront answers with errors"
    return Alert(source="generic", title=title, service="storefront", started_at=now)


def test_an_ordinary_account_gives_no_cause(telemetry: AwsTelemetry) -> None:
    """When the fault lies elsewhere, the account's everyday noise must not outshout it."""
    now = datetime.now(UTC)

    answer = ask(telemetry, now, alert=paged(now), topology=SHOP)

    assert answer.hypotheses == ()
    assert not [finding for finding in answer.findings if finding.is_anomalous]
    assert any("targets of storefront are healthy" in one.text for one in answer.findings)


def test_targets_that_fail_in_the_same_account_are_named(
    cloud: Cloud, telemetry: AwsTelemetry
) -> None:
    """Silence above is worth something only if the same reading speaks when there is cause."""
    now = datetime.now(UTC)
    assert cloud.things is not None
    why = UnhealthyTarget(reason="Target.Timeout", description="Request timed out")
    cloud.mark_targets(dict.fromkeys(cloud.things.instance_ids, why))

    answer = ask(telemetry, now, alert=paged(now), topology=SHOP)
    found = supported(telemetry, answer)
    cloud.mark_targets({})

    assert set(found) == {"unhealthy_targets_timeout"}
    assert found["unhealthy_targets_timeout"].cause.entity.name == "storefront"
