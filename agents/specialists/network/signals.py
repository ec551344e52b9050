"""Which metrics tell of requests, errors and latency, by the conventions exporters follow.

Nothing is configured: names and labels are discovered. Known are Prometheus client counters and
histograms (`http_requests_total{code}`, `..._seconds_sum`), OpenTelemetry's
`http_server_request_duration_seconds_*`, CloudWatch's `HTTPCode_Target_5XX_Count`, `RequestCount`
and `TargetResponseTime`, and plain gauges whose names say what they are.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from agents.domain.base import EntityRef, Window
from agents.domain.measures import Measure, MetricSelector, Reduction
from agents.domain.readings import Series
from agents.domain.reduction import is_number, reduce_series
from agents.selection import select_series
from agents.specialists.network.view import NetworkView

_GLOBS = (
    *("*request*", "*Request*", "*http*", "*HTTP*", "*rpc*", "*error*", "*Error*", "*5xx*"),
    *("*latency*", "*Latency*", "*duration*", "*response_time*", "*ResponseTime*"),
)
_STATUS_LABELS = (
    *("code", "status", "status_code", "http_status", "http_status_code", "response_code"),
    "http_response_status_code",
)
_OF_MONITORING = (
    *("prometheus_", "promhttp_", "alertmanager_", "scrape_", "go_", "process_", "python_"),
    *("kubelet_", "apiserver_", "etcd_", "rest_client_", "workqueue_", "net_conntrack_"),
)
_LATE = ("latency", "duration", "response_time", "responsetime")
_WRONG = ("error", "fail", "5xx", "exception")
_RATE_GAUGES = ("request_rate", "rps", "requests_per", "throughput", "qps", "requestcount")
_PREFERRED_STATISTICS = ("p95", "p99", "p90", "Average", "avg", "mean", None)


class Kind(StrEnum):
    """What a signal tells of."""

    ERRORS = "errors"
    LATENCY = "latency"
    REQUESTS = "requests"


@dataclass(frozen=True, slots=True)
class Signal:
    """One measurable quantity of one service."""

    kind: Kind
    entity: EntityRef
    measure: Measure
    is_share: bool = False
    """Whether it is a share of requests, from 0 to 1."""
    is_total: bool = False
    """Whether it grows with the length of the window."""

    @property
    def name(self) -> str:
        """The metric's name."""
        selector = self.measure.selector
        return selector.name if isinstance(selector, MetricSelector) else ""


def signals_of(view: NetworkView) -> tuple[Signal, ...]:
    """Return the signals that there are, with as little overlap as can be seen."""
    return view.once("signals", lambda: _discovered(view))


def _discovered(view: NetworkView) -> tuple[Signal, ...]:
    found: dict[tuple[str, EntityRef | None], list[Series]] = {}
    names: set[str] = set()
    for glob in _GLOBS:
        fresh = [one for one in view.series(glob, view.whole) if one.name not in names]
        for one in fresh:
            if not one.name.startswith(_OF_MONITORING):
                found.setdefault((one.name, one.entity), []).append(one)
        names.update(one.name for one in fresh)
    siblings: dict[EntityRef | None, set[str]] = {}
    for name, entity in found:
        siblings.setdefault(entity, set()).add(name)
    signals: list[Signal] = []
    for (name, entity), series in found.items():
        about = entity or EntityRef(kind="service", name=view.alert.service or "unknown")
        signals.extend(_signals(name, entity, about, series, siblings[entity]))
    return tuple(signals)


def _signals(
    name: str,
    entity: EntityRef | None,
    about: EntityRef,
    series: list[Series],
    siblings: set[str],
) -> Iterator[Signal]:
    lower = name.lower()
    if lower.endswith(("_bucket", "_created", "_in_flight", "_in_progress")):
        return
    every = MetricSelector(name=name, entity=entity)
    is_counter = lower.endswith(("_total", "_count")) and series[0].statistic is None
    is_wrong = any(word in lower for word in _WRONG)
    if is_counter and not is_wrong:
        yield from _of_requests(every, about, series)
    elif is_wrong:
        yield _of_errors(every, about, series, siblings, is_counter=is_counter)
    elif lower.endswith("_sum") and f"{name[:-4]}_count" in siblings:
        if any(word in lower for word in _LATE):
            count = MetricSelector(name=f"{name[:-4]}_count", entity=entity)
            yield Signal(Kind.LATENCY, about, _ratio(every, count))
    elif any(word in lower for word in _LATE):
        selector = every.model_copy(update={"statistic": _statistic(series)})
        measure = Measure(selector=selector, reduce=Reduction.MEAN)
        yield Signal(Kind.LATENCY, about, measure)
    elif any(word in lower for word in _RATE_GAUGES):
        yield Signal(Kind.REQUESTS, about, _plain(every, series), is_total=_is_sum(series))


def _of_requests(every: MetricSelector, about: EntityRef, series: list[Series]) -> Iterator[Signal]:
    rate = Measure(selector=every, reduce=Reduction.RATE)
    yield Signal(Kind.REQUESTS, about, rate)
    status = next((key for key in _STATUS_LABELS for one in series if key in one.labels), None)
    if status is None:
        return
    values = {one.labels.get(status, "") for one in series}
    wanted = next((like for like in ("5*", "*ERROR*", "error") if _some(values, like)), None)
    if wanted is not None:
        failed = every.model_copy(update={"labels": {status: wanted}})
        yield Signal(Kind.ERRORS, about, _ratio(failed, every), is_share=True)


def _some(values: set[str], like: str) -> bool:
    core = like.strip("*")
    return any(value.startswith(core) if like == "5*" else core in value for value in values)


def _of_errors(
    every: MetricSelector,
    about: EntityRef,
    series: list[Series],
    siblings: set[str],
    *,
    is_counter: bool,
) -> Signal:
    if is_counter:
        total = next((name for name in sorted(siblings) if _counts_requests(name)), None)
        if total:
            requests = MetricSelector(name=total, entity=every.entity)
            return Signal(Kind.ERRORS, about, _ratio(every, requests), is_share=True)
        rate = Measure(selector=every, reduce=Reduction.RATE)
        return Signal(Kind.ERRORS, about, rate)
    # CloudWatch metrics bear their namespace: AWS/ApplicationELB:RequestCount.
    every_request = [name for name in siblings if name.rpartition(":")[2] == "RequestCount"]
    if _is_sum(series) and every_request:
        requests = MetricSelector(name=every_request[0], entity=every.entity, statistic="Sum")
        failed = every.model_copy(update={"statistic": "Sum"})
        share = Measure(
            selector=failed,
            reduce=Reduction.SUM,
            divided_by=Measure(selector=requests, reduce=Reduction.SUM),
        )
        return Signal(Kind.ERRORS, about, share, is_share=True)
    is_total = _is_sum(series)
    return Signal(Kind.ERRORS, about, _plain(every, series), is_total=is_total)


def _counts_requests(name: str) -> bool:
    lower = name.lower()
    is_wrong = any(word in lower for word in _WRONG)
    return "request" in lower and lower.endswith(("_total", "_count")) and not is_wrong


def _is_sum(series: list[Series]) -> bool:
    return any(one.statistic == "Sum" for one in series)


def _plain(every: MetricSelector, series: list[Series]) -> Measure:
    if _is_sum(series):
        summed = every.model_copy(update={"statistic": "Sum"})
        return Measure(selector=summed, reduce=Reduction.SUM)
    chosen = every.model_copy(update={"statistic": _statistic(series)})
    return Measure(selector=chosen, reduce=Reduction.MEAN)


def _statistic(series: list[Series]) -> str | None:
    present = {one.statistic for one in series}
    preferred = (name for name in _PREFERRED_STATISTICS if name in present)
    return next(preferred, series[0].statistic)


def _ratio(above: MetricSelector, below: MetricSelector) -> Measure:
    return Measure(
        selector=above,
        reduce=Reduction.INCREASE,
        divided_by=Measure(selector=below, reduce=Reduction.INCREASE),
    )


def read(view: NetworkView, measure: Measure, window: Window) -> float | None:
    """Return what a measure of metrics is over a window, from what was read already."""
    selector = measure.selector
    if not isinstance(selector, MetricSelector):
        return None
    known = view.series_about(selector)
    value = reduce_series(list(select_series(known, selector, window)), measure.reduce)
    number = float(value) if is_number(value) else None
    if measure.divided_by is None or number is None:
        return number
    below = read(view, measure.divided_by, window)
    return number / below if below else None


def latest(view: NetworkView, signals: Iterable[Signal]) -> float | None:
    """Return the time of the last sample of some signals."""
    ends = [
        one.times[-1]
        for signal in signals
        for one in view.series(signal.name, view.whole)
        if one.times
    ]
    return max(ends, default=None)


def sample_times(view: NetworkView, signal: Signal, window: Window) -> list[datetime]:
    """Return when a signal was sampled, oldest first."""
    selector = signal.measure.selector
    if not isinstance(selector, MetricSelector):
        return []
    known = view.series_about(selector)
    own = select_series(known, selector, window)
    return [
        datetime.fromtimestamp(at, UTC) for at in sorted({at for one in own for at in one.times})
    ]
