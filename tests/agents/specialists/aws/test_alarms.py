"""What alarms are taken for: a value, a lack of data, or a sum of other alarms."""

from datetime import UTC, datetime

import pytest

from agents.domain.readings import Resource
from agents.testing.telemetry import InMemoryTelemetry
from tests.agents.specialists.aws.support import alarm, ask

NOW = datetime(2026, 3, 3, 10, 30, tzinfo=UTC)
WATCHED = {"Namespace": "AWS/RDS", "MetricName": "CPUUtilization"}
CHILD = alarm("db-cpu", StateValue="ALARM", StateReason="1 datapoint was 99.0", **WATCHED)
QUIET = alarm("web-5xx", StateValue="OK", StateReason="fine", **WATCHED)


@pytest.mark.parametrize(
    ("alarms", "name", "text", "is_anomalous"),
    [
        ([CHILD], "db-cpu", "fires on AWS/RDS:CPUUtilization: 1 datapoint was 99.0", True),
        (
            [
                alarm(
                    "db-cpu",
                    StateValue="ALARM",
                    StateReason="no datapoints were received for 3 periods",
                    TreatMissingData="breaching",
                    **WATCHED,
                )
            ],
            "db-cpu",
            "has no data, which it counts as breaching: no value is beyond its threshold",
            True,
        ),
        (
            [alarm("db-cpu", StateValue="INSUFFICIENT_DATA", **WATCHED)],
            "db-cpu",
            "has no data of AWS/RDS:CPUUtilization: it says nothing",
            False,
        ),
        (
            [
                alarm("shop", StateValue="ALARM", AlarmRule='ALARM("db-cpu") OR ALARM(web-5xx)'),
                CHILD,
                QUIET,
            ],
            "shop",
            "Composite alarm shop fires for db-cpu",
            True,
        ),
    ],
)
def test_an_alarm_says_what_its_state_rests_on(
    alarms: list[Resource], name: str, text: str, *, is_anomalous: bool
) -> None:
    """A value beyond its threshold, silence and a sum of others want different answers."""
    answer = ask(InMemoryTelemetry(resources={"cloudwatch.alarms": alarms}), NOW)

    found = next(
        one
        for one in answer.findings
        if one.evidence and one.evidence[0].entity.name == name  # pyright: ignore[reportOptionalMemberAccess]
    )

    assert text in found.text
    assert found.is_anomalous is is_anomalous


def test_an_alarm_that_is_ok_is_not_worth_a_word() -> None:
    """An account has thousands; the room has one screen."""
    answer = ask(InMemoryTelemetry(resources={"cloudwatch.alarms": [QUIET]}), NOW)

    assert answer.findings == ()
    assert answer.hypotheses == ()
