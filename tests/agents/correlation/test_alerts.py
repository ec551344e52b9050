"""Alerts in every shape in which they arrive."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import JsonValue

from agents.correlation.alerts import alert_from
from agents.domain.base import EntityRef
from agents.domain.incidents import Severity

RECEIVED = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)
STARTED = datetime(2026, 11, 19, 10, 12, tzinfo=UTC)
CHECKOUT = EntityRef(kind="service", name="checkout")
ORDERS = EntityRef(kind="database", name="orders")

Payload = dict[str, JsonValue]


def pagerduty(event_type: str = "incident.triggered") -> Payload:
    """Return a PagerDuty v3 webhook."""
    return {
        "event": {
            "id": "01EVENT",
            "event_type": event_type,
            "occurred_at": "2026-11-19T10:20:00Z",
            "data": {
                "id": "Q1",
                "type": "incident",
                "html_url": "https://pd.test/incidents/Q1",
                "incident_key": "checkout-latency",
                "title": "Checkout latency",
                "created_at": "2026-11-19T10:12:00Z",
                "service": {"id": "P1", "summary": "Checkout API"},
                "urgency": "high",
                "priority": {"summary": "P1"},
                "body": {"details": {"pod": "checkout-1", "namespace": "shop", "value": 4.2}},
            },
        }
    }


def alertmanager(status: str = "firing") -> Payload:
    """Return an Alertmanager webhook with two alerts."""
    shared: Payload = {"alertname": "HighLatency", "severity": "critical", "service": "checkout"}
    ended = "2026-11-19T10:25" if status == "resolved" else "0001-01-01T00:00"
    return {
        "version": "4",
        "status": status,
        "groupKey": '{}:{alertname="HighLatency"}',
        "commonLabels": shared,
        "commonAnnotations": {"summary": "p99 over 2 s", "description": "for 5 minutes"},
        "externalURL": "http://alertmanager",
        "alerts": [
            {
                "labels": {**shared, "pod": f"checkout-{number}", "namespace": "shop"},
                "startsAt": f"2026-11-19T10:{minute}:00Z",
                "endsAt": f"{ended}:00Z",
                "generatorURL": f"http://prometheus/{number}",
                "fingerprint": f"f{number}",
            }
            for number, minute in ((1, 14), (2, 12))
        ],
    }


def alarm(state: str = "ALARM") -> Payload:
    """Return a CloudWatch alarm as SNS carries it."""
    return {
        "AlarmName": "orders-cpu",
        "AlarmDescription": "CPU of orders",
        "NewStateValue": state,
        "NewStateReason": "Threshold Crossed",
        "StateChangeTime": "2026-11-19T10:12:00.000+0000",
        "Region": "EU (Ireland)",
        "AWSAccountId": "123456789012",
        "AlarmArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:orders-cpu",
        "Trigger": {
            "Namespace": "AWS/RDS",
            "MetricName": "CPUUtilization",
            "Dimensions": [{"name": "DBInstanceIdentifier", "value": "orders"}],
        },
    }


def test_a_pagerduty_incident_is_read_with_its_details() -> None:
    """The page is where the clock starts; its details say where to look first."""
    alert = alert_from(pagerduty(), RECEIVED)

    assert (alert.source, alert.title, alert.severity) == (
        "pagerduty",
        "Checkout latency",
        Severity.SEV1,
    )
    assert (alert.started_at, alert.ended_at) == (STARTED, None)
    assert (alert.external_id, alert.fingerprint) == ("Q1", "checkout-latency")
    assert alert.service == "checkout-api"
    assert EntityRef(kind="pod", namespace="shop", name="checkout-1") in alert.entities
    assert alert.labels["value"] == "4.2"
    assert alert.link == "https://pd.test/incidents/Q1"


def test_a_resolved_pagerduty_incident_has_ended() -> None:
    """An incident that is over must not be opened."""
    alert = alert_from(pagerduty("incident.resolved"), RECEIVED)

    assert alert.ended_at == datetime(2026, 11, 19, 10, 20, tzinfo=UTC)


def test_an_alertmanager_group_is_one_alert_with_every_entity() -> None:
    """Forty pods of one service are one incident."""
    alert = alert_from(alertmanager(), RECEIVED)

    assert (alert.source, alert.title, alert.text) == (
        "alertmanager",
        "p99 over 2 s",
        "for 5 minutes",
    )
    assert (alert.started_at, alert.ended_at) == (STARTED, None)
    assert alert.severity is Severity.SEV1
    assert alert.service == "checkout"
    assert {entity.name for entity in alert.entities} == {"checkout-1", "checkout-2", "checkout"}
    assert alert.fingerprint == '{}:{alertname="HighLatency"}'


def test_a_resolved_alertmanager_group_has_ended() -> None:
    """A flap that recovered before anybody looked is said plainly."""
    alert = alert_from(alertmanager("resolved"), RECEIVED)

    assert alert.ended_at == datetime(2026, 11, 19, 10, 25, tzinfo=UTC)


def test_grafana_is_told_from_alertmanager() -> None:
    """Both send the same shape; the link and the note back go to different places."""
    payload = alertmanager() | {"orgId": 1, "title": "[FIRING] latency", "message": "see panel"}
    payload["commonAnnotations"] = {}

    alert = alert_from(payload, RECEIVED)

    assert (alert.source, alert.title, alert.text) == ("grafana", "[FIRING] latency", "see panel")


def sns(message: str) -> Payload:
    """Return what SNS delivers."""
    return {
        "Type": "Notification",
        "MessageId": "m-1",
        "TopicArn": "arn:aws:sns:eu-west-1:123456789012:alarms",
        "Subject": "ALARM: orders-cpu",
        "Timestamp": "2026-11-19T10:12:00.000Z",
        "Message": message,
    }


@pytest.mark.parametrize("payload", [alarm(), sns(json.dumps(alarm()))], ids=["bare", "sns"])
def test_a_cloudwatch_alarm_names_its_resource_and_metric(payload: Payload) -> None:
    """The dimension is the one thing that says which database it is."""
    alert = alert_from(payload, RECEIVED)

    assert (alert.source, alert.title) == ("cloudwatch", "orders-cpu")
    assert (alert.started_at, alert.ended_at) == (STARTED, None)
    assert alert.entities == (ORDERS,)
    assert alert.labels["metric"] == "CPUUtilization"
    assert alert.labels["namespace"] == "AWS/RDS"
    assert "Threshold Crossed" in alert.text


def test_a_cloudwatch_alarm_that_is_ok_has_ended() -> None:
    """The alarm's own return to OK closes the signal."""
    assert alert_from(alarm("OK"), RECEIVED).ended_at == STARTED


def test_a_cloudwatch_alarm_by_event_bridge_says_the_same() -> None:
    """Which of the two ways it came must not change the investigation."""
    metric: JsonValue = {
        "namespace": "AWS/RDS",
        "name": "CPUUtilization",
        "dimensions": {"DBInstanceIdentifier": "orders"},
    }
    payload: Payload = {
        "detail-type": "CloudWatch Alarm State Change",
        "time": "2026-11-19T10:12:05Z",
        "region": "eu-west-1",
        "resources": ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:orders-cpu"],
        "detail": {
            "alarmName": "orders-cpu",
            "state": {
                "value": "ALARM",
                "reason": "Threshold Crossed",
                "timestamp": "2026-11-19T10:12:00.000+0000",
            },
            "configuration": {
                "description": "CPU of orders",
                "metrics": [{"id": "e1"}, {"id": "m1", "metricStat": {"metric": metric}}],
            },
        },
    }

    by_event_bridge, by_sns = alert_from(payload, RECEIVED), alert_from(alarm(), RECEIVED)

    same = {"source", "title", "text", "started_at", "entities", "fingerprint", "external_id"}
    assert by_event_bridge.model_dump(include=same) == by_sns.model_dump(include=same)


def test_a_message_of_sns_that_is_no_alarm_is_still_an_alert() -> None:
    """Somebody's own script publishes to the same topic."""
    alert = alert_from(sns("disk full on db-1\nsee wiki"), RECEIVED)

    assert (alert.title, alert.text) == ("ALARM: orders-cpu", "disk full on db-1\nsee wiki")
    assert (alert.started_at, alert.external_id) == (STARTED, "m-1")


def test_a_datadog_webhook_is_read_by_its_tags() -> None:
    """Datadog says everything that matters in tags."""
    payload: Payload = {
        "alert_id": "42",
        "alert_transition": "Triggered",
        "alert_type": "error",
        "title": "[Triggered] error rate",
        "body": "over 5 %",
        "tags": "service:checkout,env:prod,kube_namespace:shop,pod_name:checkout-1",
        "date": 1_795_083_120_000,
        "hostname": "node-1",
        "link": "https://dd.test/42",
    }

    alert = alert_from(payload, RECEIVED)

    assert (alert.source, alert.service, alert.severity) == ("datadog", "checkout", Severity.SEV2)
    assert alert.started_at == STARTED
    assert [entity.key for entity in alert.entities] == [
        *("pod/shop/checkout-1", "service/checkout", "node/node-1"),
    ]
    assert alert_from(payload | {"alert_transition": "Recovered"}, RECEIVED).ended_at == STARTED


def test_the_plainest_alert_is_enough() -> None:
    """Whoever writes five lines of shell gets a war room."""
    payload: Payload = {
        "title": "Checkout is slow",
        "text": "since the deploy",
        "severity": "warning",
        "labels": {"service": "checkout"},
        "entities": ["database/orders"],
        "started_at": "2026-11-19T10:12:00Z",
    }

    alert = alert_from(payload, RECEIVED)

    assert (alert.source, alert.title, alert.text) == (
        "generic",
        "Checkout is slow",
        "since the deploy",
    )
    assert (alert.severity, alert.service, alert.started_at) == (Severity.SEV3, "checkout", STARTED)
    assert alert.entities == (ORDERS, CHECKOUT)


def test_a_time_without_an_offset_is_in_the_zone_of_its_receipt() -> None:
    """A capture's naive times are local to where it was taken."""
    received = RECEIVED.astimezone(timezone(timedelta(hours=1)))

    alert = alert_from({"title": "slow", "started_at": "2026-11-19T11:12:00"}, received)

    assert alert.started_at == STARTED


@pytest.mark.parametrize("started", [None, "soon", True, [], "0001-01-01T00:00:00Z"])
def test_an_alert_without_a_usable_start_started_when_it_arrived(started: JsonValue) -> None:
    """A missing time must not cost the alert."""
    assert alert_from({"title": "slow", "started_at": started}, RECEIVED).started_at == RECEIVED


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        *(("P1", Severity.SEV1), ("SEV-2", Severity.SEV2), ("P3 - Low", Severity.SEV3)),
        *(("info", Severity.SEV4), ("purple", Severity.SEV2), ("", Severity.SEV2)),
    ],
)
def test_severities_are_read_in_everybody_s_words(word: str, severity: Severity) -> None:
    """Every company has its own scale; an unknown word is taken seriously."""
    assert alert_from({"title": "slow", "severity": word}, RECEIVED).severity is severity


@pytest.mark.parametrize("payload", [{}, {"labels": {"a": "b"}}, {"event": {"event_type": "x"}}])
def test_a_payload_without_any_title_is_refused(payload: Payload) -> None:
    """An incident without a name cannot be talked about."""
    with pytest.raises(ValueError, match="no title in this alert"):
        alert_from(payload, RECEIVED)
