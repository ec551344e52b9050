"""CloudWatch alarms: what they watch, and the state that they are in now."""

from collections.abc import Iterator

from agents.domain.hypotheses import Evidence, Finding
from agents.specialists.aws.view import AwsView
from agents.specialists.framework import Found, check


@check(needs=("objects:cloudwatch.alarms",), modes=())
def firing_alarms(view: AwsView) -> Iterator[Found]:
    """Name every alarm that fires now, with its metric, its threshold and its own reason."""
    for alarm in view.objects("cloudwatch.alarms"):
        document = alarm.document
        if document.text("StateValue") != "ALARM":
            continue
        metric = f"{document.text('Namespace') or ''}:{document.text('MetricName') or ''}"
        reason = document.text("StateReason") or "no reason given"
        text = f"Alarm {alarm.entity.name} fires on {metric}: {reason}"
        quoted = Evidence(source="objects:cloudwatch.alarms", entity=alarm.entity, text=text)
        yield Finding(text=text, is_anomalous=True, evidence=(quoted,))


ALARM_CHECKS = (firing_alarms,)
