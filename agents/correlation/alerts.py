"""Reading alerts in the shapes in which pagers and monitors send them."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from itertools import chain
from typing import cast

from pydantic import JsonValue

from agents.correlation.entities import entities_from_labels, service_from_labels
from agents.domain.base import EntityRef, Labels
from agents.domain.document import Document
from agents.domain.incidents import Alert, Severity

JsonObject = Mapping[str, JsonValue]

_SEVERITIES = {
    **dict.fromkeys(("sev1", "sev-1", "p1", "critical", "fatal", "emergency", "disaster"), "sev1"),
    **dict.fromkeys(("sev2", "sev-2", "p2", "high", "error", "major", "page", "alert"), "sev2"),
    **dict.fromkeys(("sev3", "sev-3", "p3", "warning", "warn", "medium", "minor"), "sev3"),
    **dict.fromkeys(("sev4", "sev-4", "p4", "p5", "info", "low", "notice", "ok"), "sev4"),
}
_OLDEST_REAL_YEAR = 1980
"""Alertmanager writes the year 1 where an alert has not ended."""
_MILLISECONDS_FROM = 1e11
"""Greater epochs are in milliseconds: as seconds they lie beyond the year 5000."""


def alert_from(payload: JsonObject, received_at: datetime) -> Alert:
    """Return the alert that a payload holds, whoever sent it.

    Times without an offset are in the time zone of `received_at`, which also stands in for a
    start that the payload does not give.

    Raises:
        ValueError: the payload has no title under any name that we know.
    """
    document = Document(body=payload)
    for fits, read in _SHAPES:
        if fits(document):
            return read(document, received_at)
    return _generic(document, received_at)


def _is_pagerduty(document: Document) -> bool:
    return document.text("event.event_type") is not None


def _pagerduty(document: Document, received_at: datetime) -> Alert:
    """Read a PagerDuty v3 webhook about an incident."""
    incident = Document(body=_object(document, "event.data"))
    labels = {
        **_scalars(incident.at("body.details")),
        **_scalars(incident.at("custom_details")),
        **_scalars(incident.at("alerts[0].body.details")),
    }
    service = _slug(_first(incident, "service.summary", "service.name"))
    urgency = {"low": Severity.SEV3}.get(incident.text("urgency") or "", Severity.SEV2)
    identity = _first(incident, "id") or _first(document, "event.id")
    is_over = document.text("event.event_type") == "incident.resolved"
    occurred = _time(document.at("event.occurred_at"), received_at)
    return Alert(
        source="pagerduty",
        title=_required(_first(incident, "title", "summary")),
        text=_first(incident, "body.details.description", "body.details", "description"),
        severity=_severity(_first(incident, "priority.summary", "priority.name"), urgency),
        started_at=_time(incident.at("created_at"), received_at) or occurred or received_at,
        ended_at=occurred if is_over else None,
        service=service or service_from_labels(labels),
        entities=_entities(labels, service),
        labels=labels,
        fingerprint=_first(incident, "incident_key", "alert_key") or identity,
        external_id=identity,
        link=_first(incident, "html_url"),
    )


def _is_alertmanager(document: Document) -> bool:
    return bool(document.items("alerts")) and document.text("status") is not None


def _alertmanager(document: Document, received_at: datetime) -> Alert:
    """Read an Alertmanager webhook, or Grafana's, which adds to the same shape."""
    alerts = document.items("alerts")
    shared = {**alerts[0].mapping("labels"), **document.mapping("commonLabels")}
    several = [{**alert.mapping("labels")} for alert in alerts]
    notes = {**alerts[0].mapping("annotations"), **document.mapping("commonAnnotations")}
    starts = [_time(alert.at("startsAt"), received_at) for alert in alerts]
    ends = [_time(alert.at("endsAt"), received_at) for alert in alerts]
    is_over = document.text("status") == "resolved"
    is_grafana = document.at("orgId") is not None or document.text("message") is not None
    service = service_from_labels(shared)
    named = chain.from_iterable(entities_from_labels(labels) for labels in several)
    return Alert(
        source="grafana" if is_grafana else "alertmanager",
        title=_required(
            notes.get("summary") or _first(document, "title") or shared.get("alertname", "")
        ),
        text=notes.get("description") or notes.get("message") or _first(document, "message"),
        severity=_severity(shared.get("severity") or shared.get("priority", "")),
        started_at=min((start for start in starts if start), default=received_at),
        ended_at=max((end for end in ends if end), default=None) if is_over else None,
        service=service,
        entities=tuple(dict.fromkeys(named)),
        labels=shared,
        fingerprint=_first(document, "groupKey") or _first(alerts[0], "fingerprint"),
        external_id=_first(alerts[0], "fingerprint"),
        link=_first(alerts[0], "generatorURL") or _first(document, "externalURL"),
    )


def _is_sns(document: Document) -> bool:
    return document.text("Message") is not None and document.text("TopicArn") is not None


def _sns(document: Document, received_at: datetime) -> Alert:
    """Read what Amazon SNS delivers: an alarm as JSON text, or else a plain message."""
    message = _first(document, "Message")
    try:
        held: object = json.loads(message)
    except json.JSONDecodeError:
        held = None
    if isinstance(held, dict):
        return alert_from(cast("JsonObject", held), received_at)
    return _generic(
        Document(
            body={
                "title": document.text("Subject") or message.partition("\n")[0],
                "text": message,
                "started_at": document.text("Timestamp"),
                "id": document.text("MessageId"),
            }
        ),
        received_at,
    )


def _is_alarm(document: Document) -> bool:
    return document.text("AlarmName") is not None


def _alarm(document: Document, received_at: datetime) -> Alert:
    """Read a CloudWatch alarm as SNS carries it."""
    dimensions = {
        _first(each, "name", "Name"): _first(each, "value", "Value")
        for each in document.items("Trigger.Dimensions")
    }
    return _cloudwatch(
        name=_first(document, "AlarmName"),
        text=_joined(document, "AlarmDescription", "NewStateReason"),
        state=_first(document, "NewStateValue"),
        changed=_time(document.at("StateChangeTime"), received_at) or received_at,
        labels={
            **dimensions,
            **_named(document, namespace="Trigger.Namespace", metric="Trigger.MetricName"),
            **_named(document, region="Region", account="AWSAccountId"),
        },
        arn=_first(document, "AlarmArn"),
    )


def _is_event_bridge(document: Document) -> bool:
    return document.text("detail.alarmName") is not None


def _event_bridge(document: Document, received_at: datetime) -> Alert:
    """Read a CloudWatch alarm as EventBridge carries it."""
    stat = "detail.configuration.metrics[?metricStat] | [0].metricStat.metric"
    changed = _time(document.at("detail.state.timestamp"), received_at)
    return _cloudwatch(
        name=_first(document, "detail.alarmName"),
        text=_joined(document, "detail.configuration.description", "detail.state.reason"),
        state=_first(document, "detail.state.value"),
        changed=changed or _time(document.at("time"), received_at) or received_at,
        labels={
            **document.mapping(f"{stat}.dimensions"),
            **_named(document, namespace=f"{stat}.namespace", metric=f"{stat}.name"),
            **_named(document, region="region", account="account"),
        },
        arn=_first(document, "resources[0]"),
    )


def _cloudwatch(
    *, name: str, text: str, state: str, changed: datetime, labels: Labels, arn: str
) -> Alert:
    # `namespace` is CloudWatch's word for a family of metrics, not a place where pods live.
    named = {key: value for key, value in labels.items() if key != "namespace"}
    return Alert(
        source="cloudwatch",
        title=name,
        text=text,
        severity=_severity(""),
        started_at=changed,
        ended_at=changed if state == "OK" else None,
        service=service_from_labels(named) or labels.get("ServiceName"),
        entities=entities_from_labels(named),
        labels=labels,
        fingerprint=arn or name,
        external_id=name,
    )


def _is_datadog(document: Document) -> bool:
    known = ("alert_id", "alert_transition", "alert_type", "overall_state", "alert_title")
    return any(document.at(name) is not None for name in known)


def _datadog(document: Document, received_at: datetime) -> Alert:
    """Read a Datadog webhook (its usual template), or a monitor as its API shows one."""
    tags = document.at("tags")
    listed = tags if isinstance(tags, list) else str(tags or "").split(",")
    pairs = (str(tag).strip().partition(":") for tag in listed)
    labels = {key: value for key, colon, value in pairs if colon}
    service = service_from_labels(labels)
    over = {"recovered", "ok", "success"}
    states = {_first(document, name).lower() for name in ("alert_transition", "overall_state")}
    updated = _earliest_known(document, received_at, "last_updated", "date", "timestamp")
    host = _first(document, "hostname", "host")
    hosts = (EntityRef(kind="node", name=host),) if host else ()
    identity = _first(document, "alert_id", "id")
    return Alert(
        source="datadog",
        title=_required(_first(document, "alert_title", "title", "event_title", "name")),
        text=_first(document, "text_only_msg", "event_msg", "body", "message"),
        severity=_severity(_first(document, "priority", "alert_priority", "alert_type")),
        started_at=updated or received_at,
        ended_at=updated if states & over else None,
        service=service,
        entities=(*entities_from_labels(labels), *hosts),
        labels=labels,
        fingerprint=_first(document, "aggreg_key", "alert_cycle_key") or identity,
        external_id=identity,
        link=_first(document, "link", "url"),
    )


def _generic(document: Document, received_at: datetime) -> Alert:
    """Read {title, text, labels, ...} under the names that people give these."""
    labels = {**document.mapping("labels"), **_scalars(document.at("tags"))}
    service = _first(document, "service", "service_name", "service.name")
    service = service or service_from_labels(labels) or ""
    starts = ("started_at", "starts_at", "fired_at", "triggered_at", "timestamp", "time", "at")
    given = document.at("entities")
    named = (
        [EntityRef.parse(each) for each in given if isinstance(each, str)]
        if isinstance(given, list)
        else []
    )
    return Alert(
        source=_first(document, "source") or "generic",
        title=_required(_first(document, "title", "name", "alertname", "summary", "message")),
        text=_first(document, "text", "description", "body", "message"),
        severity=_severity(_first(document, "severity", "priority") or labels.get("severity", "")),
        started_at=_earliest_known(document, received_at, *starts) or received_at,
        ended_at=_earliest_known(document, received_at, "ended_at", "ends_at", "resolved_at"),
        service=service or None,
        entities=tuple(dict.fromkeys((*named, *_entities(labels, service)))),
        labels=labels,
        fingerprint=_first(document, "fingerprint", "dedup_key", "id"),
        external_id=_first(document, "id", "external_id"),
        link=_first(document, "link", "url"),
    )


_SHAPES: tuple[tuple[Callable[[Document], bool], Callable[[Document, datetime], Alert]], ...] = (
    (_is_pagerduty, _pagerduty),
    (_is_alertmanager, _alertmanager),
    (_is_sns, _sns),
    (_is_alarm, _alarm),
    (_is_event_bridge, _event_bridge),
    (_is_datadog, _datadog),
)


def _first(document: Document, *paths: str) -> str:
    """Return the first text or number found at the paths, empty when there is none."""
    found = (document.scalar(path) for path in paths)
    return next((str(each) for each in found if each not in (None, "")), "")


def _required(title: str) -> str:
    if not title:
        message = "no title in this alert: send at least {title, text}"
        raise ValueError(message)
    return title


def _joined(document: Document, *paths: str) -> str:
    return "\n".join(each for path in paths if (each := _first(document, path)))


def _named(document: Document, **paths: str) -> dict[str, str]:
    """Return what is found, under the names it is to have."""
    found = {name: _first(document, path) for name, path in paths.items()}
    return {name: value for name, value in found.items() if value}


def _object(document: Document, path: str) -> JsonObject:
    found = document.at(path)
    return found if isinstance(found, dict) else {}


def _scalars(value: JsonValue) -> dict[str, str]:
    """Return the plain fields of an object as text."""
    if not isinstance(value, dict):
        return {}
    return {
        key: str(each)
        for key, each in value.items()
        if each is not None and not isinstance(each, dict | list)
    }


def _entities(labels: Labels, service: str) -> tuple[EntityRef, ...]:
    named = (EntityRef(kind="service", name=service),) if service else ()
    return tuple(dict.fromkeys((*entities_from_labels(labels), *named)))


def _slug(name: str) -> str:
    """Return a name for people as telemetry writes it: `Checkout API` -> `checkout-api`."""
    return re.sub(r"\s+", "-", name.strip()).lower()


def _severity(word: str, default: Severity = Severity.SEV2) -> Severity:
    """Read `critical`, `P1`, `SEV-2`, `P2 - High`, ...; unknown words give the default."""
    words: Iterable[str] = re.findall(r"[a-z]+-?\d*", word.lower())
    known = (_SEVERITIES[each] for each in words if each in _SEVERITIES)
    return Severity(next(known, default))


def _earliest_known(document: Document, received_at: datetime, *paths: str) -> datetime | None:
    """Return the first time found at the paths."""
    found = (_time(document.at(path), received_at) for path in paths)
    return next((each for each in found if each is not None), None)


def _time(value: JsonValue, received_at: datetime) -> datetime | None:
    """Read ISO 8601 text, or seconds or milliseconds since the epoch; None for neither."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str) and not value.isdecimal():
        try:
            read = datetime.fromisoformat(value)
        except ValueError:
            return None
        aware = read if read.tzinfo else read.replace(tzinfo=received_at.tzinfo)
        return aware if aware.year >= _OLDEST_REAL_YEAR else None
    if isinstance(value, list | dict):
        return None
    number = float(value)
    return datetime.fromtimestamp(number / 1000 if number > _MILLISECONDS_FROM else number, UTC)
