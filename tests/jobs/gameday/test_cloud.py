"""AWS as boto3 sees it, the reads that moto lacks included."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from jobs.gameday.cloud import Cloud, start_cloud
from jobs.gameday.cloud.additions import TrailEvent, UnhealthyTarget
from jobs.gameday.cloud.feed import CloudFeed, Reading
from jobs.gameday.cloud.seed import DATABASE, GROUP, STOREFRONT_ALARM, Seeded

pytestmark = pytest.mark.processes

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """One AWS for all tests of this module."""
    with start_cloud(tmp_path_factory.mktemp("cloud"), NOW) as made:
        yield made


@pytest.fixture
def things(cloud: Cloud) -> Seeded:
    """The names that only AWS could give."""
    assert cloud.things is not None
    return cloud.things


def test_the_shop_stands_in_aws_with_an_hour_of_metrics(cloud: Cloud, things: Seeded) -> None:
    """The specialist has to find quiet, healthy things too, and say so."""
    databases = cloud.keys.client("rds").describe_db_instances()["DBInstances"]
    groups = cloud.keys.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    functions = cloud.keys.client("lambda").list_functions()["Functions"]
    alarms = cloud.keys.client("cloudwatch").describe_alarms()["MetricAlarms"]
    statistics = cloud.keys.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/RDS",
        MetricName="CPUUtilization",
        Dimensions=[{"Name": "DBInstanceIdentifier", "Value": DATABASE}],
        StartTime=NOW - timedelta(hours=1),
        EndTime=NOW,
        Period=60,
        Statistics=["Average"],
    )

    assert [d["DBInstanceStatus"] for d in databases] == ["available"]
    assert len(groups[0]["Instances"]) == len(things.instance_ids) == 2
    assert functions[0]["State"] == "Active"
    assert {a["StateValue"] for a in alarms} == {"OK"}
    assert len(statistics["Datapoints"]) >= 58


def test_the_trail_is_searched_by_time_and_attribute(cloud: Cloud) -> None:
    """Who changed what, just before it broke, is the first question of most incidents."""
    changed = TrailEvent(
        id="trail-1",
        name="ModifyDBInstance",
        source="rds.amazonaws.com",
        at=NOW,
        username="platform-pipeline",
        resource_type="AWS::RDS::DBInstance",
        resource_name=DATABASE,
        request={"maxAllocatedStorage": 200},
    )
    cloud.record_call(changed)
    trail = cloud.keys.client("cloudtrail")

    def names(**query: object) -> list[str]:
        return [e["EventName"] for e in trail.lookup_events(**query)["Events"]]

    by_resource = [{"AttributeKey": "ResourceName", "AttributeValue": GROUP}]
    pages = trail.get_paginator("lookup_events").paginate(PaginationConfig={"PageSize": 2})
    first = trail.lookup_events(MaxResults=1)["Events"][0]

    assert names(StartTime=NOW - timedelta(minutes=5)) == ["ModifyDBInstance"]
    assert names(LookupAttributes=by_resource) == ["UpdateAutoScalingGroup"]
    assert len([e for page in pages for e in page["Events"]]) == 4
    assert '"maxAllocatedStorage": 200' in first["CloudTrailEvent"]


def test_a_target_can_be_unhealthy_and_says_why(cloud: Cloud, things: Seeded) -> None:
    """The reason tells a refused connection from a wrong status code."""
    sick, well = things.instance_ids
    why = UnhealthyTarget(reason="Target.Timeout", description="Request timed out")
    cloud.mark_targets({sick: why})

    found = cloud.keys.client("elbv2").describe_target_health(
        TargetGroupArn=things.target_group_arn
    )["TargetHealthDescriptions"]
    cloud.mark_targets({})

    health = {t["Target"]["Id"]: t["TargetHealth"] for t in found}
    assert health[sick] == {
        "State": "unhealthy",
        "Reason": "Target.Timeout",
        "Description": "Request timed out",
    }
    assert health[well] == {"State": "healthy"}


def test_quotas_are_listed_by_service(cloud: Cloud) -> None:
    """A launch that fails for a quota is fixed by nothing but the quota."""
    quotas = cloud.keys.client("service-quotas").list_service_quotas(ServiceCode="lambda")

    assert [(q["QuotaName"], q["Value"]) for q in quotas["Quotas"]] == [
        ("Concurrent executions", 1000.0)
    ]


def test_failures_of_the_shop_raise_the_alarm_and_its_history_tells(
    cloud: Cloud, things: Seeded
) -> None:
    """The loudest alert is on the storefront; it must come from what customers met."""
    feed = CloudFeed(cloud, lambda _: Reading(40, 30, 1.5, 12))

    feed.feed()

    watch = cloud.keys.client("cloudwatch")
    alarm = watch.describe_alarms(AlarmNames=[STOREFRONT_ALARM])["MetricAlarms"][0]
    history = watch.describe_alarm_history(AlarmName=STOREFRONT_ALARM)["AlarmHistoryItems"]
    assert alarm["StateValue"] == "ALARM"
    assert [h["HistorySummary"] for h in history] == ["Alarm updated from OK to ALARM"]
