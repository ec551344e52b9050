"""Carries what really happens in the shop into CloudWatch, and lets the alarm follow it."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
import structlog
from botocore.exceptions import BotoCoreError, ClientError

from jobs.gameday.cloud.cloud import Cloud
from jobs.gameday.cloud.seed import DATABASE, STOREFRONT_ALARM, Seeded

log = structlog.get_logger(__name__)

FEED_SECONDS = 5.0
ALARM_WINDOW_SECONDS = 60.0
ALARM_THRESHOLD = 5


@dataclass(frozen=True)
class Reading:
    """The shop over the last few seconds, as its load balancer and its database would count."""

    requests: int
    failures: int
    slowest_seconds: float
    connections: int


class CloudFeed:
    """Puts a reading every few seconds, and sets the storefront's alarm by the last minute."""

    def __init__(self, cloud: Cloud, read: Callable[[float], Reading]) -> None:
        self._cloud = cloud
        self._read = read
        self._failures: deque[int] = deque(maxlen=int(ALARM_WINDOW_SECONDS / FEED_SECONDS))
        self._in_alarm = False

    async def run(self) -> None:
        """Feed until cancelled; a reading that does not get through is lost, as it would be."""
        while True:
            await asyncio.sleep(FEED_SECONDS)
            try:
                await asyncio.to_thread(self.feed)
            except (BotoCoreError, ClientError, psycopg.Error) as error:
                log.warning("cloud_reading_lost", error=str(error))

    def feed(self) -> None:
        """Put one reading."""
        things = self._cloud.things
        if things is None:
            return
        reading = self._read(FEED_SECONDS)
        client = self._cloud.keys.client("cloudwatch")
        client.put_metric_data(Namespace="AWS/RDS", MetricData=[_connections(reading)])
        client.put_metric_data(Namespace="AWS/ApplicationELB", MetricData=_traffic(reading, things))
        self._failures.append(reading.failures)
        failures = sum(self._failures)
        if (failures > ALARM_THRESHOLD) is not self._in_alarm:
            self._in_alarm = not self._in_alarm
            side = "greater than" if self._in_alarm else "not greater than"
            client.set_alarm_state(
                AlarmName=STOREFRONT_ALARM,
                StateValue="ALARM" if self._in_alarm else "OK",
                StateReason=f"Threshold Crossed: 1 datapoint [{failures}.0] was {side} the "
                f"threshold ({ALARM_THRESHOLD}.0).",
            )


def _connections(reading: Reading) -> dict[str, object]:
    dimension = {"Name": "DBInstanceIdentifier", "Value": DATABASE}
    return _datum("DatabaseConnections", "Count", reading.connections, dimension)


def _traffic(reading: Reading, things: Seeded) -> list[dict[str, object]]:
    dimension = {"Name": "LoadBalancer", "Value": things.load_balancer}
    return [
        _datum("RequestCount", "Count", reading.requests, dimension),
        _datum("HTTPCode_Target_5XX_Count", "Count", reading.failures, dimension),
        _datum("TargetResponseTime", "Seconds", reading.slowest_seconds, dimension),
    ]


def _datum(name: str, unit: str, value: float, dimension: dict[str, str]) -> dict[str, object]:
    return {
        "MetricName": name,
        "Dimensions": [dimension],
        "Timestamp": datetime.now(UTC),
        "Value": value,
        "Unit": unit,
    }
