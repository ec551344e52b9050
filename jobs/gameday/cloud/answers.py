"""The reads that responders need and moto lacks, answered from a file that the world keeps."""

import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from moto.cloudtrail.responses import CloudTrailResponse
from moto.cloudwatch.models import Alarm, CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult
from moto.elbv2.models import ELBv2Backend, FakeHealthStatus
from moto.servicequotas.responses import ServiceQuotasResponse

from jobs.gameday.cloud.additions import Additions, Quota, TrailEvent

TargetHealth = Callable[[ELBv2Backend, str, list[dict[str, Any]]], list[FakeHealthStatus]]

TRAIL_PAGE = 50


def install(path: Path) -> None:
    """Teach moto, in this process, to answer from the file."""

    def lookup_events(response: CloudTrailResponse) -> str:
        return _look_up(Additions.read(path).trail, json.loads(response.body or "{}"))

    def list_service_quotas(response: ServiceQuotasResponse) -> str:
        wanted = json.loads(response.body)["ServiceCode"]
        found = [q for q in Additions.read(path).quotas if q.service == wanted]
        return json.dumps({"Quotas": [_quota(q) for q in found]})

    with_unhealthy = _with_unhealthy(ELBv2Backend.describe_target_health, path)
    for owner, name, answer in (
        (CloudTrailResponse, "lookup_events", lookup_events),
        (ServiceQuotasResponse, "list_service_quotas", list_service_quotas),
        (CloudWatchResponse, "describe_alarm_history", _describe_alarm_history),
        (ELBv2Backend, "describe_target_health", with_unhealthy),
    ):
        setattr(owner, name, answer)


def _with_unhealthy(original: TargetHealth, path: Path) -> TargetHealth:
    def describe_target_health(
        backend: ELBv2Backend, target_group_arn: str, targets: list[dict[str, Any]]
    ) -> list[FakeHealthStatus]:
        unhealthy = Additions.read(path).unhealthy
        found = original(backend, target_group_arn, targets)
        for health in found:
            if why := unhealthy.get(health.instance_id):
                health.status = "unhealthy"
                health.reason, health.description = why.reason, why.description
        return found

    return describe_target_health


def _look_up(trail: list[TrailEvent], query: dict[str, Any]) -> str:
    start = datetime.fromtimestamp(query.get("StartTime", 0), UTC)
    end = datetime.fromtimestamp(query["EndTime"], UTC) if "EndTime" in query else None
    wanted = {a["AttributeKey"]: a["AttributeValue"] for a in query.get("LookupAttributes", ())}
    found = [
        _trail_event(event)
        for event in sorted(trail, key=lambda e: e.at, reverse=True)
        if start <= event.at and (end is None or event.at <= end) and _has(event, wanted)
    ]
    offset = int(query.get("NextToken", 0))
    limit = min(int(query.get("MaxResults", TRAIL_PAGE)), TRAIL_PAGE)
    answer: dict[str, object] = {"Events": found[offset : offset + limit]}
    if len(found) > offset + limit:
        answer["NextToken"] = str(offset + limit)
    return json.dumps(answer)


def _has(event: TrailEvent, wanted: dict[str, str]) -> bool:
    body = _trail_event(event)
    for key, value in wanted.items():
        if key in ("ResourceName", "ResourceType"):
            if all(resource[key] != value for resource in body["Resources"]):
                return False
        elif str(body[key]).lower() != value.lower():
            return False
    return True


def _trail_event(event: TrailEvent) -> dict[str, Any]:
    named = {"ResourceType": event.resource_type, "ResourceName": event.resource_name}
    record = {
        "eventVersion": "1.09",
        "eventTime": event.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": event.source,
        "eventName": event.name,
        "userIdentity": {"type": "IAMUser", "userName": event.username},
        "requestParameters": event.request,
        "readOnly": event.read_only,
    }
    return {
        "EventId": event.id,
        "EventName": event.name,
        "ReadOnly": str(event.read_only).lower(),
        "EventTime": event.at.timestamp(),
        "EventSource": event.source,
        "Username": event.username,
        "AccessKeyId": "",
        "Resources": [named] if event.resource_name else [],
        "CloudTrailEvent": json.dumps(record),
    }


def _quota(quota: Quota) -> dict[str, Any]:
    return {
        "ServiceCode": quota.service,
        "QuotaCode": quota.code,
        "QuotaName": quota.name,
        "Value": quota.value,
        "Adjustable": quota.adjustable,
        "Unit": "None",
    }


def _describe_alarm_history(response: CloudWatchResponse) -> ActionResult:
    """What `set_alarm_state` did, which moto remembers and does not tell."""
    backend: CloudWatchBackend = response.cloudwatch_backend
    name = response._get_param("AlarmName")  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] moto's way
    items = [
        item
        for alarm in backend.alarms.values()
        if name in (None, alarm.name)
        for item in _transitions(alarm)
    ]
    items.sort(key=lambda item: item["Timestamp"], reverse=True)
    return ActionResult({"AlarmHistoryItems": items})


def _transitions(alarm: Alarm) -> list[dict[str, Any]]:
    states = [(h[3], h[1], h[4]) for h in alarm.history]
    states.append((alarm.state_value, alarm.state_reason, alarm.state_updated_timestamp))
    return [
        {
            "AlarmName": alarm.name,
            "AlarmType": "MetricAlarm",
            "Timestamp": at,
            "HistoryItemType": "StateUpdate",
            "HistorySummary": f"Alarm updated from {before[0]} to {value}",
            "HistoryData": json.dumps(
                {
                    "version": "1.0",
                    "oldState": {"stateValue": before[0], "stateReason": before[1]},
                    "newState": {"stateValue": value, "stateReason": reason},
                }
            ),
        }
        for before, (value, reason, at) in itertools.pairwise(states)
    ]
