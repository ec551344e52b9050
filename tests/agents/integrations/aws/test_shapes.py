"""boto3 responses as resources and time series, and back."""

import pytest
from pydantic import JsonValue

from agents.domain.base import EntityRef
from agents.integrations.aws.shapes import (
    resources_from_response,
    response_with,
    series_from_response,
)

Body = dict[str, JsonValue]
AT = "2026-11-19T10:10:00+00:00"
SECONDS = 1_795_083_000.0


@pytest.mark.parametrize(
    ("service", "operation", "body", "kind", "entities"),
    [
        (
            "rds",
            "describe_db_instances",
            {"DBInstances": [{"DBInstanceIdentifier": "orders"}], "ResponseMetadata": {"a": []}},
            "rds.db_instances",
            ["database/orders"],
        ),
        (
            "ec2",
            "describe_instances",
            {
                "Reservations": [
                    {"Instances": [{"InstanceId": "i-1"}]},
                    {"Instances": [{"InstanceId": "i-2"}]},
                ]
            },
            "ec2.instances",
            ["instance/i-1", "instance/i-2"],
        ),
        (
            "elbv2",
            "describe_target_health",
            {"TargetHealthDescriptions": [{"Target": {"Id": "10.0.0.1"}}]},
            "elbv2.target_health",
            ["target/10.0.0.1"],
        ),
        (
            "cloudtrail",
            "lookup_events",
            {"Events": [{"EventId": "e-1"}]},
            "cloudtrail.events",
            ["event/e-1"],
        ),
        (
            "lambda",
            "list_functions",
            {"Functions": [{"FunctionName": "charge"}]},
            "lambda.functions",
            ["function/charge"],
        ),
        (
            "cloudwatch",
            "describe_alarms",
            {"CompositeAlarms": [{"AlarmName": "all"}], "MetricAlarms": [{"AlarmName": "cpu"}]},
            "cloudwatch.alarms",
            ["alarm/cpu", "alarm/all"],
        ),
        (
            "ecs",
            "list_clusters",
            {"clusterArns": ["arn:aws:ecs:eu-west-1:123456789012:cluster/shop"]},
            "ecs.clusters",
            ["ecs_cluster/shop"],
        ),
        ("sqs", "list_queues", {"QueueUrls": []}, "sqs.queues", []),
    ],
)
def test_each_item_of_a_response_is_a_resource(
    service: str, operation: str, body: Body, kind: str, entities: list[str]
) -> None:
    """A check asks for `rds.db_instances` and need not know how boto3 wraps them."""
    found = resources_from_response(service, operation, body)

    assert [one.entity.key for one in found] == entities
    assert {one.kind for one in found} <= {kind}


def test_what_was_asked_for_is_kept_beside_each_item() -> None:
    """A target's health means nothing without its target group."""
    body: Body = {
        "TargetGroupArn": "arn:tg",
        "NextToken": "secret",
        "TargetHealthDescriptions": [{"Target": {"Id": "10.0.0.1"}}],
    }

    (found,) = resources_from_response("elbv2", "describe_target_health", body)

    assert found.document.text("TargetGroupArn") == "arn:tg"
    assert found.document.at("NextToken") is None


def test_tags_are_labels_however_the_service_writes_them() -> None:
    """The service that a resource belongs to is usually in its tags."""
    body: Body = {
        "DBInstances": [
            {"DBInstanceIdentifier": "orders", "TagList": [{"Key": "service", "Value": "shop"}]}
        ]
    }

    (found,) = resources_from_response("rds", "describe_db_instances", body)

    assert found.labels == {"service": "shop"}


def test_metric_data_with_its_queries_is_named_in_full_and_oldest_first() -> None:
    """CloudWatch answers newest first and without the names that were asked for."""
    metric: JsonValue = {
        "Namespace": "AWS/RDS",
        "MetricName": "CPUUtilization",
        "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": "orders"}],
    }
    body: Body = {
        "MetricDataResults": [
            {
                "Id": "m1",
                "Label": "CPUUtilization",
                "Timestamps": [AT, "2026-11-19T10:09:00"],
                "Values": [90, 10.5],
            }
        ],
        "MetricDataQueries": [{"Id": "m1", "MetricStat": {"Metric": metric, "Stat": "Average"}}],
    }

    (series,) = series_from_response(body)

    assert (series.name, series.statistic) == ("AWS/RDS:CPUUtilization", "Average")
    assert (series.times, series.values) == ((SECONDS - 60, SECONDS), (10.5, 90.0))
    assert series.entity == EntityRef(kind="database", name="orders")
    assert series.labels == {"DBInstanceIdentifier": "orders"}


def test_metric_data_without_its_queries_is_named_by_its_label() -> None:
    """Better half a name than no metric."""
    body: Body = {
        "MetricDataResults": [{"Id": "m1", "Label": "CPU", "Timestamps": [AT], "Values": [1.0]}]
    }

    (series,) = series_from_response(body)

    assert (series.name, series.entity) == ("CPU", None)


def test_metric_statistics_give_one_series_for_each_statistic() -> None:
    """The maximum shows the spike that the average hides."""
    body: Body = {
        "Label": "DatabaseConnections",
        "Datapoints": [{"Timestamp": AT, "Average": 10.0, "Maximum": 99.0, "Unit": "Count"}],
    }

    found = series_from_response(body)

    assert [(one.statistic, one.values, one.unit) for one in found] == [
        ("Average", (10.0,), "Count"),
        ("Maximum", (99.0,), "Count"),
    ]


@pytest.mark.parametrize(
    ("service", "noun"),
    [
        *(("rds", "db_instances"), ("ec2", "instances"), ("cloudwatch", "alarms")),
        *(("cloudfront", "distributions"), ("pi", "performance_insights"), ("sqs", "queues")),
    ],
)
def test_a_written_response_is_read_back(service: str, noun: str) -> None:
    """A capture of a live incident must give the same resources."""
    items: list[Body] = [{"Name": "one", "Nested": {"list": [1]}}]

    operation, body = response_with(service, noun, items)

    found = resources_from_response(service, operation, body)
    assert [dict(one.document.body) for one in found] == items
    assert {one.kind for one in found} == {f"{service}.{noun}"}
