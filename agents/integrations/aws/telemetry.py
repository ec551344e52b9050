"""One AWS account in one region as a source of telemetry; every call is a read."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from agents.domain.base import Window
from agents.domain.measures import (
    ChangeSelector,
    LogSelector,
    Measure,
    Measurement,
    MetricSelector,
    ObjectSelector,
)
from agents.domain.readings import Change, LogLine, Resource, Series
from agents.domain.reduction import ratio, reduce_series
from agents.errors import NoSuchSource
from agents.integrations.aws.api import AwsAccess, AwsApi
from agents.integrations.aws.cloudwatch import Metric, matching, parsed, read
from agents.integrations.aws.listing import kinds, listed
from agents.integrations.aws.logs import groups_for, lines
from agents.integrations.aws.shapes import dimension_of
from agents.integrations.aws.trail import changes_of
from agents.selection import select_changes, select_lines, select_resources
from agents.telemetry import AbsentTelemetry, covers, measure_by_reading

_READ_PATH = "aws:GetMetricData"
_SERVICE_OF = {"metrics": "cloudwatch", "logs": "logs", "changes": "cloudtrail"}
"""Which service answers what is not an object."""


class AwsTelemetry(AbsentTelemetry):
    """Reads objects by describe calls, metrics and logs from CloudWatch, changes from CloudTrail.

    Metrics are named `<namespace>:<name>` (`AWS/RDS:CPUUtilization`). There are none of another
    name here, and measuring one is refused, so that a federation asks its other members.
    """

    def __init__(
        self, access: AwsAccess, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """Keep the way to the account; nothing is connected before the first question."""
        self._access = access
        self._api = AwsApi(access)
        self._clock = clock

    def prepare(self, scope: Iterable[str]) -> None:
        """Get ready to read what is in a scope, so that no question pays for it."""
        wanted = {kind.partition(".")[0] for kind in kinds() if covers(scope, f"objects:{kind}")}
        for source, service in _SERVICE_OF.items():
            wanted |= {service} if covers(scope, source) else set[str]()
        self._api.prepare(sorted(wanted))

    def sources(self) -> frozenset[str]:
        """Name what can be read."""
        return frozenset({"metrics", "logs", "changes", *(f"objects:{kind}" for kind in kinds())})

    def objects(self, selector: ObjectSelector) -> tuple[Resource, ...]:
        """Return the objects as they are now; one that is named is asked for by its id."""
        if selector.kind not in kinds():
            raise NoSuchSource(f"no such source: {selector.source}")
        found = listed(self._api, selector.kind, selector.name, self._clock())
        return tuple(select_resources(found, selector))

    def metrics(self, selector: MetricSelector, window: Window) -> tuple[Series, ...]:
        """Return the series of the metrics that CloudWatch lists for a selector.

        Raises:
            CannotMeasure: a glob without a namespace would search the whole account, or there are
                too many such metrics.
        """
        if ":" not in selector.name and "*" not in selector.name:
            return ()
        found = matching(self._api, selector)
        return read(self._api, found, selector.statistic, window, self._clock())

    def logs(self, selector: LogSelector, window: Window) -> tuple[LogLine, ...]:
        """Return the lines of the groups that an entity writes to, or of the configured ones."""
        groups = groups_for(self._api, selector.entity, self._access.log_groups)
        wanted = selector.model_copy(update={"entity": None}) if groups else selector
        found = select_lines(lines(self._api, groups, window), wanted, window)
        return tuple(sorted(found, key=lambda line: line.timestamp))

    def changes(self, selector: ChangeSelector, window: Window) -> tuple[Change, ...]:
        """Return the calls that changed something, from the last day of CloudTrail."""
        events = listed(self._api, "cloudtrail.events", selector.ref, self._clock())
        found = select_changes(changes_of(events), selector, window)
        return tuple(sorted(found, key=lambda change: change.timestamp))

    def measure(self, measure: Measure, window: Window) -> Measurement:
        """Evaluate a measure afresh: a metric by one question for it, without listing any."""
        selector = measure.selector
        if not isinstance(selector, MetricSelector):
            return measure_by_reading(self, measure, window, "aws")
        measured = self._exactly(measure, selector, window)
        if measured is None:
            return measure_by_reading(self, measure, window, "aws")
        if measure.divided_by is None:
            return measured
        return ratio(measured, self.measure(measure.divided_by, window))

    def _exactly(
        self, measure: Measure, selector: MetricSelector, window: Window
    ) -> Measurement | None:
        """Ask for the one metric that a selector spells out; None where it spells out none."""
        namespace, name = parsed(selector)
        of_entity = dimension_of(selector.entity)
        dimensions = {**of_entity, **selector.labels}
        if not dimensions or "*" in name or any("*" in value for value in dimensions.values()):
            return None
        one = Metric(namespace, name, dimensions)
        shifted = window.shifted(-measure.shifted_back_seconds)
        series = read(self._api, [one], selector.statistic, shifted, self._clock())
        if not series:
            return None
        return Measurement(
            value=reduce_series(series, measure.reduce),
            samples=sum(len(one.values) for one in series),
            read_path=_READ_PATH,
            excerpt=f"{selector.name} {dict(dimensions)}: last {series[0].values[-1]:g}",
        )
