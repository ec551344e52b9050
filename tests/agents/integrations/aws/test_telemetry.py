"""The AWS adapter before moto's server: what it reads, measures and refuses."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from agents.domain.base import EntityRef, Window
from agents.domain.measures import (
    ChangeSelector,
    LogSelector,
    Measure,
    MetricSelector,
    ObjectSelector,
    Reduction,
    RowSelector,
)
from agents.errors import CannotMeasure, NoSuchSource, SourceUnavailable
from agents.integrations.aws.api import AwsAccess
from agents.integrations.aws.telemetry import AwsTelemetry
from jobs.embedded import free_port
from jobs.gameday.cloud import Cloud, start_cloud
from jobs.gameday.cloud.additions import TrailEvent, UnhealthyTarget
from jobs.gameday.cloud.seed import DATABASE, FUNCTION, GROUP, LOG_GROUP, Seeded

pytestmark = pytest.mark.processes

NOW = datetime.now(UTC)
WINDOW = Window(start=NOW - timedelta(minutes=30), end=NOW)
OF_DATABASE = EntityRef(kind="database", name=DATABASE)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """One AWS for all tests of this module."""
    with start_cloud(tmp_path_factory.mktemp("cloud"), NOW) as made:
        yield made


@pytest.fixture
def telemetry(cloud: Cloud) -> AwsTelemetry:
    """The adapter before it."""
    return reaching(cloud.url, cloud.keys.region)


@pytest.fixture
def things(cloud: Cloud) -> Seeded:
    """The names that only AWS could give."""
    assert cloud.things is not None
    return cloud.things


def reaching(url: str, region: str = "eu-central-1") -> AwsTelemetry:
    """Return an adapter for an endpoint."""
    key = SecretStr("reader")
    access = AwsAccess(region=region, endpoint_url=url, access_key_id=key, secret_access_key=key)
    return AwsTelemetry(access)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("rds.db_instances", [DATABASE]),
        ("lambda.functions", [FUNCTION]),
        ("elbv2.load_balancers", ["shop"]),
        ("elbv2.target_groups", ["storefront"]),
        ("autoscaling.auto_scaling_groups", [GROUP]),
        ("cloudtrail.events", ["8d0f1c52-0001"]),
        ("service-quotas.service_quotas", ["L-1216C47A", "L-B99A9384", "L-7B6409FD"]),
        ("ecs.services", []),
        ("kms.key", []),
    ],
)
def test_objects_are_listed_under_their_own_names(
    telemetry: AwsTelemetry, kind: str, names: list[str]
) -> None:
    """A check asks for a kind and need not know how its service pages and wraps."""
    found = telemetry.objects(ObjectSelector(kind=kind))

    assert [one.entity.name for one in found] == names


def test_the_health_of_a_target_says_which_group_it_is_of(
    cloud: Cloud, telemetry: AwsTelemetry, things: Seeded
) -> None:
    """One instance may be healthy for one group and not for another."""
    why = UnhealthyTarget(reason="Target.Timeout", description="Request timed out")
    cloud.mark_targets({things.instance_ids[0]: why})

    found = telemetry.objects(ObjectSelector(kind="elbv2.target_health"))
    cloud.mark_targets({})

    reasons = {one.entity.name: one.document.text("TargetHealth.Reason") for one in found}
    assert reasons[things.instance_ids[0]] == "Target.Timeout"
    assert {one.document.text("TargetGroupName") for one in found} == {"storefront"}


def test_a_thing_that_is_named_is_asked_for_by_its_id_and_may_be_gone(
    telemetry: AwsTelemetry,
) -> None:
    """A claim is measured on a call of its own; what is not there is none, not an error."""
    status = ObjectSelector(kind="rds.db_instances", name=DATABASE, path="DBInstanceStatus")
    gone = status.model_copy(update={"name": "no-such-db"})

    measured = telemetry.measure(Measure(selector=status, reduce=Reduction.LAST), WINDOW)
    count = telemetry.measure(Measure(selector=gone, reduce=Reduction.COUNT), WINDOW)

    assert measured.value == "available"
    assert count.value == 0


def test_a_metric_is_found_by_its_name_and_measured_by_a_question_for_it_alone(
    telemetry: AwsTelemetry, things: Seeded
) -> None:
    """The verifier must not read what the specialist read."""
    (series,) = telemetry.metrics(MetricSelector(name="AWS/ApplicationELB:RequestCount"), WINDOW)
    exact = MetricSelector(
        name=series.name, entity=series.entity, statistic=series.statistic, labels=series.labels
    )

    measured = telemetry.measure(Measure(selector=exact, reduce=Reduction.LAST), WINDOW)

    assert series.labels == {"LoadBalancer": things.load_balancer}
    assert series.entity == EntityRef(kind="load_balancer", name="shop")
    assert series.statistic == "Sum"
    assert (measured.value, measured.samples) == (series.values[-1], len(series.values))
    assert measured.read_path == "aws:GetMetricData"


def test_a_glob_finds_every_metric_of_a_database(telemetry: AwsTelemetry) -> None:
    """Which metrics an engine has, only the account knows."""
    found = telemetry.metrics(MetricSelector(name="AWS/RDS:*", entity=OF_DATABASE), WINDOW)

    assert {"AWS/RDS:CPUUtilization", "AWS/RDS:FreeStorageSpace"} <= {one.name for one in found}
    assert all(one.entity == OF_DATABASE for one in found)


def test_a_share_is_measured_of_two_questions(telemetry: AwsTelemetry) -> None:
    """Errors mean something only beside the requests."""
    connections = MetricSelector(name="AWS/RDS:DatabaseConnections", entity=OF_DATABASE)
    below = Measure(selector=connections, reduce=Reduction.MAX)
    whole = Measure(selector=connections, reduce=Reduction.MAX, divided_by=below)

    assert telemetry.measure(whole, WINDOW).value == 1.0


@pytest.mark.parametrize("name", ["*error*", "job:errors:rate5m"])
def test_a_search_of_the_whole_account_is_refused(telemetry: AwsTelemetry, name: str) -> None:
    """It would read thousands of metrics, at a price, and an empty answer would look like quiet."""
    with pytest.raises(CannotMeasure, match="not a CloudWatch metric"):
        telemetry.metrics(MetricSelector(name=name), WINDOW)


def test_a_name_that_is_not_of_aws_is_left_to_others(telemetry: AwsTelemetry) -> None:
    """There is none of that name, and no claim about it may be settled here."""
    selector = MetricSelector(name="http_requests_total")

    assert telemetry.metrics(selector, WINDOW) == ()
    with pytest.raises(CannotMeasure, match="not a CloudWatch metric"):
        telemetry.measure(Measure(selector=selector, reduce=Reduction.LAST), WINDOW)


def test_lines_come_from_the_groups_of_a_small_account(telemetry: AwsTelemetry) -> None:
    """Nobody configures log groups before the first incident."""
    found = telemetry.logs(LogSelector(pattern="order batch"), WINDOW)

    assert found
    assert all(line.attributes["log_group"] == LOG_GROUP for line in found)
    assert [line.timestamp for line in found] == sorted(line.timestamp for line in found)


def test_a_function_that_never_logged_has_no_lines(telemetry: AwsTelemetry) -> None:
    """Its log group does not exist yet, which is no error."""
    about = EntityRef(kind="function", name=FUNCTION)

    assert telemetry.logs(LogSelector(entity=about), WINDOW) == ()


def test_a_write_in_the_control_plane_is_a_change(cloud: Cloud, telemetry: AwsTelemetry) -> None:
    """Who changed what just before is the first question of most incidents."""
    made = TrailEvent(
        id="trail-9",
        name="ModifyDBInstance",
        source="rds.amazonaws.com",
        at=NOW,
        username="platform-pipeline",
        resource_type="AWS::RDS::DBInstance",
        resource_name=DATABASE,
        request={"allocatedStorage": 200},
    )
    cloud.record_call(made)

    (change,) = telemetry.changes(ChangeSelector(entity=OF_DATABASE), WINDOW)

    assert (change.kind, change.ref, change.author) == ("infra", "trail-9", "platform-pipeline")
    assert change.summary == f"ModifyDBInstance on {DATABASE}"
    assert change.diff == '{"allocatedStorage":200}'


def test_what_an_endpoint_does_not_have_is_no_source(telemetry: AwsTelemetry) -> None:
    """The gap then says so, and nobody takes it for “nothing there”."""
    with pytest.raises(NoSuchSource):
        telemetry.objects(ObjectSelector(kind="lambda.account_settings"))
    with pytest.raises(NoSuchSource):
        telemetry.objects(ObjectSelector(kind="braket.devices"))
    with pytest.raises(NoSuchSource):
        telemetry.rows(RowSelector(instance=DATABASE, view="pg_locks"))


def test_an_endpoint_that_is_not_there_may_answer_later() -> None:
    """AWS goes down in incidents too."""
    telemetry = reaching(f"http://127.0.0.1:{free_port()}")

    with pytest.raises(SourceUnavailable, match="did not answer"):
        telemetry.objects(ObjectSelector(kind="rds.db_instances"))
